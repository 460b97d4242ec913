/** A thread, and the queues in front of it, in which callers have their turns. */
import { shuttingDown, tooBusy } from '../../domain/errors.js';
import { FairQueue, type QueueLimits } from '../../domain/fair-queue.js';
import type { Thread } from '../../pipelines/threads/thread.js';
import { guarded, inBackground } from '../../telemetry/guarded.js';

/** A check that has waited for so long is refused. Gateways wait for a minute. */
const MAX_WAIT_MS = 10_000;
/** A refusal comes this late, so that a caller who asks again at once does not take the time of all others. */
const REFUSE_AFTER_MS = 1_000;

const tooManyChecks = () => tooBusy('checks of variables');

export interface Turn {
  readonly owner: string;
  /** When it began to wait, by the monotonic clock. */
  readonly since: number;
  readonly queue?: number;
}

interface Waiting extends Pick<Turn, 'since'> {
  readonly run: () => Promise<void>;
  readonly refuse: (error: Error) => void;
}

export class Lane<Request, Answer> {
  readonly #thread: Thread<Request, Answer>;
  /** Those of the first are served before those of the next. */
  readonly #queues: readonly FairQueue<Waiting>[];
  #isServing = false;
  #isClosed = false;

  /** `limits`: of each queue. */
  constructor(thread: Thread<Request, Answer>, ...limits: readonly QueueLimits[]) {
    this.#thread = thread;
    this.#queues = limits.map((one) => new FairQueue(one));
  }

  /**
   * Calls `use` when it is this caller's turn. Throws a `too_busy` if there is no room to wait for it or it takes
   * too long, and a `shutting_down` for what was not done before the lane was closed.
   */
  turn<T>(
    { owner, since, queue = 0 }: Turn,
    use: (thread: Thread<Request, Answer>) => Promise<T>,
  ): Promise<T> {
    if (this.#isClosed) return Promise.reject(shuttingDown());
    return new Promise((resolve, reject) => {
      const fail = (error: Error) => {
        reject(this.#isClosed ? shuttingDown() : error);
      };
      const run = () => use(this.#thread).then(resolve, fail);
      const refused = this.#queues[queue]?.push(owner, { since, run, refuse: fail });
      if (refused) setTimeout(guarded('jobs', refused.refuse), REFUSE_AFTER_MS, tooManyChecks()).unref();
      if (!this.#isServing) inBackground('jobs', () => this.#serve());
    });
  }

  /** Ends what is under way, and refuses what waits. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (let next = this.#next(); next !== undefined; next = this.#next()) next.refuse(shuttingDown());
    await this.#thread.close();
  }

  async #serve(): Promise<void> {
    this.#isServing = true;
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      if (next.since < performance.now() - MAX_WAIT_MS) next.refuse(tooManyChecks());
      else await next.run();
    }
    this.#isServing = false;
  }

  #next(): Waiting | undefined {
    for (const queue of this.#queues) {
      const next = queue.shift();
      if (next !== undefined) return next;
    }
    return undefined;
  }
}
