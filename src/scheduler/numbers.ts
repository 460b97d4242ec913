/** The numbers of all processes together, for whoever scrapes this one: never older than half a minute, never waited for long. */
import type { Database } from '../database/database.js';
import { inTransaction } from '../database/transaction.js';
import { guarded } from '../telemetry/guarded.js';
import { backlog, databaseUp } from '../telemetry/backlog.js';
import {
  type PipelineNumbers,
  prepareCounts,
  readPipelineNumbers,
  readTaskNumbers,
  type TaskNumbers,
} from './numbers.sql.js';

/** Scrapes within it get the same numbers. */
const FRESH_MS = 3_000;
/** Time between two counts, as a multiple of what the last one took, so that they keep no connection busy. */
const REST = 9;
/** How long a scrape waits; Prometheus itself gives up after ten seconds. */
const WAIT_MS = 2_000;
/** For each of two statements. */
const STATEMENT_MS = 10_000;
/** How long numbers do while newer ones are being counted, or cannot be counted in time. */
const KEEP_MS = 30_000;

interface Numbers {
  readonly pipelines: readonly PipelineNumbers[];
  readonly tasks: TaskNumbers;
}

interface Count {
  /** Whether the database has answered. */
  isUp: boolean;
  done: Promise<Numbers | null>;
}

export class BacklogNumbers {
  readonly #database: Database;
  /** Under way, or fresh: at most one at a time, however often is scraped and however long it takes. */
  #count: Count | null = null;
  #last: { readonly numbers: Numbers; readonly at: number } | null = null;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Sets them; or, where the database does not answer, takes them away, as old ones would be wrong ones. */
  async read(): Promise<void> {
    const count = (this.#count ??= this.#start());
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<null>((done) => (timer = setTimeout(done, WAIT_MS, null)));
    const counted = await Promise.race([count.done, late]);
    clearTimeout(timer);
    databaseUp.set(count.isUp ? 1 : 0);
    const numbers = counted ?? (count.isUp ? this.#kept() : null);
    backlog(numbers?.pipelines ?? [], numbers?.tasks ?? null);
  }

  #kept(): Numbers | null {
    return this.#last !== null && performance.now() - this.#last.at < KEEP_MS ? this.#last.numbers : null;
  }

  #start(): Count {
    const count: Count = { isUp: false, done: Promise.resolve(null) };
    count.done = this.#run(count);
    return count;
  }

  async #run(count: Count): Promise<Numbers | null> {
    const begun = performance.now();
    const numbers = await inTransaction(this.#database.pool, async (on) => {
      await prepareCounts(on, STATEMENT_MS);
      count.isUp = true;
      const [pipelines, tasks] = await Promise.all([readPipelineNumbers(on), readTaskNumbers(on)]);
      return { pipelines, tasks };
    }).catch(() => null);
    const now = performance.now();
    if (numbers !== null) this.#last = { numbers, at: now };
    setTimeout(
      guarded('scheduler', () => (this.#count = null)),
      Math.max(FRESH_MS, Math.min(REST * (now - begun), KEEP_MS - (now - begun))),
    ).unref();
    return numbers;
  }
}
