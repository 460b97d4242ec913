/** How an attempt ends: for good, or with another one to follow. */
import { retryDelay, type RetryPolicy, type RetryReason } from '../domain/retry.js';
import type { Transaction } from '../database/transaction.js';
import { attemptKey, type Ended, finishTasks, type Held, retryTask } from './claim.sql.js';
import { type LockedJob, readRetry } from './job.sql.js';

/**
 * Under the job's lock. false: the claim is no longer the worker's; somebody else has decided.
 * Whether there is another attempt is the word of the definition that the job carries (9.7).
 */
export async function endAttempt(
  on: Transaction,
  job: LockedJob,
  held: Held,
  ended: Ended,
): Promise<boolean> {
  const { reason } = ended;
  const delay = reason === null || job.cancelRequested ? null : await delayOfNext(on, job, held, reason);
  if (delay !== null && (await retryTask(on, held, ended, delay))) return true;
  return (await finishTasks(on, [{ claim: held, ended }])).has(attemptKey(held));
}

async function delayOfNext(
  on: Transaction,
  { definitionId }: LockedJob,
  { task, attempt }: Held,
  reason: RetryReason,
): Promise<number | null> {
  const policy = await readRetry(on, definitionId, task);
  return isPolicy(policy) ? retryDelay(policy, attempt, reason) : null;
}

/** A snapshot that cannot be understood allows no other attempt, so that its job ends. */
function isPolicy(value: unknown): value is RetryPolicy {
  if (typeof value !== 'object' || value === null) return false;
  const { retries, delayMs, on } = value as Partial<Record<keyof RetryPolicy, unknown>>;
  return typeof retries === 'number' && typeof delayMs === 'number' && Array.isArray(on);
}
