/** Decides whether migrations that did not get through are tried again, how soon, and for how long. */
import pg from 'pg';
import { isAway } from '../away.js';

/**
 * `busy`: another process migrates. `locked`: a table's lock did not come in time, or a deadlock.
 * `lost`: the connection broke, or there is none.
 */
export type Trouble = 'busy' | 'locked' | 'lost';

export interface RetryLimit {
  /** From the first trouble of its kind to the last try; `lost` begins anew when the database answers. */
  readonly limitMs: number;
  /** Between two tries, on average. While a lock is not waited for, others get at the table. */
  readonly pauseMs: number;
}

export type RetryLimits = Readonly<Record<Trouble, RetryLimit>>;

export const RETRY_LIMITS: RetryLimits = {
  busy: { limitMs: 600_000, pauseMs: 250 },
  locked: { limitMs: 600_000, pauseMs: 2_000 },
  lost: { limitMs: 30_000, pauseMs: 500 },
};

/** How often the database may be lost in one migration: one that breaks its own connection would be tried for ever. */
const MAX_LOSSES = 5;

/** Lock not available, deadlock, serialization failure. */
const LOCKED = ['55P03', '40P01', '40001'];
/** An administrator canceled the statement: a session that was ended comes back, this does not. */
const CANCELED = '57014';

/** Returns null for what another try would not change. */
export function troubleOf(error: unknown): Trouble | null {
  const code = error instanceof pg.DatabaseError ? error.code : undefined;
  if (code !== undefined && LOCKED.includes(code)) return 'locked';
  return code !== CANCELED && isAway(error) ? 'lost' : null;
}

export class Retries {
  readonly #limits: RetryLimits;
  /** When each kind of trouble began, by the monotonic clock. */
  readonly #since = new Map<Trouble, number>();
  /** Times without the database that ended in an answer. */
  #losses = 0;

  constructor(limits: RetryLimits) {
    this.#limits = limits;
  }

  /** For how long it has been so: milliseconds since the first call for this trouble. */
  elapsed(trouble: Trouble): number {
    const now = performance.now();
    const since = this.#since.get(trouble) ?? now;
    this.#since.set(trouble, since);
    return now - since;
  }

  /** Returns milliseconds until the next try; null: it has been tried for long enough. */
  next(trouble: Trouble): number | null {
    const { limitMs, pauseMs } = this.#limits[trouble];
    // A lock that did not come is an answer, too.
    if (trouble !== 'lost') this.noteAnswer();
    else if (this.#losses >= MAX_LOSSES) return null;
    if (this.elapsed(trouble) >= limitMs) return null;
    // Processes that wait for one thing do not try in step.
    return pauseMs * (0.5 + Math.random());
  }

  /** The database answers, so it is no longer lost. */
  noteAnswer(): void {
    if (this.#since.delete('lost')) this.#losses += 1;
  }

  /** A migration got through. */
  reset(): void {
    this.#since.clear();
    this.#losses = 0;
  }
}
