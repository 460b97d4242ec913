/** Lets a job in once for each key: the key and the job are committed together, or neither is. */
import { keyReused } from '../domain/errors.js';
import type { AtCommit, Transaction } from '../database/transaction.js';
import { admit } from './admit.js';
import type { Admitted, ScheduleRequest } from './newcomer.js';
import { NOTHING } from './news.js';
import { type Ask, readKey, takeKey } from './idempotency.sql.js';

export interface Scheduled {
  readonly jobId: string;
  /** It is the job of an earlier ask. */
  readonly replayed: boolean;
}

export interface OnceRequest {
  /** What a new ask comes to. */
  readonly request: () => ScheduleRequest | Promise<ScheduleRequest>;
  /** Throws where an earlier one's answer is not for this caller. */
  readonly mayKnow?: (jobId: string) => Promise<void>;
}

/**
 * The key's row comes before the pipeline's lock, here as nowhere else: who waits for a key holds nothing, so nobody
 * waits in a circle. Whether the pipeline is there and has room matters only to a new ask, so `request` comes after.
 */
export async function admitOnce(
  on: Transaction,
  atCommit: AtCommit,
  id: string,
  ask: Ask,
  { request, mayKnow }: OnceRequest,
): Promise<Scheduled & Admitted> {
  if (await takeKey(on, ask, id))
    return { ...(await admit(on, atCommit, id, await request())), replayed: false };
  const { fingerprint, jobId } = await readKey(on, ask);
  if (fingerprint !== ask.fingerprint) throw keyReused();
  await mayKnow?.(jobId);
  return { jobId, advanced: NOTHING, replayed: true };
}
