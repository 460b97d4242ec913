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

/** `use` gets the cluster, a client of its database, and `start` for services on it, which are killed in the end. */
export async function withCluster({ pipelines, settings = {} }, use) {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
  writeFileSync(join(folder, 'pipelines.yml'), pipelines);
  const cluster = await startCluster(join(folder, 'data'), settings);
  const client = new pg.Client({ connectionString: cluster.url });
  await client.connect();
  const services = [];
  const start = async (env = {}) => {
    const service = await startService(folder, { DATABASE_URL: cluster.url, ...env });
    services.push(service);
    return service;
  };
  try {
    return await use({ start, client, databaseUrl: cluster.url, folder });
  } finally {
    await client.end();
    for (const service of services) service.process.kill('SIGTERM');
    await Promise.all(services.map(({ exited }) => exited));
    await cluster.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function startService(cwd, env) {
  const child = spawn(process.execPath, [MAIN], {
    cwd,
    env: { PATH: process.env.PATH, PORT: '0', HOLDFAST_LOG_FORMAT: 'text', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = new Promise((done) => child.once('exit', done));
  const url = await new Promise((done, fail) => {
    let said = '';
    child.stdout.on('data', (bytes) => {
      said += bytes;
      const address = /(http:\/\/[^/,\s]+)/.exec(said);
      if (address !== null) done(address[1]);
    });
    child.once('exit', () => fail(new Error('the service does not start')));
  });
  return { process: child, exited, url };
}

/** `use` gets the service's address, the database's, and a client of it; Postgres runs with its default settings. */
export function withService({ pipelines, env = {} }, use) {
  return withCluster({ pipelines }, async ({ start, ...rest }) => {
    const { url } = await start(env);
    return use({ url, ...rest });
  });
}

export async function schedule(url, pipeline) {
  const response = await fetch(`${url}/pipelines/schedule`, {
    method: 'POST',
    body: JSON.stringify({ pipeline }),
  });
  return (await response.json()).jobId;
}
