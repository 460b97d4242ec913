// Before the tests that need one: a Postgres of their own, with this version's tables as a template to copy.
// Plain JavaScript over what was built, because Jest loads this file without its own module rules.
import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

// Nothing here has to outlive a power cut.
const SETTINGS = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '300' };

export default async function setUp() {
  // Tests of whole processes run what was built.
  run('scripts/build.mjs');
  const { startCluster } = await import('../../dist/database/embedded/cluster.js');

  const folder = mkdtempSync(join(tmpdir(), 'holdfast-test-'));
  const cluster = await startCluster(folder, SETTINGS);
  run('dist/migrate.js', { DATABASE_URL: cluster.url });
  process.env.HOLDFAST_TEST_SERVER = cluster.url;
  globalThis.holdfastTest = { cluster, folder };
}

function run(script, env = {}) {
  const file = fileURLToPath(new URL(`../../${script}`, import.meta.url));
  execFileSync(process.execPath, [file], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, ...env },
  });
}
