/** Brings the output of all tasks of a worker to the database: in order, in batches, in bounded memory. */
import type { Queryable } from '../database/pool.js';
import { isRefused } from '../database/refused.js';
import { insertPieces, type HeldOutput, type Piece } from './output.sql.js';
import { TaskOutput } from './task-output.js';
import { BackgroundLoop } from '../telemetry/background-loop.js';
import { guarded } from '../telemetry/guarded.js';
import { logger } from '../telemetry/log.js';
import { outputBytes } from '../telemetry/metrics.js';
import { Seldom } from '../telemetry/seldom.js';

const log = logger('output');
const seldom = new Seldom();

/** How long the first bytes wait for company, while nothing is under way. */
const GATHER_MS = 20;
/** Bytes of one statement. */
const BATCH = 2 * 1024 * 1024;
const RETRY_MS = { first: 200, longest: 5_000 };

export class OutputWriter {
  readonly #database: Queryable;
  readonly #limit: number;
  readonly #now: () => number;
  readonly #waiting = new Set<TaskOutput>();
  #timer: NodeJS.Timeout | undefined;
  readonly #writing = new BackgroundLoop('output', () => this.#write());

  /** `limit`: bytes kept of each stream. `now`: when they arrive, in milliseconds since 1970. */
  constructor(database: Queryable, limit: number, now: () => number = Date.now) {
    this.#database = database;
    this.#limit = limit;
    this.#now = now;
  }

  open(key: HeldOutput): TaskOutput {
    const due = (output: TaskOutput, now: boolean) => {
      this.#due(output, now);
    };
    return new TaskOutput(key, this.#limit, due, this.#now);
  }

  #due(output: TaskOutput, now: boolean): void {
    this.#waiting.add(output);
    if (now || this.#writing.isRunning) {
      clearTimeout(this.#timer);
      this.#writing.wake();
    } else {
      this.#timer ??= setTimeout(
        guarded('output', () => {
          this.#writing.wake();
        }),
        GATHER_MS,
      );
    }
  }

  /** One statement at a time; what comes meanwhile is the next one's. */
  async #write(): Promise<void> {
    this.#timer = undefined;
    for (let batch = this.#take(); batch.length > 0; batch = this.#take()) {
      await this.#insert(batch.map(({ piece }) => piece));
      for (const { output, piece } of batch) output.stored(piece);
    }
  }

  #take(): { output: TaskOutput; piece: Piece }[] {
    const batch: { output: TaskOutput; piece: Piece }[] = [];
    let room = BATCH;
    for (const output of this.#waiting) {
      if (room <= 0) break;
      this.#waiting.delete(output);
      for (const piece of output.take()) {
        batch.push({ output, piece });
        room -= piece.bytes.length;
      }
    }
    return batch;
  }

  /** Until it is in: while the database is away, tasks that write much wait, and nothing is lost. */
  async #insert(pieces: readonly Piece[]): Promise<void> {
    for (let wait = RETRY_MS.first; ; wait = Math.min(2 * wait, RETRY_MS.longest)) {
      try {
        await insertPieces(this.#database, pieces);
        for (const { stream, bytes } of pieces) outputBytes.inc({ stream }, bytes.length);
        return;
      } catch (error) {
        if (isRefused(error)) return this.#insertSingly(pieces, error as Error);
        complain('output has to wait', error as Error);
        await new Promise((done) => setTimeout(done, wait));
      }
    }
  }

  /** What Postgres will never take must not keep, nor take with it, everybody else's output. */
  async #insertSingly(pieces: readonly Piece[], error: Error): Promise<void> {
    if (pieces.length === 1) complain('output is lost', error);
    else for (const piece of pieces) await this.#insert([piece]);
  }
}

function complain(trouble: string, { message }: Error): void {
  const held = seldom.let(trouble);
  if (held !== null) log.warn(`${trouble}: ${message}`, { again: held });
}
