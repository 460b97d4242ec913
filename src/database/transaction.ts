/** One transaction on one connection; begun again where Postgres says that another try will do. */
import type pg from 'pg';
import { unavailable } from '../domain/errors.js';
import { KEEP_PLANS_IN_TRANSACTION } from './plans.js';
import type { Pool } from './pool.js';

export type Transaction = pg.PoolClient;

/** Serialization failure and deadlock: nothing has happened, and the same again may go through. */
const AGAIN = ['40001', '40P01'];
/** A definition that nobody used was removed just when somebody did. */
const AGAIN_CONSTRAINT = 'jobs_definition_id_fkey';
const TRIES = 5;
/** Not awaited, as one packet with the first statement: it costs no round trip. */
const BEGIN = `BEGIN; ${KEEP_PLANS_IN_TRANSACTION}`;
/** Said of every statement after one that failed. */
const FOLLOWS = '25P02';

function isWorthAnotherTry(error: unknown): boolean {
  const { code = '', constraint } = error as { code?: string; constraint?: string };
  return AGAIN.includes(code) || constraint === AGAIN_CONSTRAINT;
}

/** The last statements of a transaction: sent together with its COMMIT, in one packet. */
export type AtCommit = <T>(statement: Promise<T>) => Promise<T>;

type Work<T> = (on: Transaction, atCommit: AtCommit) => Promise<T>;

/** Commits what `work` did when it resolves, and undoes it when it, or one of its last statements, rejects. */
export async function inTransaction<T>(pool: Pool, work: Work<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await pool.guard((isOver) => once(pool, work, isOver));
    } catch (error) {
      if (attempt === TRIES || !isWorthAnotherTry(error)) throw error;
    }
  }
}

async function once<T>(pool: Pool, work: Work<T>, isOver: () => boolean): Promise<T> {
  const client = await pool.connect();
  if (isOver()) {
    client.release();
    throw unavailable();
  }
  let broken: Error | undefined;
  const last: Promise<unknown>[] = [];
  const atCommit: AtCommit = (statement) => {
    // Awaited below; until then a rejection is nobody's oversight.
    statement.catch(() => undefined);
    last.push(statement);
    return statement;
  };
  try {
    void atCommit(client.query(BEGIN));
    const result = await work(client, atCommit);
    // After a statement that failed, COMMIT rolls back; what failed is what is thrown.
    void atCommit(client.query('COMMIT'));
    await Promise.all(last);
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch((failure: unknown) => (broken = failure as Error));
    throw await causeOf(error, last);
  } finally {
    client.release(broken);
  }
}

/** Of statements that were sent together, the first one that failed says why. */
async function causeOf(error: unknown, sent: readonly Promise<unknown>[]): Promise<unknown> {
  if ((error as { code?: string }).code !== FOLLOWS) return error;
  for (const one of await Promise.allSettled(sent)) if (one.status === 'rejected') return one.reason;
  return error;
}
