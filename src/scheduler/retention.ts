/** Removes finished jobs that are no longer kept: on a clock, in batches, so that nobody has to wait for it (10.3). */
import type { PipelineDefinition } from '../domain/definition.js';
import { retentionOf } from '../domain/retention.js';
import type { Database } from '../database/database.js';
import { inTransaction } from '../database/transaction.js';
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
        if (!this.#closed) this.#timer = setTimeout(this.start.bind(this), EVERY_MS);
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
    return removed;
  }
}
