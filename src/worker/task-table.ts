/** What this worker runs: each attempt at most once, and compared with what the database says that it holds. */
import { attemptKey, type Claim, type Holding } from '../scheduler/scheduler.js';
import { DEFAULT_STOPPING } from '../domain/stopping.js';
import { guarded } from '../telemetry/guarded.js';
import type { Stop } from './run-task.js';

interface Running {
  readonly claim: Claim;
  readonly control: TaskControl;
  readonly end: Promise<void>;
  /** Its end is on its way to the database, or there already. */
  reporting: boolean;
}

/** How a running task is ended. */
export interface TaskControl {
  /** Aborted with a `Stop`: the task is asked to end. */
  readonly abort: AbortController;
  /** Aborted: it is killed. */
  readonly force: AbortController;
  /** Milliseconds that it may go on once it is asked to end; the default until its definition is read. */
  graceMs: number;
}

type Attempt = Pick<Claim, 'taskId' | 'attempt'>;

/** Attempts that are remembered after they have ended: far more than an answer can be late by. */
const REMEMBERED = 10_000;

export class TaskTable {
  readonly #running = new Map<string, Running>();
  /** Attempts that have ended here, the last ones. */
  readonly #ended = new Set<string>();

  get size(): number {
    return this.#running.size;
  }

  get claims(): Claim[] {
    return [...this.#running.values()].map(({ claim }) => claim);
  }

  /** `run` never rejects. An attempt that has been started here before is not started again, whoever says so. */
  start(claim: Claim, run: (control: TaskControl) => Promise<void>): Promise<void> {
    const key = attemptKey(claim);
    if (this.hasStarted(claim)) return Promise.resolve();
    const [abort, force] = [new AbortController(), new AbortController()];
    const control: TaskControl = { abort, force, graceMs: DEFAULT_STOPPING.killGraceMs };
    const end = run(control).finally(() => {
      this.delete(claim);
    });
    this.#running.set(key, { claim, control, end, reporting: false });
    return end;
  }

  hasStarted(attempt: Attempt): boolean {
    const key = attemptKey(attempt);
    return this.#running.has(key) || this.#ended.has(key);
  }

  /** Whether it runs, or its end is not committed yet. */
  isRunning(attempt: Attempt): boolean {
    return this.#running.has(attemptKey(attempt));
  }

  /** Its end is decided here; what the database says of it meanwhile is no news. */
  report(attempt: Attempt): void {
    const running = this.#running.get(attemptKey(attempt));
    if (running !== undefined) running.reporting = true;
  }

  /** Its end is committed: its slot is free. */
  delete(attempt: Attempt): void {
    const key = attemptKey(attempt);
    if (!this.#running.delete(key)) return;
    const [oldest] = this.#ended;
    if (this.#ended.size >= REMEMBERED && oldest !== undefined) this.#ended.delete(oldest);
    this.#ended.add(key);
  }

  stopAll(why: Stop): void {
    for (const { control } of this.#running.values()) stop(control, why);
  }

  /** Kills what is left. */
  forceAll(): void {
    for (const { control } of this.#running.values()) control.force.abort();
  }

  /** The longest that one of those that run now may go on once it is asked to end; 0: none runs. */
  get longestGraceMs(): number {
    return Math.max(0, ...[...this.#running.values()].map(({ control }) => control.graceMs));
  }

  /**
   * `asked` is what ran when the database was asked, `holdings` what it said then. What is to be stopped is stopped;
   * what was decided elsewhere is killed. Returns the attempts that do not run here, as far as is known yet.
   */
  compare(asked: readonly Claim[], holdings: readonly Holding[]): Holding[] {
    const held = new Map(holdings.map((holding) => [attemptKey(holding), holding]));
    for (const claim of asked) {
      const running = this.#running.get(attemptKey(claim));
      if (running === undefined || running.reporting) continue;
      const holding = held.get(attemptKey(claim));
      const { control } = running;
      // First, so that what has no grace is not asked to end.
      if (holding?.force === true) control.force.abort();
      if (holding === undefined) stop(control, 'lost');
      else if (holding.stop) stop(control, 'stop');
    }
    return holdings.filter((holding) => !this.isRunning(holding));
  }

  /** Resolves when what ran at the time of the call has ended. */
  async ended(): Promise<void> {
    await Promise.all([...this.#running.values()].map(({ end }) => end));
  }
}

/** A task that is lost may have been started elsewhere, so that its own grace is not waited for. */
function stop({ abort, force, graceMs }: TaskControl, why: Stop): void {
  abort.abort(why);
  if (why !== 'lost' || graceMs <= DEFAULT_STOPPING.killGraceMs) return;
  const kill = () => {
    force.abort();
  };
  setTimeout(guarded('worker', kill), DEFAULT_STOPPING.killGraceMs).unref();
}
