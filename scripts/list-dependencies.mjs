// npm run list:dependencies: the direct dependencies as a Markdown table, with license and age, for the release notes.
// Reads package.json and package-lock.json of the working directory, and asks npm's registry when each version came out.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';

const run = promisify(execFile);

const GROUPS = {
  dependencies: 'runtime',
  optionalDependencies: 'runtime, optional',
  devDependencies: 'development',
};
const UNKNOWN = 'unknown';
const ASKED_AT_ONCE = 4;
const DAY_MS = 86_400_000;
/** For one package; npm's own limit is five minutes an attempt. */
const ASK_MS = 60_000;
const NPM_LIMITS = ['--fetch-timeout=20000', '--fetch-retries=1'];

const read = (file) => JSON.parse(readFileSync(file, 'utf8'));
const manifest = read('package.json');
const { packages: locked } = read('package-lock.json');

const direct = Object.entries(GROUPS).flatMap(([group, use]) =>
  Object.keys(manifest[group] ?? {}).map((name) => {
    const { version = UNKNOWN, license = UNKNOWN } = locked[`node_modules/${name}`] ?? {};
    return { name, version, license, use };
  }),
);

const rows = [];
const problems = [];
const waiting = direct.values();
await Promise.all(
  Array.from({ length: ASKED_AT_ONCE }, async () => {
    for (const one of waiting) rows.push({ ...one, published: await publishedAt(one) });
  }),
);
rows.sort((a, b) => (a.name < b.name ? -1 : 1));

console.log(`Direct dependencies of ${manifest.name} ${manifest.version}, ${day(new Date())}:\n`);
print([
  ['package', 'version', 'license', 'published', 'age in days', 'use'],
  ...rows.map(({ name, version, license, published, use }) => [
    ...[name, version, license],
    ...(published === null ? [UNKNOWN, UNKNOWN] : [day(published), ageInDays(published)]),
    use,
  ]),
]);
for (const { name, version, license } of rows) {
  if (version === UNKNOWN) problems.push(`${name}: package-lock.json does not have it`);
  else if (license === UNKNOWN) problems.push(`${name}: package-lock.json names no license`);
}
for (const problem of problems) console.error(`list-dependencies: ${problem}`);
process.exitCode = problems.length > 0 ? 1 : 0;

/** null: the registry did not say. */
async function publishedAt({ name, version }) {
  try {
    const args = ['view', name, 'time', '--json', ...NPM_LIMITS];
    const { stdout } = await run('npm', args, { timeout: ASK_MS, maxBuffer: 64 * 1024 * 1024 });
    const published = new Date(JSON.parse(stdout)[version]);
    if (!Number.isNaN(published.getTime())) return published;
    problems.push(`${name}: the registry does not say when ${version} was published`);
  } catch (error) {
    const [reason] = /npm error (?!code).*/.exec(error.stderr ?? '') ?? [error.message.split('\n')[0]];
    problems.push(`${name}: the registry does not answer: ${reason}`);
  }
  return null;
}

function day(date) {
  return date.toISOString().slice(0, 10);
}

function ageInDays(date) {
  return String(Math.floor((Date.now() - date.getTime()) / DAY_MS));
}

function print(table) {
  const widths = table[0].map((_, column) => Math.max(...table.map((cells) => cells[column].length)));
  const line = (cells) => `| ${cells.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`;
  const [head, ...body] = table.map(line);
  console.log([head, line(widths.map((width) => '-'.repeat(width))), ...body].join('\n'));
}
