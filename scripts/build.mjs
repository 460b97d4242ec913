// Builds what is not built: Prisma's client and the service, and the page; a second call with nothing changed does nothing.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const require = createRequire(import.meta.url);
const client = join(root, 'src', 'database', 'generated', 'client.ts');

/** Each with what it is built from, whether that left all that it has to, and how. */
const parts = [
  {
    stamp: join(root, 'dist', '.built-from'),
    sources: [
      'src',
      'prisma/schema.prisma',
      'prisma.config.ts',
      'tsconfig.json',
      'nest-cli.json',
      'package-lock.json',
    ],
    isThere: () => existsSync(client),
    build() {
      removeBuilt();
      run(require.resolve('prisma/build/index.js'), ['generate']);
      run(require.resolve('@nestjs/cli/bin/nest.js'), ['build']);
    },
  },
  {
    stamp: join(root, 'dist', 'web', '.built-from'),
    sources: ['web', 'src/client', 'package.json', 'package-lock.json'],
    isThere: () => existsSync(join(root, 'dist', 'web', 'index.html')),
    build() {
      run(join(dirname(require.resolve('vite/package.json')), 'bin', 'vite.js'), ['build', 'web']);
    },
  },
];

function* filesOf(path) {
  if (!existsSync(join(root, path))) return;
  if (!statSync(join(root, path)).isDirectory()) return yield path;
  for (const name of readdirSync(join(root, path)).sort()) {
    const child = `${path}/${name}`;
    if (child !== 'src/database/generated' && !name.endsWith('.spec.ts')) yield* filesOf(child);
  }
}

function fingerprint(sources) {
  const hash = createHash('sha256').update(process.version);
  for (const source of sources) {
    for (const file of filesOf(source)) hash.update(`\0${file}\0`).update(readFileSync(join(root, file)));
  }
  return hash.digest('hex');
}

/** Of the service, so that nothing stays of a file that is gone; the page has a folder and a fingerprint of its own. */
function removeBuilt() {
  const dist = join(root, 'dist');
  if (!existsSync(dist)) return;
  for (const name of readdirSync(dist)) {
    if (name !== 'web') rmSync(join(dist, name), { recursive: true, force: true });
  }
}

function run(program, args) {
  try {
    // Whoever builds first, jest included, builds what is served.
    const env = { ...process.env, NODE_ENV: 'production' };
    execFileSync(process.execPath, [program, ...args], { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    console.error(`holdfast: the build failed\n${error.stdout}${error.stderr}`);
    process.exit(1);
  }
}

const stale = parts
  .map((part) => ({ ...part, wanted: fingerprint(part.sources) }))
  .filter(({ stamp, wanted, isThere }) => {
    const built = existsSync(stamp) && isThere() ? readFileSync(stamp, 'utf8') : '';
    return built !== wanted || process.argv.includes('--force');
  });
// Not on stdout, which may be what `npm run token` prints.
if (stale.length > 0) console.error('holdfast: building…');
for (const { stamp, wanted, build } of stale) {
  rmSync(stamp, { force: true });
  build();
  writeFileSync(stamp, wanted);
}

// The account that builds owns node_modules; the one that runs the service may not be able to write there.
// A failure is reported by the start that needs the embedded Postgres.
await import('../dist/database/embedded/binaries.js')
  .then(({ findBinaries }) => findBinaries())
  .catch(() => {});
