/** The embedded Postgres: made once in its folder, started or found running, and stopped when nobody uses it. */
import { randomBytes } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import pg from 'pg';
import { type Binaries, EmbeddedError, findBinaries } from './binaries.js';
import { exists, initialise, PASSWORD_FILE, ROLE } from './initialise.js';
import { clusterUser, run, type User } from './program.js';
import { readPostmaster, removeStale } from './postmaster.js';

export interface Cluster {
  readonly url: string;
  /** Fast, unless another process of ours is connected. */
  stop(): Promise<void>;
}

const DATABASE = 'holdfast';
const KEEPER = 'holdfast keeper ';
const STARTS = 5;
const READY_SECONDS = 60;
const LOOK_MS = 200;

/** Kept small: this Postgres serves one machine. Its log is a week of days, each overwritten by the next. */
const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '200',
  logging_collector: 'on',
  log_filename: 'postgres-%a.log',
  log_rotation_age: '1d',
  log_truncate_on_rotation: 'on',
  log_statement: 'none',
};

/** `folder` may be shared by processes that start at once; `settings` are Postgres's. */
export async function startCluster(folder: string, settings: Record<string, string> = {}): Promise<Cluster> {
  const binaries = findBinaries();
  const cluster = join(folder, 'postgres');
  await makeFolder(folder);
  await checkVersion(binaries, cluster);
  const user = clusterUser(cluster);
  if (!(await exists(join(cluster, 'PG_VERSION')))) await initialise(binaries, cluster, user);
  const password = (await readFile(join(cluster, PASSWORD_FILE), 'utf8')).trim();
  const port = await findOrStart(binaries, cluster, user, { ...SETTINGS, ...settings });
  const at = (database: string) => `postgresql://${ROLE}:${password}@127.0.0.1:${port}/${database}`;
  await createDatabase(at('postgres'));
  const keeper = await keep(at('postgres'));
  return { url: at(DATABASE), stop: () => stop(binaries, cluster, user, at('postgres'), keeper) };
}

/** A connection that says for as long as this process lives that the cluster is in use. */
async function keep(url: string): Promise<Keeper> {
  const name = `${KEEPER}${randomBytes(6).toString('hex')}`;
  const client = new pg.Client({ connectionString: url, application_name: name, keepAlive: true });
  client.on('error', () => undefined);
  await client.connect();
  return { client, name };
}

interface Keeper {
  readonly client: pg.Client;
  readonly name: string;
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    throw new EmbeddedError(`the data folder ${folder} cannot be made: ${(error as Error).message}`);
  }
}

async function checkVersion(binaries: Binaries, cluster: string): Promise<void> {
  const found = (await readFile(join(cluster, 'PG_VERSION'), 'utf8').catch(() => '')).trim();
  if (found === '') return;
  const [, ours] = /(\d+)\./.exec(await run(binaries.postgres, ['--version'], clusterUser(cluster))) ?? [];
  if (found === ours) return;
  throw new EmbeddedError(
    `the data in ${cluster} is of Postgres ${found}, this is ${String(ours)}: move the folder away, ` +
      'or dump it with the old version and set DATABASE_URL to a newer Postgres that has it',
  );
}

/** The port of a Postgres that runs on this cluster already, left by a crash or held by a neighbour, or of a new one. */
async function findOrStart(
  binaries: Binaries,
  cluster: string,
  user: User | null,
  settings: Record<string, string>,
): Promise<number> {
  const flags = Object.entries(settings).map(([name, value]) => `-c ${name}='${value}'`);
  let failure: unknown;
  for (let start = 0; start < STARTS; start += 1) {
    await removeStale(cluster);
    const port = await readyPort(cluster);
    if (port !== null) return port;
    const options = [...flags, `-c port=${await freePort()}`].join(' ');
    const log = join(cluster, 'start.log');
    const args = ['start', '-w', '-t', `${READY_SECONDS}`, '-D', cluster, '-l', log, '-o', options];
    // It fails if somebody else was first, whom the next round finds.
    await run(binaries.pgCtl, args, user).catch((error: unknown) => (failure = error));
  }
  const port = await readyPort(cluster);
  if (port !== null) return port;
  throw new EmbeddedError(`the embedded Postgres in ${cluster} does not start: ${String(failure)}`);
}

/** Of the one that runs, which may still be recovering, or ending; null: none does. */
async function readyPort(cluster: string): Promise<number | null> {
  for (let waited = 0; waited < READY_SECONDS * 1000; waited += LOOK_MS) {
    const running = await readPostmaster(cluster);
    if (running === null) return null;
    if (running.ready) return running.port;
    await new Promise((done) => setTimeout(done, LOOK_MS));
  }
  throw new EmbeddedError(`the embedded Postgres in ${cluster} is not ready after ${READY_SECONDS} s`);
}

function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const server = createServer().once('error', fail);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => {
        done(port);
      });
    });
  });
}

async function createDatabase(url: string): Promise<void> {
  await connected(url, async (client) => {
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [DATABASE]);
    if (rowCount !== 0) return;
    await client.query(`CREATE DATABASE ${DATABASE}`).catch((error: unknown) => {
      const somebodyElseDid = ['42P04', '23505'];
      if (!somebodyElseDid.includes((error as { code?: string }).code ?? '')) throw error;
    });
  });
}

async function stop(
  binaries: Binaries,
  cluster: string,
  user: User | null,
  url: string,
  { client: keeper, name }: Keeper,
): Promise<void> {
  await keeper.end().catch(() => undefined);
  const others = await connected(url, async (client) => {
    const { rows } = await client.query<{ count: number }>(
      'SELECT count(*)::int FROM pg_stat_activity WHERE starts_with(application_name, $1) AND application_name <> $2',
      [KEEPER, name],
    );
    return rows[0]?.count ?? 0;
  }).catch(() => 0);
  if (others > 0 || (await readPostmaster(cluster)) === null) return;
  try {
    await run(binaries.pgCtl, ['stop', '-w', '-m', 'fast', '-D', cluster], user);
  } catch (error) {
    // Somebody else may have stopped it at the same time.
    if ((await readPostmaster(cluster)) !== null) throw error;
  }
}

async function connected<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}
