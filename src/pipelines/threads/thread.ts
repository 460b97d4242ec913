/** A worker thread for work that takes its time, so that the thread that answers callers never waits for it. */
import { Worker, type Transferable } from 'node:worker_threads';
import { guarded } from '../../telemetry/guarded.js';
import { isErrno } from '../files/errno.js';

/** The thread ended, or was ended, before it had an answer. */
export class ThreadLost extends Error {}

export interface ThreadOptions {
  /** A program that calls `serve`. */
  readonly file: URL;
  readonly maxMemoryMiB: number;
  /** Whether all other threads come first. */
  readonly isBackground: boolean;
  /** Without work for so long it ends, and the next work starts another one. */
  readonly idleMs: number;
}

export interface Work<Request> {
  readonly request: Request;
  /** Buffers whose memory is moved to the thread and not copied. */
  readonly transfer?: readonly Transferable[];
  /** The thread is ended if it has no answer by then. Its start does not count. */
  readonly limitMs: number;
}

/** Options that `serve` reads at its start. */
export type ThreadData = Pick<ThreadOptions, 'isBackground'>;

/** Messages of `serve`: that it is ready, and then a reply to each request. */
export type Reply<Answer> =
  | { readonly kind: 'ready' }
  | { readonly kind: 'answer'; readonly answer: Answer }
  /** The program has a fault. */
  | { readonly kind: 'failed'; readonly stack: string };

/** A machine may be that busy. */
const START_MS = 60_000;

const ROOM = 'pipelines';

/** Does one piece of work at a time. Started by the first one; one that is lost is replaced by the next. */
export class Thread<Request, Answer> {
  readonly #options: ThreadOptions;
  #worker: Promise<Worker> | null = null;
  #idle: NodeJS.Timeout | undefined;
  readonly #closeIdle = guarded(ROOM, () => this.close());

  constructor(options: ThreadOptions) {
    this.#options = options;
  }

  /** Throws a `ThreadLost` if the work took too long or too much memory. Call it again only after it has settled. */
  async run({ request, transfer = [], limitMs }: Work<Request>): Promise<Answer> {
    clearTimeout(this.#idle);
    const worker = await (this.#worker ??= this.#start());
    try {
      const reply = await replyOf<Answer>(worker, limitMs, () => {
        worker.postMessage(request, transfer);
      });
      if (reply.kind === 'answer') return reply.answer;
      throw new Error(reply.kind === 'failed' ? reply.stack : 'a thread was ready twice');
    } catch (error) {
      if (error instanceof ThreadLost) await this.close();
      throw error;
    } finally {
      this.#idle = setTimeout(this.#closeIdle, this.#options.idleMs).unref();
    }
  }

  /** Ends the thread in the middle of its work. */
  async close(): Promise<void> {
    clearTimeout(this.#idle);
    const worker = this.#worker;
    this.#worker = null;
    await (await worker?.catch(() => null))?.terminate();
  }

  #start(): Promise<Worker> {
    const { file, maxMemoryMiB, isBackground } = this.#options;
    const worker = new Worker(file, {
      env: {},
      resourceLimits: { maxOldGenerationSizeMb: maxMemoryMiB },
      workerData: { isBackground } satisfies ThreadData,
    });
    // A thread never keeps the process from ending.
    worker.unref();
    // A thread that was closed may end when its successor is there already, which is not to be forgotten.
    const forget = guarded(ROOM, () => {
      if (this.#worker === started) this.#worker = null;
    });
    const started = replyOf(worker, START_MS).then(
      () => worker,
      async (error: unknown) => {
        forget();
        await worker.terminate();
        throw error;
      },
    );
    // An error that nothing listens for would end the process, also while the thread has nothing to do.
    worker.on('error', forget).on('exit', forget);
    return started;
  }
}

function replyOf<Answer>(
  worker: Worker,
  limitMs: number,
  begin: () => void = () => undefined,
): Promise<Reply<Answer>> {
  return new Promise((resolve, reject) => {
    const onMessage = guarded(ROOM, (reply: Reply<Answer>) => {
      settle();
      resolve(reply);
    });
    const onError = guarded(ROOM, (error: Error) => {
      settle();
      reject(isErrno(error, 'ERR_WORKER_OUT_OF_MEMORY') ? new ThreadLost(error.message) : error);
    });
    const onExit = guarded(ROOM, () => {
      settle();
      reject(new ThreadLost('the thread ended'));
    });
    let isSettled = false;
    const onLate = guarded(ROOM, () => {
      if (isSettled) return;
      settle();
      reject(new ThreadLost('the thread took too long'));
    });
    // This thread may have been held up itself, and the reply may be here, but not read.
    const timer = setTimeout(
      guarded(ROOM, () => setImmediate(onLate)),
      limitMs,
    );
    const settle = () => {
      isSettled = true;
      clearTimeout(timer);
      worker.off('message', onMessage).off('error', onError).off('exit', onExit);
    };
    worker.on('message', onMessage).on('error', onError).on('exit', onExit);
    begin();
  });
}
