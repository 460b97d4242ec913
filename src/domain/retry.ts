/** Whether a task that failed is tried again, and how long it waits for that. */

/** What can end an attempt without being the script's last word. */
export const RETRY_REASONS = ['failure', 'timeout', 'worker_lost'] as const;
export type RetryReason = (typeof RETRY_REASONS)[number];

export interface RetryPolicy {
  /** Attempts after the first; at least 1. */
  readonly retries: number;
  /** Milliseconds before the second attempt; doubled for each one after it. */
  readonly delayMs: number;
  readonly on: readonly RetryReason[];
}

/** Doubling ends here, unless the first delay is longer already. */
export const LONGEST_RETRY_DELAY_MS = 3_600_000;

/**
 * Milliseconds until the next attempt; null: that attempt, counted from 1, was the last one.
 * Jobs from before there were policies carry a definition that has none.
 */
export function retryDelay(
  policy: RetryPolicy | null | undefined,
  attempt: number,
  reason: RetryReason,
): number | null {
  if (!policy || attempt > policy.retries || !policy.on.includes(reason)) return null;
  const longest = Math.max(policy.delayMs, LONGEST_RETRY_DELAY_MS);
  return Math.min(policy.delayMs * 2 ** (attempt - 1), longest);
}
