/** Finds the database: the given one, which may be a little late, or the embedded one, which is started. */
import { setTimeout as sleep } from 'node:timers/promises';
import { logger, PROGRAM } from '../telemetry/log.js';
import { type Cluster, startCluster } from './embedded/cluster.js';
import { problemOf } from './problem.js';
import { StoppedError } from './stopped.js';

const log = logger(PROGRAM);

const WAIT_MS = 30_000;
const RETRY_MS = 1_000;

export class DatabaseError extends Error {}

export interface DatabaseSource {
  /** null: embedded. */
  readonly databaseUrl: string | null;
  /** The same database, with the role that migrates; null: there is one role for all. */
  readonly migrationUrl: string | null;
  /** Whether a start migrates. */
  readonly migrate: boolean;
  readonly dataFolder: string;
}

export interface FoundDatabase {
  readonly url: string;
  readonly migrationUrl: string;
  /** What has to be stopped in the end. */
  readonly cluster: Cluster | null;
}

export async function findDatabase(
  { databaseUrl: url, migrationUrl, migrate, dataFolder }: DatabaseSource,
  signal: AbortSignal,
): Promise<FoundDatabase> {
  if (url === null) {
    const cluster = await startCluster(dataFolder);
    return { url: cluster.url, migrationUrl: cluster.url, cluster };
  }
  await waitForDatabase(url, 'DATABASE_URL', signal);
  if (migrate && migrationUrl !== null) await waitForDatabase(migrationUrl, 'HOLDFAST_MIGRATION_URL', signal);
  return { url, migrationUrl: migrationUrl ?? url, cluster: null };
}

/** Where a database is, without its password. */
export function placeOf(url: string): string {
  const { host, pathname } = new URL(url);
  return `${host}${pathname}`;
}

/** `variable` is the setting that has the address. */
export async function waitForDatabase(url: string, variable: string, signal: AbortSignal): Promise<void> {
  const end = Date.now() + WAIT_MS;
  let told = false;
  for (;;) {
    const problem = await problemOf(url);
    if (problem === null) return;
    const { what, reason, isLasting } = problem;
    if (isLasting || Date.now() + RETRY_MS > end)
      throw new DatabaseError(`the database at ${placeOf(url)} (${variable}) cannot be ${what}: ${reason}`);
    if (!told) log.warn(`waiting for the database at ${placeOf(url)}: ${reason}`);
    told = true;
    await sleep(RETRY_MS, undefined, { signal }).catch(() => {
      throw new StoppedError(signal);
    });
  }
}
