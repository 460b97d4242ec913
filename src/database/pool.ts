/** Connections to Postgres: bounded, pipelined, and a named prepared statement for each text. */
import { createHash } from 'node:crypto';
import pg from 'pg';
import { watchPool } from '../telemetry/pools.js';

export interface PoolOptions {
  /** Shown in pg_stat_activity. */
  readonly name: string;
  readonly size: number;
}

/** How long a caller waits for a connection before it is told that there is none. */
const CONNECT_MS = 5_000;
/** For an answer; a connection that is only half there gives none, and is dropped then. */
const QUERY_MS = 30_000;
/** For somebody else's lock, and for a transaction whose process has stopped in the middle of it. */
const LOCK_MS = 15_000;
const IDLE_IN_TRANSACTION_MS = 20_000;

export function openPool(url: string, { name, size }: PoolOptions): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    application_name: `holdfast ${name}`,
    max: size,
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: QUERY_MS,
    lock_timeout: LOCK_MS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
    keepAlive: true,
    pipeline: true,
  });
  watchPool(name, pool);
  // An idle connection that breaks is replaced by the next query.
  pool.on('error', () => undefined);
  return pool;
}

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
