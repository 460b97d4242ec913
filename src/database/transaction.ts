/** One transaction on one connection; begun again where Postgres says that another try will do. */
import type pg from 'pg';

export type Transaction = pg.PoolClient;

/** Serialization failure and deadlock: nothing has happened, and the same again may go through. */
const AGAIN = ['40001', '40P01'];
const TRIES = 5;

/** Commits what `work` did when it resolves, and undoes it when it rejects. */
export async function inTransaction<T>(
  pool: pg.Pool,
  work: (transaction: Transaction) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await once(pool, work);
    } catch (error) {
      if (attempt === TRIES || !AGAIN.includes((error as { code?: string }).code ?? '')) throw error;
    }
  }
}

async function once<T>(pool: pg.Pool, work: (transaction: Transaction) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    // Not awaited: it goes out in one packet with the first statement.
    const begun = client.query('BEGIN');
    begun.catch(() => undefined);
    const result = await work(client);
    await begun;
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch((failure: unknown) => (broken = failure as Error));
    throw error;
  } finally {
    client.release(broken);
  }
}
