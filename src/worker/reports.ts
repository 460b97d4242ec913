/** Brings the ends of tasks to the database: those that come while others are on their way share the next transaction. */
import { isRefused } from '../database/refused.js';
import type { Ended, FinishOutcome, Report } from '../scheduler/scheduler.js';
import { logger } from '../telemetry/log.js';

const log = logger('worker');

/** Of one transaction. */
const AT_ONCE = 100;
/** One that hangs on a lock holds up the others for no longer. */
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
      const sent = this.#bring(this.#waiting.splice(0, AT_ONCE));
      let timer: NodeJS.Timeout | undefined;
      await Promise.race([sent, new Promise((done) => (timer = setTimeout(done, PATIENCE_MS)))]);
      clearTimeout(timer);
    }
    this.#sending = false;
  }

  /** Never rejects. An end that the database will never take must not keep its job, or those beside it, for ever. */
  async #bring(some: readonly Waiting[]): Promise<void> {
    try {
      const outcomes = await this.#commit(some.map(({ report }) => report));
      for (const [index, { done }] of some.entries()) done(outcomes[index] ?? null);
    } catch (error) {
      const [one] = some;
      if (!isRefused(error) || one === undefined) for (const { fail } of some) fail(error);
      else if (some.length > 1) for (const single of some) await this.#bring([single]);
      else await this.#bringRefused(one, error as Error);
    }
  }

  async #bringRefused({ report: { claim }, done, fail }: Waiting, { message }: Error): Promise<void> {
    const { jobId: job, task, attempt, worker } = claim;
    log.error(`the database refused how a task ended: ${message}`, { job, task, attempt, worker });
    await this.#commit([{ claim, ended: UNRECORDED }]).then(([outcome]) => {
      done(outcome ?? null);
    }, fail);
  }
}
