/**
 * Brings the ends of tasks to the database: those that come while others are on their way share the next transaction.
 * Where tasks wait for a slot, the first waits a little for others, as it counts then how many end and not how soon each.
 */
import { isLost, isRefused } from '../database/refused.js';
import type { Ended, FinishOutcome, Report } from '../scheduler/scheduler.js';
import { BackgroundLoop } from '../telemetry/background-loop.js';
import { logger } from '../telemetry/log.js';

const log = logger('worker');

/** Of one transaction; jobs, because all tasks of each are looked at. */
const AT_ONCE = { reports: 100, jobs: 16 };
/** A transaction that hangs holds up those that come after it for no longer. */
const PATIENCE_MS = 50;
/** How long the first may wait for others, and for how many at most, or for those of which share of the slots. */
const GATHERED = { ms: 4, reports: 8, share: 0.75 };

const UNRECORDED: Ended = {
  status: 'error',
  exitCode: -1,
  error: "the task's end could not be recorded",
  reason: null,
};

/** Resolves once all are committed, with what has become of each. */
type Commit = (reports: readonly Report[]) => Promise<readonly FinishOutcome[]>;

interface Waiting {
  readonly report: Report;
  readonly done: (outcome: FinishOutcome) => void;
  readonly fail: (error: unknown) => void;
}

export interface ReportsOptions {
  /** Tasks that run side by side. */
  readonly slots: number;
  /** Others wait for a slot. */
  readonly queued: () => boolean;
  readonly gatherMs?: number;
}

export class Reports {
  readonly #commit: Commit;
  readonly #options: ReportsOptions;
  readonly #most: number;
  readonly #waiting: Waiting[] = [];
  readonly #sending = new BackgroundLoop('worker', () => this.#send());
  /** How many came together lately, one less with each transaction: more than that would be waited for in vain. */
  #lately = 1;
  #gathered: () => void = () => undefined;

  constructor(commit: Commit, options: ReportsOptions) {
    this.#commit = commit;
    this.#options = options;
    this.#most = Math.min(GATHERED.reports, Math.floor(options.slots * GATHERED.share));
  }

  get #enough(): number {
    return Math.min(this.#most, this.#lately);
  }

  /** Resolves once it is committed; rejects where that is not known. */
  add(report: Report): Promise<FinishOutcome> {
    return new Promise((done, fail) => {
      this.#waiting.push({ report, done, fail });
      this.#sending.wake();
      if (this.#waiting.length >= this.#enough) this.#gathered();
    });
  }

  async #send(): Promise<void> {
    while (this.#waiting.length > 0) {
      if (this.#waiting.length < this.#enough && this.#options.queued()) await this.#gather();
      const some = this.#waiting.splice(0, this.#together());
      this.#lately = Math.max(Math.min(some.length, this.#most), this.#lately - 1);
      await atMost(PATIENCE_MS, this.#bring(some));
    }
  }

  #gather(): Promise<void> {
    return atMost(
      this.#options.gatherMs ?? GATHERED.ms,
      new Promise<void>((done) => (this.#gathered = done)),
    );
  }

  /** How many from the first on. */
  #together(): number {
    const jobs = new Set<string>();
    const end = this.#waiting.findIndex(({ report }, at) => {
      jobs.add(report.claim.jobId);
      return at === AT_ONCE.reports || jobs.size > AT_ONCE.jobs;
    });
    return end === -1 ? this.#waiting.length : end;
  }

  /** Never rejects. An end that the database will never take must not keep its job, or those beside it, for ever. */
  async #bring(some: readonly Waiting[]): Promise<void> {
    try {
      const outcomes = await this.#commit(some.map(({ report }) => report));
      for (const [index, { done }] of some.entries()) done(outcomes[index] ?? null);
    } catch (error) {
      const [one, another] = some;
      if (one === undefined) return;
      if (another === undefined) await this.#bringAlone(one, error);
      else if (isLost(error)) for (const { fail } of some) fail(error);
      // Side by side: one of them may have to wait, be it for a lock, and not the others.
      else await Promise.all(some.map((single) => this.#bring([single])));
    }
  }

  async #bringAlone({ report: { claim }, done, fail }: Waiting, error: unknown): Promise<void> {
    if (!isRefused(error)) {
      fail(error);
      return;
    }
    const { jobId: job, task, attempt, worker } = claim;
    const { message } = error as Error;
    log.error(`the database refused how a task ended: ${message}`, { job, task, attempt, worker });
    await this.#commit([{ claim, ended: UNRECORDED }]).then(([outcome]) => {
      done(outcome ?? null);
    }, fail);
  }
}

/** Resolves when it has, or by then. */
async function atMost(ms: number, what: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([what, new Promise((done) => (timer = setTimeout(done, ms)))]);
  clearTimeout(timer);
}
