/** The back door: claims ready tasks for its slots, runs them, and reports how they ended. */
import type { DatabaseClock } from '../database/database-clock.js';
import type { PipelineDefinition } from '../domain/definition.js';
import { isHandlerName } from '../domain/handlers.js';
import type { Listener } from '../database/listener.js';
import type { Queryable } from '../database/pool.js';
import type { Executor } from '../executor/executor.js';
import type { OutputWriter } from '../logs/output-writer.js';
import type { TaskStatus } from '../domain/status.js';
import type { Claim, Ended, FinishOutcome, Report, Scheduler } from '../scheduler/scheduler.js';
import { Comparison } from './comparison.js';
import { Definitions } from './definitions.js';
import { handlerVariables } from './handler-variables.js';
import { Heartbeat, heldMs } from './heartbeat.js';
import { Reports } from './reports.js';
import { runTask, type Stop } from './run-task.js';
import { Slots } from './slots.js';
import { type TaskControl, TaskTable } from './task-table.js';
import { untilDone } from './until-done.js';
import { guarded, inBackground } from '../telemetry/guarded.js';
import { heartbeatAge, slots, slotsTaken, standingBy, startLatency } from '../telemetry/metrics.js';
import { attemptSpan } from '../telemetry/spans.js';
import type { TraceParent } from '../telemetry/trace-parent.js';
import { logger, stackOf } from '../telemetry/log.js';

const log = logger('worker');

export interface WorkerParts {
  readonly database: Queryable;
  /** For the heartbeat alone. */
  readonly heartbeat: Queryable;
  /** Is set by its answers. */
  readonly clock: DatabaseClock;
  readonly scheduler: Scheduler;
  readonly executor: Executor;
  readonly writer: OutputWriter;
  readonly listener: Listener;
}

export interface WorkerOptions {
  readonly name: string;
  readonly leaseMs: number;
  /** Tasks side by side. */
  readonly slots: number;
}

/** A lost notification costs no more than this. */
const POLL_MS = 1_000;

export class Worker {
  readonly #options: WorkerOptions;
  readonly #parts: WorkerParts;
  readonly #heartbeat: Heartbeat;
  readonly #definitions: Definitions;
  readonly #tasks = new TaskTable();
  readonly #slots: Slots;
  readonly #reports: Reports;
  readonly #comparison: Comparison;
  #poll: NodeJS.Timeout | undefined;
  #started = false;
  /** A look for what has waited for its time is under way. */
  #startingDue = false;
  #killed = false;

