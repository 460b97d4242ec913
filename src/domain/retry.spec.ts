import type { TaskDefinition } from './definition.js';
import { LONGEST_RETRY_DELAY_MS, RETRY_REASONS, retryDelay, type RetryPolicy } from './retry.js';

const HOUR = 3_600_000;

function policy(overrides: Partial<RetryPolicy> = {}): RetryPolicy {
  return { retries: 100, delayMs: 1_000, on: RETRY_REASONS, ...overrides };
}

function delays(of: RetryPolicy, attempts: number): (number | null)[] {
  return Array.from({ length: attempts }, (_, i) => retryDelay(of, i + 1, 'failure'));
}

describe('the delay before another attempt', () => {
  it('is the one given, and twice as long each time after that', () => {
    expect(delays(policy(), 5)).toEqual([1_000, 2_000, 4_000, 8_000, 16_000]);
  });

  it('is never longer than an hour', () => {
    expect(LONGEST_RETRY_DELAY_MS).toBe(HOUR);
    expect(delays(policy({ delayMs: 20 * 60_000 }), 4)).toEqual([HOUR / 3, (HOUR / 3) * 2, HOUR, HOUR]);
  });

  it('is always the one given where that is longer than an hour', () => {
    expect(delays(policy({ delayMs: 2 * HOUR }), 3)).toEqual([2 * HOUR, 2 * HOUR, 2 * HOUR]);
  });

  it('is none every time where none is given', () => {
    expect(delays(policy({ delayMs: 0 }), 100)).toEqual(Array(100).fill(0));
  });

  it.each([1, 1_000, HOUR, 2 ** 63 / 1e6])(
    'starting with %d ms can be waited for at attempt 100',
    (delayMs) => {
      expect(retryDelay(policy({ delayMs }), 100, 'failure')).toBe(Math.max(HOUR, delayMs));
    },
  );
});

describe('another attempt', () => {
  it('follows as many as there are retries, and not the last', () => {
    expect(delays(policy({ retries: 2, delayMs: 5 }), 4)).toEqual([5, 10, null, null]);
  });

  it.each(RETRY_REASONS)('follows %s only if the policy names it', (reason) => {
    const others = RETRY_REASONS.filter((other) => other !== reason);
    expect(retryDelay(policy({ on: [reason] }), 1, reason)).toBe(1_000);
    expect(retryDelay(policy({ on: others }), 1, reason)).toBeNull();
  });

  it('is not made without a policy', () => {
    expect(retryDelay(null, 1, 'failure')).toBeNull();
  });

  it('is not made for a job whose definition is older than policies', () => {
    const task = JSON.parse('{"name": "a", "timeoutMs": null}') as TaskDefinition;
    expect(retryDelay(task.retry, 1, 'worker_lost')).toBeNull();
  });
});
