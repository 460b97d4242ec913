/** The lines of one task, read on from a place. */
import type { Queryable } from '../../database/pool.js';
import type { Stream } from '../../executor/executor.js';
import { arrivedOutput } from '../../logs/arrived.js';
import { linesOf, type OutputLine } from '../../logs/lines.js';
import { readOutputStates } from '../events/events.sql.js';
import type { Place } from '../events/output-place.js';

export interface ReadTask {
  readonly name: string;
  /** Whose output it is. */
  readonly taskId: string;
  /** When that began, in milliseconds since 1970. */
  readonly startedMs: number;
  /** How far it has been read. */
  readonly place: Place;
}

export class TaskLines {
  readonly name: string;
  readonly startedMs: number;
  /** When the next line arrived; not before the task began, nor before the line before it. */
  headMs: number;
  #place: Place;
  #head: OutputLine | null = null;
  #lines: AsyncGenerator<OutputLine> | null = null;

  constructor(
    private readonly database: Queryable,
    private readonly task: ReadTask,
    private readonly streams: readonly Stream[],
  ) {
    this.name = task.name;
    this.startedMs = this.headMs = task.startedMs;
    this.#place = task.place;
  }

  /** How far lines have been taken. */
  get place(): Place {
    return this.#place;
  }

  get isOpen(): boolean {
    return this.#lines !== null;
  }

  /** Whether all that there was when it was opened has been taken. */
  get isRead(): boolean {
    return this.isOpen && this.#head === null;
  }

  async open(windowBytes: number): Promise<void> {
    const { taskId, place } = this.task;
    const key = { taskId, attempt: place.attempt };
    const [state] = await readOutputStates(this.database, [key]);
    // A task that is gone, with its output, has none.
    const to = state ?? place;
    const isOver = state?.status !== 'running' || state.lastAttempt > place.attempt;
    const options = { streams: this.streams, from: place, to, windowBytes };
    this.#lines = linesOf(arrivedOutput(this.database, key, options), { to, isOver });
    await this.#advance();
  }

  async take(): Promise<OutputLine> {
    const line = this.#head as OutputLine;
    this.#place = { ...this.#place, [line.stream]: line.end };
    await this.#advance();
    return line;
  }

  async #advance(): Promise<void> {
    const next = await this.#lines?.next();
    this.#head = next?.done === false ? next.value : null;
    this.headMs = Math.max(this.headMs, this.#head?.at ?? 0);
  }
}