  constructor(parts: WorkerParts, options: WorkerOptions) {
    this.#parts = parts;
    this.#options = options;
    this.#definitions = new Definitions(parts.scheduler);
    const { leaseMs, name } = options;
    this.#heartbeat = new Heartbeat({
      database: parts.heartbeat,
      name,
      leaseMs,
      clock: parts.clock,
      onTick: (held) => {
        parts.executor.lease(held, heldMs(leaseMs));
      },
      onLost: () => {
        this.#tasks.stopAll('lost' satisfies Stop);
      },
    });
    this.#slots = new Slots({
      slots: options.slots,
      taken: () => this.#tasks.size,
      claim: (room) => {
        const { worker } = this.#heartbeat;
        return worker === null ? null : parts.scheduler.claim(worker, room);
      },
      run: (claim) => {
        this.#run(claim);
      },
    });
    this.#comparison = new Comparison({
      tasks: this.#tasks,
      slots: this.#slots,
      scheduler: parts.scheduler,
      worker: () => this.#heartbeat.worker,
      run: (claim) => {
        this.#run(claim);
      },
    });
    this.#reports = new Reports((reports) => this.#commit(reports), {
      slots: options.slots,
      queued: () => this.#slots.queued,
    });
  }

  /** Another worker has this one's name. */
  get standsBy(): boolean {
    return this.#started && this.#heartbeat.worker === null;
  }

  /** For whoever wants the numbers of now. */
  readNumbers(): void {
    slots.set(this.#options.slots);
    slotsTaken.set(this.#tasks.size);
    standingBy.set(this.standsBy ? 1 : 0);
    heartbeatAge.set(this.#heartbeat.ageSeconds);
  }

  get runningTasks(): number {
    return this.#tasks.size;
  }

  async start(): Promise<void> {
    // Before others can be given what a predecessor here still runs.
    await this.#parts.executor.open();
    await untilDone('no heartbeat can be written', () => this.#heartbeat.start());
    this.#started = true;
    // What a predecessor of this name has left is taken care of at once; by a sweep, if that fails.
    await this.#parts.scheduler.rescue().catch(() => 0);
    await this.#parts.listener.listen({
      holdfast_ready: () => {
        this.#slots.wake();
      },
      holdfast_stop: () => this.#comparison.compare(),
    });
    const poll = () => {
      // One that fails keeps the others from nothing.
      inBackground('worker', () => this.#startDue());
      inBackground('worker', () => this.#comparison.compare());
      this.#slots.wake();
    };
    this.#poll = setInterval(guarded('worker', poll), POLL_MS);
    this.#slots.wake();
  }

  async #startDue(): Promise<void> {
    if (this.#startingDue) return;
    this.#startingDue = true;
    // Where the database is away, others say so.
    await this.#parts.scheduler.startDue().catch(() => undefined);
    this.#startingDue = false;
  }

  /** Claims nothing more; resolves when what runs has ended and is reported. */
  async drain(): Promise<void> {
    this.#slots.closed = true;
    // Meanwhile tasks may be canceled, so the poll goes on; and what was claimed already is run.
    do {
      await this.#slots.answered();
      await this.#tasks.ended();
      // Of what was claimed, the reply may have been lost.
      if (this.#tasks.size === 0 && this.#comparison.isUnsure) await this.#comparison.compareNow();
    } while (this.#slots.asking || this.#tasks.size > 0);
    clearInterval(this.#poll);
    // One that was under way may have found another one to run.
    await this.#comparison.compared();
    await this.#tasks.ended();
    this.#started = false;
    await this.#heartbeat.stop();
    await this.#parts.listener.forget(['holdfast_ready', 'holdfast_stop']);
  }

  /** Asks what runs to end. Returns how many milliseconds it may take until all of it is killed. */
  kill(): number {
    this.#killed = true;
    this.#tasks.stopAll('shutdown' satisfies Stop);
    return this.#tasks.longestGraceMs;
  }

  /** Kills what still runs. */
  forceKill(): void {
    this.#tasks.forceAll();
  }

  #run(claim: Claim): void {
    const end = this.#tasks.start(claim, (control) => {
      // Claimed while the others were being killed.
      if (this.#killed) control.abort.abort('shutdown' satisfies Stop);
      return this.#execute(claim, control);
    });
    inBackground('worker', async () => {
      await end.finally(() => {
        this.#slots.freed();
      });
    });
  }

  async #execute(claim: Claim, control: TaskControl): Promise<void> {
    const span = attemptSpan(claim);
    const ended = await this.#runToEnd(claim, control, span.context).catch((error: unknown): Ended => {
      log.error('a task could not be run', { ...idsOf(claim), stack: stackOf(error) });
      return failed('the task could not be run: internal error');
    });
    if (ended === null) {
      span.end('lost', -1);
      return;
    }
    await untilDone('a task could not be reported', async () => {
      const outcome = await this.#report(claim, ended);
      span.end(outcome, ended.exitCode);
    });
  }

  async #runToEnd(claim: Claim, control: TaskControl, trace: TraceParent | null): Promise<Ended | null> {
    if (claim.readyMs !== null) startLatency.observe(claim.readyMs / 1000);
    log.debug('attempt started', idsOf(claim));
    const definition = await untilDone('a definition could not be read', () =>
      this.#definitions.get(claim.definitionId),
    );
    return runTask({
      claim,
      definition,
      executor: this.#parts.executor,
      output: this.#parts.writer.open(claim),
      trace,
      variables: isHandlerName(claim.task) ? await this.#handlerVariables(definition, claim) : {},
      abort: control.abort,
      force: control.force.signal,
      onGrace: (milliseconds) => {
        control.graceMs = milliseconds;
      },
    });
  }

  async #handlerVariables(definition: PipelineDefinition | null, claim: Claim): Promise<object> {
    if (definition === null) return {};
    return untilDone('what a handler is told could not be read', () =>
      handlerVariables(this.#parts, definition, claim),
    );
  }

  async #report(claim: Claim, ended: Ended): Promise<AttemptOutcome> {
    this.#tasks.report(claim);
    return outcomeOf(await this.#reports.add({ claim, ended }));
  }

  /** Their own slots are free as soon as this is committed, so what is next for these comes with the answer. */
  async #commit(reports: readonly Report[]): Promise<readonly FinishOutcome[]> {
    const { worker } = this.#heartbeat;
    const room = this.#slots.closed || worker === null ? 0 : this.#slots.free + reports.length;
    const finishing = this.#parts.scheduler.finish(worker, reports, room);
    await this.#slots.take(
      room,
      finishing.then(({ outcomes, claims }) => {
        for (const [index, { claim, ended }] of reports.entries()) {
          tellEnd(claim, outcomeOf(outcomes[index] ?? null), ended.exitCode);
          this.#tasks.delete(claim);
        }
        return claims;
      }),
    );
    return (await finishing).outcomes;
  }
}

/** `retried`: another attempt follows. `lost`: somebody else has decided on it. */
type AttemptOutcome = TaskStatus | 'retried' | 'lost';

const outcomeOf = (outcome: FinishOutcome): AttemptOutcome =>
  outcome === 'waiting' ? 'retried' : (outcome ?? 'lost');

/** Not why: an error's text may be a script's, with a variable's value in it. */
function tellEnd(claim: Claim, outcome: AttemptOutcome, exitCode: number): void {
  const fields = { ...idsOf(claim), outcome, exitCode };
  if (outcome === 'lost') log.warn("an attempt that has ended was no longer this worker's", fields);
  else log[outcome === 'done' ? 'debug' : 'info']('attempt ended', fields);
}

const idsOf = ({ jobId, task, attempt, worker }: Claim) => ({ job: jobId, task, attempt, worker });

const failed = (error: string): Ended => ({ status: 'error', exitCode: -1, error, reason: null });
