// Builds what is not built: Prisma's client, then the service; a second call with nothing changed does nothing.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const stamp = join(root, 'dist', '.built-from');
const sources = [
  'src',
  'prisma/schema.prisma',
  'prisma.config.ts',
  'tsconfig.json',
  'nest-cli.json',
  'package-lock.json',
];

function* filesOf(path) {
  if (!existsSync(join(root, path))) return;
  const entries = readdirSync(join(root, path), { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const child = `${path}/${entry.name}`;
    if (child === 'src/database/generated') continue;
    if (entry.isDirectory()) yield* filesOf(child);
    else if (!entry.name.endsWith('.spec.ts')) yield child;
  }
}

function fingerprint() {
  const hash = createHash('sha256').update(process.version);
  for (const source of sources) {
    for (const file of source === 'src' ? filesOf(source) : [source]) {
      if (existsSync(join(root, file))) hash.update(`\0${file}\0`).update(readFileSync(join(root, file)));
    }
  }
  return hash.digest('hex');
}

const wanted = fingerprint();
const client = join(root, 'src', 'database', 'generated', 'client.ts');
const built = existsSync(stamp) && existsSync(client) ? readFileSync(stamp, 'utf8') : '';
if (built !== wanted || process.argv.includes('--force')) {
  // Not on stdout, which may be what `npm run token` prints.
  console.error('holdfast: building…');
  const run = (program, args) => {
    try {
      execFileSync(process.execPath, [program, ...args], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    } catch (error) {
      console.error(`holdfast: the build failed\n${error.stdout}${error.stderr}`);
      process.exit(1);
    }
  };
  const require = createRequire(import.meta.url);
  rmSync(stamp, { force: true });
  run(require.resolve('prisma/build/index.js'), ['generate']);
  run(require.resolve('@nestjs/cli/bin/nest.js'), ['build']);
  writeFileSync(stamp, wanted);
}
