/** The back door: claims ready tasks for its slots, runs them, and reports how they ended. */
import { Logger } from '@nestjs/common';
import { ON_ERROR_TASK, type PipelineDefinition } from '../domain/definition.js';
import { Listener } from '../database/listener.js';
import type { Queryable } from '../database/pool.js';
import type { Executor } from '../executor/executor.js';
import type { OutputWriter } from '../logs/output-writer.js';
import type { Claim, Ended, Scheduler } from '../scheduler/scheduler.js';
import { Definitions } from './definitions.js';
import { handlerVariables } from './handler-variables.js';
import { runTask, type Stop } from './run-task.js';

export interface WorkerParts {
  readonly database: Queryable;
  readonly scheduler: Scheduler;
  readonly executor: Executor;
  readonly writer: OutputWriter;
}

export interface WorkerOptions {
  readonly name: string;
  /** Tasks side by side. */
  readonly slots: number;
  readonly databaseUrl: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** A lost notification costs no more than this. */
const POLL_MS = 500;
const REPORT_RETRY_MS = { first: 100, longest: 5_000 };

interface Running {
  readonly abort: AbortController;
  readonly end: Promise<void>;
}

export class Worker {
  readonly #options: WorkerOptions;
  readonly #database: Queryable;
  readonly #scheduler: Scheduler;
  readonly #executor: Executor;
  readonly #writer: OutputWriter;
  readonly #listener: Listener;
  readonly #logger = new Logger('worker');
  /** By task id. */
  readonly #running = new Map<string, Running>();
  readonly #definitions: Definitions;
  #poll: NodeJS.Timeout | undefined;
  #claims: Promise<void> = Promise.resolve();
  #claiming = false;
  #wanted = false;
  /** Slots that claims under way may fill. */
  #reserved = 0;
  #stopped = false;
  #killed = false;
  #looking = false;

  constructor({ database, scheduler, executor, writer }: WorkerParts, options: WorkerOptions) {
    this.#database = database;
    this.#scheduler = scheduler;
    this.#definitions = new Definitions(scheduler);
    this.#executor = executor;
    this.#writer = writer;
    this.#options = options;
    this.#listener = new Listener(options.databaseUrl, {
      holdfast_ready: () => {
        this.#wake();
      },
      holdfast_stop: () => void this.#stopTasks(),
    });
  }

  get runningTasks(): number {
    return this.#running.size;
  }

  async start(): Promise<void> {
    await this.#listener.open();
    this.#poll = setInterval(() => {
      void this.#scheduler.startDue().catch(() => undefined);
      this.#wake();
      void this.#stopTasks();
    }, POLL_MS);
    this.#wake();
  }

  /** Claims nothing more; resolves when what runs has ended and is reported. */
  async drain(): Promise<void> {
    this.#stopped = true;
    await this.#claims;
    // Meanwhile tasks may be canceled, so the poll goes on; and what a finish had claimed already is run.
    while (this.#running.size > 0) await Promise.all([...this.#running.values()].map(({ end }) => end));
    clearInterval(this.#poll);
    await this.#listener.close();
  }

  /** Kills what runs, which `drain` then has not long to wait for. */
  kill(): void {
    this.#killed = true;
    for (const { abort } of this.#running.values()) abort.abort('shutdown' satisfies Stop);
  }

  #wake(): void {
    this.#wanted = true;
    if (!this.#claiming) this.#claims = this.#fill();
  }

  /** One at a time; whoever calls meanwhile has the next round, and without a free slot it waits for one. */
  async #fill(): Promise<void> {
    this.#claiming = true;
    while (this.#wanted && this.#free() > 0) {
      this.#wanted = false;
      try {
        await this.#claimFor(this.#free(), (room) => this.#scheduler.claim(this.#options.name, room));
      } catch (error) {
        this.#logger.warn(`no tasks could be claimed: ${(error as Error).message}`);
      }
    }
    this.#claiming = false;
  }

  #free(): number {
    return this.#stopped ? 0 : Math.max(this.#options.slots - this.#running.size - this.#reserved, 0);
  }

  /** Whatever claims at the same time, no slot is filled twice. */
  async #claimFor(room: number, claim: (room: number) => Promise<readonly Claim[]>): Promise<void> {
    this.#reserved += room;
    try {
      for (const one of await claim(room)) this.#run(one);
    } finally {
      this.#reserved -= room;
    }
  }

  #run(claim: Claim): void {
    const abort = new AbortController();
    const end = this.#execute(claim, abort).finally(() => {
      this.#running.delete(claim.taskId);
      if (this.#wanted) this.#wake();
    });
    this.#running.set(claim.taskId, { abort, end });
    // Claimed while the others were being killed.
    if (this.#killed) abort.abort('shutdown' satisfies Stop);
  }

  async #execute(claim: Claim, abort: AbortController): Promise<void> {
    const ended = await this.#runToEnd(claim, abort).catch((error: unknown): Ended => {
      this.#logger.error(`task ${claim.task} of job ${claim.jobId}: ${(error as Error).stack ?? ''}`);
      return { status: 'error', exitCode: -1, error: 'the task could not be run: internal error' };
    });
    await this.#untilDone('a task could not be reported', () => this.#report(claim, ended));
  }

  async #runToEnd(claim: Claim, abort: AbortController): Promise<Ended> {
    return runTask({
      claim,
      definition: await this.#definition(claim.definitionId),
      executor: this.#executor,
      output: this.#writer.open(claim),
      environment: this.#options.environment,
      variables: claim.task === ON_ERROR_TASK ? await this.#handlerVariables(claim.jobId) : {},
      abort,
    });
  }

  #handlerVariables(jobId: string): Promise<Readonly<Record<string, unknown>>> {
    return this.#untilDone('a failure could not be read', async () => {
      const failure = await this.#scheduler.failure(jobId);
      return failure === null ? {} : handlerVariables(this.#database, failure);
    });
  }

  /** The task's own slot is free as soon as this is committed, so what is next for it comes with the answer. */
  async #report(claim: Claim, ended: Ended): Promise<void> {
    await this.#claimFor(this.#stopped ? 0 : this.#free() + 1, async (room) => {
      const { counted, claims } = await this.#scheduler.finish(claim, this.#options.name, ended, room);
      if (!counted) this.#logger.warn(`task ${claim.task} of job ${claim.jobId} is no longer this worker's`);
      this.#running.delete(claim.taskId);
      return claims;
    });
  }

  #definition(id: string): Promise<PipelineDefinition | null> {
    return this.#untilDone('a definition could not be read', () => this.#definitions.get(id));
  }

  async #untilDone<T>(trouble: string, work: () => Promise<T>): Promise<T> {
    for (let wait = REPORT_RETRY_MS.first; ; wait = Math.min(wait * 2, REPORT_RETRY_MS.longest)) {
      try {
        return await work();
      } catch (error) {
        this.#logger.warn(`${trouble}: ${(error as Error).message}`);
        await new Promise((done) => setTimeout(done, wait));
      }
    }
  }

  async #stopTasks(): Promise<void> {
    if (this.#running.size === 0 || this.#looking) return;
    this.#looking = true;
    const stopping = await this.#scheduler.stopping(this.#options.name).catch(() => []);
    this.#looking = false;
    for (const taskId of stopping) this.#running.get(taskId)?.abort.abort('stop' satisfies Stop);
  }
}
