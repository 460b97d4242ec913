/** Compares what a worker runs with what the database says that it runs, and settles where they differ. */
import { isAway } from '../database/away.js';
import { attemptKey, type Claim, type Holding, type Scheduler } from '../scheduler/scheduler.js';
import { logger, stackOf } from '../telemetry/log.js';
import type { Slots } from './slots.js';
import type { TaskTable } from './task-table.js';

const log = logger('worker');

/** So long after a claim's reply was lost, its statement may still be carried out. */
const UNSURE_MS = 120_000;
/** How often a worker that runs nothing asks what the database says that it runs. */
const IDLE_MS = 10_000;

export interface ComparisonOptions {
  readonly tasks: TaskTable;
  readonly slots: Slots;
  readonly scheduler: Pick<Scheduler, 'holdings' | 'claims' | 'rescueAbsent'>;
  /** Id of the worker's life; null: it has none. */
  readonly worker: () => string | null;
  readonly run: (claim: Claim) => void;
}

export class Comparison {
  readonly #options: ComparisonOptions;
  #comparing: Promise<void> | null = null;
  /** Attempts that are not here are being decided on. */
  #settling: Promise<void> | null = null;
  /** By the monotonic clock. */
  #comparedAt = -Infinity;

  constructor(options: ComparisonOptions) {
    this.#options = options;
  }

  /** Whether a claim may be committed whose reply was lost. */
  get isUnsure(): boolean {
    return this.#options.slots.unsureAt !== null;
  }

  /** Applies what the database says of this worker's tasks: stops, ends decided elsewhere, what this worker has not. */
  async compare(): Promise<void> {
    const { tasks, scheduler } = this.#options;
    const worker = this.#options.worker();
    const asked = tasks.claims;
    const from = performance.now();
    const isIdle = asked.length === 0 && !this.isUnsure && from < this.#comparedAt + IDLE_MS;
    if (this.#comparing !== null || worker === null || isIdle) return;
    this.#comparing = unlessAway(async () => {
      const absent = tasks.compare(asked, await scheduler.holdings(worker));
      // Not awaited, as it waits for reports, and a stop must not wait for these.
      this.#settling ??= unlessAway(() => this.#settle(worker, absent, from)).finally(() => {
        this.#settling = null;
      });
    });
    await this.#comparing.finally(() => {
      this.#comparing = null;
    });
  }

  /** As `compare`, by one that began after the call. */
  async compareNow(): Promise<void> {
    await this.compared();
    await this.compare();
    await this.compared();
  }

  /** Resolves when no comparison is under way. */
  async compared(): Promise<void> {
    while (this.#comparing !== null || this.#settling !== null) {
      await this.#comparing;
      await this.#settling;
    }
  }

  /** `from`: when the database was asked, by the monotonic clock. */
  async #settle(worker: string, absent: readonly Holding[], from: number): Promise<void> {
    if (absent.length > 0) await this.#settleAbsent(worker, absent);
    this.#comparedAt = from;
    const { slots } = this.#options;
    if (slots.unsureAt !== null && from > slots.unsureAt + UNSURE_MS) slots.unsureAt = null;
  }

  /**
   * Decides on attempts that are this worker's by the database and did not run here when it was asked. One whose
   * claim's reply was lost has never been started, so it is run. Any other one has ended, and the database has
   * forgotten that, as after a failover to a standby that lagged: it counts as lost, and never starts here again.
   */
  async #settleAbsent(worker: string, holdings: readonly Holding[]): Promise<void> {
    const { tasks, slots, scheduler, run } = this.#options;
    // Their claims may only just be on their way here.
    await slots.answered();
    const absent = new Set(holdings.filter((one) => !tasks.isRunning(one)).map(attemptKey));
    if (absent.size === 0) return;
    // Asked once more, because an end may have been committed while the first answer was on its way.
    const claims = (await scheduler.claims(worker)).filter((one) => absent.has(attemptKey(one)));
    const lost: Claim[] = [];
    for (const claim of claims)
      if (this.isUnsure && !tasks.hasStarted(claim)) run(claim);
      else if (!tasks.isRunning(claim)) lost.push(claim);
    const rescued = lost.length === 0 ? 0 : await scheduler.rescueAbsent(lost);
    if (rescued > 0) log.warn('the database has lost the ends of attempts', { attempts: rescued });
  }
}

/** Never rejects. Where the database is away, others say so. */
async function unlessAway(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!isAway(error)) log.error("the worker's tasks could not be compared", { stack: stackOf(error) });
  }
}
