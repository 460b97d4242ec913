/** The embedded Postgres: made once in its folder, started or found running, and stopped when nobody uses it. */
import { randomBytes } from 'node:crypto';
import { chown, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { type Binaries, EmbeddedError, findBinaries } from './binaries.js';
import { clusterUser, run, type User } from './program.js';
import { readPostmaster, removeStale } from './postmaster.js';

export interface Cluster {
  readonly url: string;
  /** Fast, unless another process of ours is connected. */
  stop(): Promise<void>;
}

const ROLE = 'holdfast';
const DATABASE = 'holdfast';
const PASSWORD_FILE = 'holdfast.password';
const STARTS = 5;
const READY_SECONDS = 60;

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
  return { url: at(DATABASE), stop: () => stop(binaries, cluster, user, at('postgres')) };
}

const exists = (file: string) =>
  readFile(file).then(
    () => true,
    () => false,
  );

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

/** Made beside its place and moved there, so that a crash, or somebody else, never leaves half a cluster. */
async function initialise(binaries: Binaries, cluster: string, user: User | null): Promise<void> {
  const fresh = await mkdtemp(`${cluster}.new-`);
  const secret = join(dirname(cluster), `${ROLE}-${randomBytes(6).toString('hex')}.password`);
  try {
    await writeFile(secret, `${randomBytes(24).toString('hex')}\n`, { mode: 0o600 });
    if (user !== null) for (const path of [fresh, secret]) await chown(path, user.uid, user.gid);
    const flags = ['--auth=scram-sha-256', '--encoding=UTF8', '--locale=C', '--data-checksums'];
    await run(binaries.initdb, ['-D', fresh, '-U', ROLE, `--pwfile=${secret}`, ...flags], user);
    await rename(secret, join(fresh, PASSWORD_FILE));
    await rename(fresh, cluster);
  } catch (error) {
    if (!(await exists(join(cluster, 'PG_VERSION')))) throw error;
  } finally {
    await rm(fresh, { recursive: true, force: true });
    await rm(secret, { force: true });
  }
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
    const running = await readPostmaster(cluster);
    if (running?.ready === true) return running.port;
    const options = [...flags, `-c port=${await freePort()}`].join(' ');
    const log = join(cluster, 'start.log');
    try {
      // Waits for one that is starting or recovering, too; it fails if somebody else was first.
      await run(
        binaries.pgCtl,
        ['start', '-w', '-t', `${READY_SECONDS}`, '-D', cluster, '-l', log, '-o', options],
        user,
      );
    } catch (error) {
      failure = error;
      await new Promise((done) => setTimeout(done, 300));
    }
  }
  const running = await readPostmaster(cluster);
  if (running?.ready === true) return running.port;
  throw new EmbeddedError(`the embedded Postgres in ${cluster} does not start: ${String(failure)}`);
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

async function stop(binaries: Binaries, cluster: string, user: User | null, url: string): Promise<void> {
  const others = await connected(url, async (client) => {
    const { rows } = await client.query<{ count: number }>(
      'SELECT count(*)::int FROM pg_stat_activity WHERE datname = $1',
      [DATABASE],
    );
    return rows[0]?.count ?? 0;
  }).catch(() => 0);
  if (others > 0) return;
  const running = await readPostmaster(cluster);
  if (running !== null) await run(binaries.pgCtl, ['stop', '-w', '-m', 'fast', '-D', cluster], user);
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
