/** Brings the ends of tasks to the database: those that come while others are on their way share the next transaction. */
import { isLost, isRefused } from '../database/refused.js';
import type { Ended, FinishOutcome, Report } from '../scheduler/scheduler.js';
import { logger } from '../telemetry/log.js';

const log = logger('worker');

/** Of one transaction; jobs, because all tasks of each are looked at. */
const AT_ONCE = { reports: 100, jobs: 16 };
/** A transaction that hangs holds up those that come after it for no longer. */
const PATIENCE_MS = 50;

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

export class Reports {
  readonly #commit: Commit;
  readonly #waiting: Waiting[] = [];
  #sending = false;

  constructor(commit: Commit) {
    this.#commit = commit;
  }

  /** Resolves once it is committed; rejects where that is not known. */
  add(report: Report): Promise<FinishOutcome> {
    return new Promise((done, fail) => {
      this.#waiting.push({ report, done, fail });
      if (!this.#sending) void this.#send();
    });
  }

  async #send(): Promise<void> {
    this.#sending = true;
    while (this.#waiting.length > 0) {
      const sent = this.#bring(this.#waiting.splice(0, this.#together()));
      let timer: NodeJS.Timeout | undefined;
      await Promise.race([sent, new Promise((done) => (timer = setTimeout(done, PATIENCE_MS)))]);
      clearTimeout(timer);
    }
    this.#sending = false;
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
