/** Connections to Postgres: bounded, pipelined, and a named prepared statement for each text. */
import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { guarded } from '../telemetry/guarded.js';
import { watchPool } from '../telemetry/pools.js';
import { answerWith } from './connect/answer.js';
import { clientClassOf } from './connect/client.js';
import { Target } from './connect/target.js';
import { PLAN_SETTINGS } from './plans.js';
import { isCrowded, Shortage } from './shortage.js';
import { GOODBYE_MS, type Limits, STATEMENT_AFTER_MS, WORKER } from './limits.js';

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
  /** Returns whether the server refuses every connection of it. */
  isShort(): Promise<boolean>;
  /** Ends also where nobody answers. */
  close(): Promise<void>;
}

export function openPool(
  database: Target | string,
  { name, keepsPlans = false, guard = unguarded, ...limits }: PoolOptions,
): Pool {
  const { size, connectMs, queryMs, lockMs, idleInTransactionMs } = { ...WORKER, ...limits };
  /** With the time when each was opened. */
  const sockets = new Map<Socket, number>();
  const target = Target.of(database);
  const pool = new pg.Pool({
    max: size,
    connectionTimeoutMillis: connectMs,
    Client: clientClassOf({
      target,
      name,
      connectMs,
      queryMs,
      settings: {
        statement_timeout: String(queryMs + STATEMENT_AFTER_MS),
        lock_timeout: String(lockMs),
        idle_in_transaction_session_timeout: String(idleInTransactionMs),
        ...(keepsPlans ? PLAN_SETTINGS : {}),
      },
      pipeline: true,
      onSocket: (socket) => {
        sockets.set(socket, performance.now());
        socket.once(
          'close',
          guarded('database', () => sockets.delete(socket)),
        );
      },
    }),
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
    }),
  );
  const shortage = new Shortage(name, pool);
  reachAll(pool, target, { shortage, connectMs });
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
  const isShort = () => shortage.check();
  return Object.assign(pool, limited as Pick<Pool, 'guard' | 'query'>, { drop, close, isShort });
}

/**
 * Before a pool without a connection is told that there is none. Postgres counts those that it is about to refuse as
 * well: of five that are opened at once it may refuse all, and take one alone.
 */
const ATTEMPTS = 3;
const ATTEMPT_MS = 50;

/**
 * Has each new connection try all hosts of the address, in place of the one where the last connection went. Where the
 * server takes no more, what is asked waits for a connection that is there.
 */
function reachAll(
  pool: pg.Pool,
  target: Target,
  { shortage, connectMs }: { shortage: Shortage; connectMs: number },
): void {
  const connectOne = pool.connect.bind(pool) as () => Promise<pg.PoolClient>;
  const connect = async (): Promise<pg.PoolClient> => {
    const end = performance.now() + connectMs;
    for (let refusals = 0; ;)
      try {
        return await target.reach(connectOne);
      } catch (error) {
        if (!isCrowded(error)) throw error;
        shortage.note(error);
        if (performance.now() > end) throw error;
        if (shortage.hasSome) continue;
        refusals += 1;
        if (refusals === ATTEMPTS) throw error;
        await sleep(ATTEMPT_MS);
      }
  };
  type Callback = (
    error: unknown,
    client: pg.PoolClient | undefined,
    release: (error?: Error | boolean) => void,
  ) => void;
  const reach = (callback?: Callback) => {
    const connected = connect();
    if (callback === undefined) return connected;
    answerWith(connected, (error, client) => {
      callback(error, client, (problem) => client?.release(problem));
    });
    return undefined;
  };
  Object.assign(pool, { connect: reach });
}

export const unguarded: Guard = (work) => work(() => false);

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
