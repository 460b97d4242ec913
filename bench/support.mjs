// What the measurements share: a service on a Postgres of its own, and the middle of some figures.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { startCluster } from '../dist/database/embedded/cluster.js';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));

export const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
export const range = (values, digits = 1) =>
  `${Math.min(...values).toFixed(digits)} to ${Math.max(...values).toFixed(digits)}`;

/** `use` gets the service's address, the database's, and a client of it; Postgres runs with its default settings. */
export async function withService({ pipelines, env = {} }, use) {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
  writeFileSync(join(folder, 'pipelines.yml'), pipelines);
  const cluster = await startCluster(join(folder, 'data'));
  const service = spawn(process.execPath, [MAIN], {
    cwd: folder,
    env: { PATH: process.env.PATH, PORT: '0', DATABASE_URL: cluster.url, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = new Promise((done) => service.once('exit', done));
  const url = await new Promise((done, fail) => {
    let said = '';
    service.stdout.on('data', (bytes) => {
      said += bytes;
      const address = /(http:\/\/[^/,\s]+)/.exec(said);
      if (address !== null) done(address[1]);
    });
    service.once('exit', () => fail(new Error('the service does not start')));
  });
  const client = new pg.Client({ connectionString: cluster.url });
  await client.connect();
  try {
    return await use({ url, databaseUrl: cluster.url, client, folder });
  } finally {
    await client.end();
    service.kill('SIGTERM');
    await exited;
    await cluster.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

export async function schedule(url, pipeline) {
  const response = await fetch(`${url}/pipelines/schedule`, {
    method: 'POST',
    body: JSON.stringify({ pipeline }),
  });
  return (await response.json()).jobId;
}
