/** The numbers of all processes together, for whoever scrapes this one: never older than a few seconds, never waited for long. */
import type { Database } from '../database/database.js';
import { inTransaction } from '../database/transaction.js';
import { guarded } from '../telemetry/guarded.js';
import { backlog, databaseUp } from '../telemetry/backlog.js';
import {
  limitTime,
  type PipelineNumbers,
  readPipelineNumbers,
  readTaskNumbers,
  type TaskNumbers,
} from './numbers.sql.js';

/** Whoever asks again within it gets the same. */
const FRESH_MS = 3_000;
/** How long a scrape waits; Prometheus itself gives up after ten seconds. */
const WAIT_MS = 2_000;
const STATEMENT_MS = 1_500;

interface Numbers {
  readonly pipelines: readonly PipelineNumbers[];
  readonly tasks: TaskNumbers;
}

export class BacklogNumbers {
  readonly #database: Database;
  /** Under way, or fresh: at most one look at a time, however often is scraped and however long it takes. */
  #look: Promise<Numbers | null> | null = null;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Sets them; or, where the database does not answer, takes them away, as old ones would be wrong ones. */
  async read(): Promise<void> {
    this.#look ??= this.#ask();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<null>((done) => (timer = setTimeout(done, WAIT_MS, null)));
    const numbers = await Promise.race([this.#look, late]);
    clearTimeout(timer);
    databaseUp.set(numbers === null ? 0 : 1);
    backlog(numbers?.pipelines ?? [], numbers?.tasks ?? null);
  }

  async #ask(): Promise<Numbers | null> {
    const numbers = await inTransaction(this.#database.pool, async (on) => {
      const [, pipelines, tasks] = await Promise.all([
        limitTime(on, STATEMENT_MS),
        readPipelineNumbers(on),
        readTaskNumbers(on),
      ]);
      return { pipelines, tasks };
    }).catch(() => null);
    setTimeout(
      guarded('scheduler', () => (this.#look = null)),
      FRESH_MS,
    ).unref();
    return numbers;
  }
}
