/** The statements about keys: which job the ask of a caller has become, for a day. */
import { countOf, type Queryable, rowsOf, statement } from '../database/pool.js';

/** A schedule by the key that its caller gave it. */
export interface Ask {
  /** The owner of the key. The same text of another user is another key. */
  readonly user: string;
  /** May hold more than the text that the caller has sent, where `user` alone does not say whose it is. */
  readonly key: string;
  /** 64 hex digits, the same exactly when the same is asked for. */
  readonly fingerprint: string;
}

const TAKE_KEY = statement(`
  INSERT INTO idempotency_keys ("user", key, fingerprint, job_id) VALUES ($1, $2, $3, $4)
  ON CONFLICT ("user", key) DO UPDATE
  SET fingerprint = excluded.fingerprint, job_id = excluded.job_id, created_at = clock_timestamp()
  WHERE idempotency_keys.created_at <= clock_timestamp() - interval '24 hours'`);

/**
 * Waits for whoever has the same key in his hands. true: it is `jobId`'s from now on, new or after its day was over.
 * false: it is another's, and its row stays locked to the end of the transaction, so that nobody removes it.
 */
export async function takeKey(
  on: Queryable,
  { user, key, fingerprint }: Ask,
  jobId: string,
): Promise<boolean> {
  return (await countOf(on, TAKE_KEY, [user, key, fingerprint, jobId])) === 1;
}

export interface KnownKey {
  readonly fingerprint: string;
  readonly jobId: string;
}

const READ_KEY = statement(
  `SELECT fingerprint, job_id AS "jobId" FROM idempotency_keys WHERE "user" = $1 AND key = $2`,
);

/** One that could not be taken: whether its day is over was decided there, and is not asked again. */
export async function readKey(on: Queryable, { user, key }: Ask): Promise<KnownKey> {
  const [known] = await rowsOf<KnownKey & { jobId: string }>(on, READ_KEY, [user, key]);
  return known as KnownKey;
}

/** now() and not the clock, which changes from row to row, so that the index on created_at answers it. */
const DELETE_EXPIRED_KEYS = statement(`
  DELETE FROM idempotency_keys WHERE ("user", key) IN (
    SELECT "user", key FROM idempotency_keys
    WHERE created_at <= now() - interval '24 hours'
    ORDER BY created_at LIMIT $1
    FOR UPDATE SKIP LOCKED)`);

/** At most `limit`, and none that somebody is just taking again; answers how many. */
export function deleteExpiredKeys(on: Queryable, limit: number): Promise<number> {
  return countOf(on, DELETE_EXPIRED_KEYS, [limit]);
}
