// What the measurements share: a service on a Postgres of its own, and the middle of some figures.
import { spawn } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { startCluster } from '../dist/database/embedded/cluster.js';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));

/** Of an even number the mean of the middle two. */
export const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length / 2;
  return (sorted[Math.ceil(half) - 1] + sorted[Math.floor(half)]) / 2;
};
/** Of sorted values the one that so great a part is below. */
export const quantile = (sorted, part) => sorted[Math.floor(sorted.length * part)];
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

/** A job of each name, by 16 clients. */
export async function scheduleMany(url, names) {
  let next = 0;
  const client = async () => {
    while (next < names.length) await schedule(url, names[next++]);
  };
  await Promise.all(Array.from({ length: Math.min(names.length, 16) }, client));
}

/** Jobs that have not ended. */
async function openJobs(client) {
  const { rows } = await client.query('SELECT count(*)::int AS open FROM jobs WHERE ended_at IS NULL');
  return rows[0].open;
}

/** Until all jobs have ended; answers how often it has looked. */
export async function untilNoneIsOpen(client, lookMs = 20) {
  for (let looks = 1; ; looks += 1) {
    if ((await openJobs(client)) === 0) return looks;
    await new Promise((done) => setTimeout(done, lookMs));
  }
}

/** No job is left. The TRUNCATE wants all tables at once, which a service may be looking at. */
export async function withoutJobs(client) {
  for (;;) {
    const done = await client.query('TRUNCATE definitions CASCADE').catch((error) => error);
    if (done.code !== '40P01') return;
  }
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

/**
 * Each of `ways` in turn, round after round, so that what else the machine does meets all of them alike. A way answers
 * numbers by name, or one number. Answers the middle of each with its range.
 */
export async function inTurn(rounds, ways) {
  const all = {};
  for (let round = 0; round <= rounds; round += 1) {
    for (const [name, way] of Object.entries(ways)) {
      const told = await way();
      // The first round only warms up.
      if (round === 0) continue;
      for (const [what, value] of Object.entries(typeof told === 'number' ? { '': told } : told))
        ((all[name] ??= {})[what] ??= []).push(value);
    }
  }
  const middle = (values) => ({
    median: median(values),
    least: Math.min(...values),
    most: Math.max(...values),
  });
  return Object.fromEntries(
    Object.entries(all).map(([name, told]) => {
      const each = Object.entries(told).map(([what, values]) => [what, middle(values)]);
      return [name, each.length === 1 && each[0][0] === '' ? each[0][1] : Object.fromEntries(each)];
    }),
  );
}

/** A line for people, and for whoever counts on: `npm run bench` gathers what is told on the third stream. */
export function tell(what, figures) {
  const show = (value) =>
    value >= 100 ? value.toFixed(0) : value >= 1 ? value.toFixed(2) : value.toFixed(3);
  const one = (figure) =>
    typeof figure === 'number'
      ? show(figure)
      : 'median' in figure
        ? `${show(figure.median)} (${show(figure.least)} to ${show(figure.most)})`
        : Object.entries(figure)
            .map(([name, value]) => `${name} ${one(value)}`)
            .join(', ');
  console.log(`${what}: ${one(figures)}`);
  const file = process.env.HOLDFAST_BENCH_RESULTS;
  if (file !== undefined) appendFileSync(file, `${JSON.stringify({ what, figures })}\n`);
}
