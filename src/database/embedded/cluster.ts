/** The embedded Postgres: made once in its folder, started or found running, kept so, and stopped when nobody uses it. */
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type pg from 'pg';
import { openClient } from '../connect/client.js';
import { Target } from '../connect/target.js';
import { type Binaries, EmbeddedError, findBinaries } from './binaries.js';
import { exists, initialise, PASSWORD_FILE, ROLE } from './initialise.js';
import { Keeper } from './keeper.js';
import type { Place } from './place.js';
import { clusterUser, run, type User } from './program.js';
import { readPostmaster } from './postmaster.js';
import { findOrStart, startAgain } from './start.js';
import { stopPostgres } from './stop.js';

export interface Cluster {
  readonly url: string;
  /** Fast, unless another process of ours is connected. */
  stop(): Promise<void>;
}

const DATABASE = 'holdfast';
const CONNECT_MS = 10_000;

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

const NEVER = new AbortController().signal;

/**
 * `folder` may be shared by processes that start at once; `settings` are Postgres's. Once the signal is aborted, rejects
 * with a `StoppedError` if Postgres is not ready, and has it stopped by then.
 */
export async function startCluster(
  folder: string,
  settings: Record<string, string> = {},
  signal = NEVER,
): Promise<Cluster> {
  const binaries = findBinaries();
  const cluster = clusterIn(folder);
  await makeFolder(folder);
  await checkVersion(binaries, cluster);
  const user = clusterUser(cluster);
  if (!(await exists(join(cluster, 'PG_VERSION')))) await initialise(binaries, cluster, user);
  const password = (await readFile(join(cluster, PASSWORD_FILE), 'utf8')).trim();
  const place: Place = { binaries, cluster, user, settings: { ...SETTINGS, ...settings } };
  const port = await findOrStart(place, signal);
  const at = (database: string) => `postgresql://${ROLE}:${password}@127.0.0.1:${port}/${database}`;
  const keeper = new Keeper({
    url: at('postgres'),
    startAgain: (closing) => startAgain(place, port, closing),
  });
  try {
    await createDatabase(at('postgres'));
    await keeper.open();
  } catch (error) {
    await stop(place, keeper);
    throw error;
  }
  return { url: at(DATABASE), stop: () => stop(place, keeper) };
}

/** Returns the user that its Postgres runs as; null: this process's own. */
export const ownerOf = (folder: string): User | null => clusterUser(clusterIn(folder));

const clusterIn = (folder: string) => join(folder, 'postgres');

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

async function stop(place: Place, keeper: Keeper): Promise<void> {
  const others = await keeper.close();
  if (others === 0 && (await readPostmaster(place.cluster)) !== null) await stopPostgres(place);
}

async function connected<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = await openClient({ target: Target.of(url), name: 'start', connectMs: CONNECT_MS });
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}
