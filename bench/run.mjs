// npm run bench [-- NAME…]: the measurements, one after the other; figures as they come, and all as JSON in bench/results/.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';

const file = (path) => fileURLToPath(new URL(path, import.meta.url));

/** Those that measure this version by itself; `leftovers` wants another one beside it. */
const ALL = [
  'read',
  'lists',
  'schedule',
  'checks',
  'jobs',
  'executor',
  'output',
  'scale',
  'cost',
  'image',
  'recovery',
  'away',
  'slow-clients',
  'idle',
];

const KNOWN = [...ALL, 'leftovers'];

const names = process.argv.slice(2);
const wrong = names.find((name) => !KNOWN.includes(name));
if (wrong !== undefined) {
  console.error(`no measurement is called ${wrong}; there are ${KNOWN.join(', ')}`);
  process.exit(2);
}

const results = file('results');
mkdirSync(results, { recursive: true });
const machine = {
  cpu: cpus()[0]?.model,
  cores: cpus().length,
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  kernel: release(),
  node: process.version,
};
let failed = false;
for (const name of names.length > 0 ? names : ALL) {
  const gathered = `${results}/${name}.ndjson`;
  rmSync(gathered, { force: true });
  console.log(`\n# ${name}`);
  const { status } = spawnSync(process.execPath, [file(`${name}.mjs`)], {
    env: { ...process.env, HOLDFAST_BENCH_RESULTS: gathered },
    stdio: 'inherit',
  });
  failed ||= status !== 0;
  if (!existsSync(gathered)) continue;
  const figures = readFileSync(gathered, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  writeFileSync(
    `${results}/${name}.json`,
    `${JSON.stringify({ name, date: new Date().toISOString(), machine, figures }, null, 2)}\n`,
  );
  rmSync(gathered);
}
process.exitCode = failed ? 1 : 0;
