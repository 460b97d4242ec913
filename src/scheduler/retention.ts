/** Removes what is no longer kept, finished jobs and old keys: on a clock, in batches, so that nobody waits for it (10.3). */
import type { PipelineDefinition } from '../domain/definition.js';
import { retentionOf } from '../domain/retention.js';
import type { Database } from '../database/database.js';
import { inTransaction } from '../database/transaction.js';
import { guarded } from '../telemetry/guarded.js';
import { deleteExpiredKeys } from './idempotency.sql.js';
import {
  deleteExpired,
  deleteUnusedDefinitions,
  listPipelinesWithJobs,
  tryLockRetention,
} from './retention.sql.js';

export interface RetentionOptions {
  readonly database: Database;
  readonly pipelines: { get(name: string): PipelineDefinition | undefined };
  /** For jobs of pipelines that are not loaded; milliseconds; null: for ever. */
  readonly orphanMs: number | null;
}

const EVERY_MS = 60_000;
/** Jobs of one transaction. */
const BATCH = 200;
/** Keys of one statement: small rows that nothing hangs on. */
const KEYS = 1000;

export class RetentionClock {
  readonly #options: RetentionOptions;
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(options: RetentionOptions) {
    this.#options = options;
  }

  start(): void {
    this.#round = this.retain()
      .catch(() => undefined)
      .then(() => {
        if (this.#closed) return;
        this.#timer = setTimeout(
          guarded('scheduler', () => {
            this.start();
          }),
          EVERY_MS,
        );
      });
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#round;
  }

  /** All that is due now. Answers how many jobs it removed. */
  async retain(): Promise<number> {
    const { database, pipelines, orphanMs } = this.#options;
    let removed = 0;
    for (const pipeline of await listPipelinesWithJobs(database.pool)) {
      const keep = retentionOf(pipelines.get(pipeline), orphanMs);
      if (keep.periodMs === null && keep.count === null) continue;
      for (let batch = BATCH; batch >= BATCH && !this.#closed; removed += batch) {
        batch = await inTransaction(database.pool, async (on) =>
          (await tryLockRetention(on)) ? deleteExpired(on, pipeline, keep, BATCH) : 0,
        );
      }
    }
    await deleteUnusedDefinitions(database.pool);
    for (let batch = KEYS; batch >= KEYS && !this.#closed;) {
      batch = await deleteExpiredKeys(database.pool, KEYS);
    }
    return removed;
  }
}
