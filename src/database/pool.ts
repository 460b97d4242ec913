/** Connections to Postgres: bounded, pipelined, and a named prepared statement for each text. */
import { createHash } from 'node:crypto';
import { Socket } from 'node:net';
import pg from 'pg';
import { guarded } from '../telemetry/guarded.js';
import { watchPool } from '../telemetry/pools.js';
import { KEEP_PLANS } from './plans.js';
import { GOODBYE_MS, KEEP_ALIVE_MS, type Limits, STATEMENT_AFTER_MS, WORKER } from './limits.js';

/**
 * Rejects where `work` would wait for a database that does not answer. `isOver`: it has, so that nobody knows of what
 * would begin now.
 */
export type Guard = <T>(work: (isOver: () => boolean) => Promise<T>) => Promise<T>;

/** What is not said is as for a worker. */
export interface PoolOptions extends Partial<Limits> {
  /** Shown in pg_stat_activity. */
  readonly name: string;
  readonly size: number;
  /** All that it is asked finds its rows by their keys. */
  readonly keepsPlans?: boolean;
  /** Of each statement, and each transaction; without one they wait as long as it takes. */
  readonly guard?: Guard;
}

export interface Pool extends pg.Pool {
  readonly guard: Guard;
  /**
   * Without a goodbye, those in use included: what waits for them fails now, and what comes next gets new ones.
   * `openedBefore`, by the monotonic clock: later ones stay.
   */
  drop(openedBefore?: number): void;
  /** Ends also where nobody answers. */
  close(): Promise<void>;
}

export function openPool(
  url: string,
  { name, keepsPlans = false, guard = unguarded, ...limits }: PoolOptions,
): Pool {
  const { size, connectMs, queryMs, lockMs, idleInTransactionMs } = { ...WORKER, ...limits };
  /** With the time when each was opened. */
  const sockets = new Map<Socket, number>();
  const pool = new pg.Pool({
    connectionString: url,
    application_name: `holdfast ${name}`,
    max: size,
    connectionTimeoutMillis: connectMs,
    query_timeout: queryMs,
    statement_timeout: queryMs + STATEMENT_AFTER_MS,
    lock_timeout: lockMs,
    idle_in_transaction_session_timeout: idleInTransactionMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
    pipeline: true,
    stream: () => {
      const socket = new Socket();
      sockets.set(socket, performance.now());
      return socket.once(
        'close',
        guarded('database', () => sockets.delete(socket)),
      );
    },
  });
  watchPool(name, pool);
  // An idle connection that breaks is replaced by the next query.
  pool.on('error', () => undefined);
  // While one is handed on nobody listens to it, and an error in the same breath would end the process. What it means,
  // statements say by rejecting, and the pool does not keep whom it has broken.
  pool.on(
    'connect',
    guarded('database', (client) => {
      client.on('error', () => undefined);
      // Answered before whatever it is asked next, and one that fails has failed for good.
      if (keepsPlans) client.query(KEEP_PLANS).catch(() => undefined);
    }),
  );
  const drop = (openedBefore = Infinity) => {
    for (const [socket, opened] of sockets) if (opened < openedBefore) socket.destroy();
  };
  const close = async () => {
    const timer = setTimeout(guarded('database', drop), GOODBYE_MS);
    await pool.end();
    clearTimeout(timer);
  };
  // What is asked by a callback or as a Submittable would not be guarded; nobody here does.
  const query = pool.query.bind(pool) as (...asked: unknown[]) => Promise<unknown>;
  const limited = { guard, query: (...asked: unknown[]) => guard(() => query(...asked)) };
  return Object.assign(pool, limited as Pick<Pool, 'guard' | 'query'>, { drop, close });
}

const unguarded: Guard = (work) => work(() => false);

/** A statement that Postgres parses and plans once a connection. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

export const statement = (text: string): Statement => ({ name: statementName(text), text });

export const statementName = (text: string) => createHash('sha1').update(text).digest('base64url');

export interface Queryable {
  query<R extends pg.QueryResultRow>(config: pg.QueryConfig): Promise<pg.QueryResult<R>>;
}

/** Rows of a statement. */
export async function rowsOf<R extends pg.QueryResultRow>(
  on: Queryable,
  { name, text }: Statement,
  values: unknown[] = [],
): Promise<R[]> {
  return (await on.query<R>({ name, text, values })).rows;
}

/** How many rows a statement changed. */
export async function countOf(
  on: Queryable,
  { name, text }: Statement,
  values: unknown[] = [],
): Promise<number> {
  return (await on.query({ name, text, values })).rowCount ?? 0;
}
