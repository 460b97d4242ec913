/** Finds the database: the given one, which may be a little late, or the embedded one, which is started. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { DatabaseAddress } from '../config/database/address.js';
import { addressIn } from '../config/database/read-address.js';
import { logger, PROGRAM } from '../telemetry/log.js';
import { Target } from './connect/target.js';
import { type Cluster, startCluster } from './embedded/cluster.js';
import { examine } from './problem.js';
import { StoppedError, unlessStopped } from './stopped.js';

const log = logger(PROGRAM);

const WAIT_MS = 30_000;
const RETRY_MS = 1_000;

export class DatabaseError extends Error {}

export interface DatabaseSource {
  /** null: embedded. */
  readonly database: DatabaseAddress | null;
  /** The same database, with the role that migrates; null: there is one role for all. */
  readonly migrationDatabase: DatabaseAddress | null;
  /** Whether a start migrates. */
  readonly migrate: boolean;
  readonly dataFolder: string;
  /** Schema of the embedded Postgres; null: `public`. */
  readonly schema: string | null;
}

export interface FoundDatabase {
  readonly target: Target;
  readonly migrationTarget: Target;
  /** Whether a connection pooler is in front of it. */
  readonly isPooled: boolean;
  /** What has to be stopped in the end. */
  readonly cluster: Cluster | null;
}

export async function findDatabase(
  { database, migrationDatabase, migrate, dataFolder, schema }: DatabaseSource,
  signal: AbortSignal,
): Promise<FoundDatabase> {
  if (database === null) {
    const cluster = await startCluster(dataFolder, {}, signal);
    const target = new Target({ ...addressIn(cluster.url), schema });
    return { target, migrationTarget: target, isPooled: false, cluster };
  }
  const target = new Target(database);
  const { isPooled } = await waitForDatabase(target, signal);
  if (migrationDatabase === null) return { target, migrationTarget: target, isPooled, cluster: null };
  const migrationTarget = new Target(migrationDatabase);
  if (migrate) await waitForDatabase(migrationTarget, signal);
  return { target, migrationTarget, isPooled, cluster: null };
}

/** Waits until it can be used, and says once why it cannot yet, and what of its address is not used. */
export async function waitForDatabase(
  target: Target,
  signal: AbortSignal,
): Promise<{ readonly isPooled: boolean }> {
  const end = Date.now() + WAIT_MS;
  const { place, address } = target;
  warnOfIgnored(address);
  let told = false;
  for (;;) {
    const { problem, isPooled } = await unlessStopped(signal, () => examine(target));
    if (problem === null) return { isPooled };
    const { what, reason, isLasting } = problem;
    if (isLasting || Date.now() + RETRY_MS > end)
      throw new DatabaseError(`the database at ${place} (${address.variable}) cannot be ${what}: ${reason}`);
    if (!told) log.warn(`waiting for the database at ${place}: ${reason}`);
    told = true;
    await sleep(RETRY_MS, undefined, { signal }).catch(() => {
      throw new StoppedError(signal);
    });
  }
}

/** By name only, because a value may be a secret. */
function warnOfIgnored({ variable, ignored }: DatabaseAddress): void {
  if (ignored.length > 0) log.warn(`warning: ${variable}: not used, and passed over: ${ignored.join(', ')}`);
}
