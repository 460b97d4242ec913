/** Looks for dead workers on a clock, in every process, one at a time over all of them. */
import { isAway } from '../database/away.js';
import type { Database } from '../database/database.js';
import { rescue } from './rescue.js';
import { followClock } from './set-back.sql.js';
import { nameOfWorker, sweepWorkers } from './worker.sql.js';
import { guarded } from '../telemetry/guarded.js';
import { logger } from '../telemetry/log.js';
import { workersLost } from '../telemetry/metrics.js';

const log = logger('sweep');

export interface SweepOptions {
  readonly database: Database;
  /** This process's own idea of a lease, in milliseconds, by which it sweeps; a worker brings its own. */
  readonly leaseMs: number;
}

/** Parts of a lease: how often is swept, and how long a pause is a gap, which may have been one for heartbeats too. */
export const SWEEPS_A_LEASE = 12;
const GAPS_A_LEASE = 4;

export class SweepClock {
  readonly #options: SweepOptions;
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(options: SweepOptions) {
    this.#options = options;
  }

  start(): void {
    this.#round = this.sweep()
      // The database is away, which others say already; what was due then is due the next time.
      .catch(() => undefined)
      .then(() => {
        if (this.#closed) return;
        this.#timer = setTimeout(
          guarded('scheduler', () => {
            this.start();
          }),
          this.#options.leaseMs / SWEEPS_A_LEASE,
        );
      });
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#round;
  }

  async sweep(): Promise<void> {
    const { database, leaseMs } = this.#options;
    const gapMs = leaseMs / GAPS_A_LEASE;
    const isFollowed = await this.#followClock(gapMs);
    for (const id of await sweepWorkers(database.pool, gapMs, isFollowed)) {
      workersLost.inc();
      log.warn(`worker ${nameOfWorker(id)} is lost: it has written no heartbeat for its lease`);
    }
    const rescued = await rescue(database);
    if (rescued > 0) log.warn(`tasks of lost workers that were ended or will be tried again: ${rescued}`);
  }

  /** Returns false for a failure, which must not keep lost workers from being noticed. */
  async #followClock(gapMs: number): Promise<boolean> {
    try {
      const setBack = await followClock(this.#options.database.pool, gapMs);
      if (setBack > 0)
        log.warn(
          `the database's clock was set back by ${setBack.toFixed()} s: what waits for a time is shifted`,
        );
      return true;
    } catch (error) {
      if (!isAway(error)) log.warn(`the database's clock could not be followed: ${(error as Error).message}`);
      return false;
    }
  }
}
