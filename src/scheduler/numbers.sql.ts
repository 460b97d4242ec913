/** Counts what there is to do, over all processes. Every count reads an index alone, in its order. */
import { rowsOf, statement } from '../database/pool.js';
import type { Transaction } from '../database/transaction.js';

/**
 * For counts that read an index from one end to the other. Without it, statistics from before a million jobs arrived
 * make Postgres read and sort the jobs themselves.
 */
const SETTINGS = {
  enable_sort: 'off',
  enable_hashagg: 'off',
  enable_bitmapscan: 'off',
  jit: 'off',
  max_parallel_workers_per_gather: '0',
};

const PREPARE = statement(
  `SELECT set_config('statement_timeout', $1, true), ${Object.entries(SETTINGS)
    .map(([name, value]) => `set_config('${name}', '${value}', true)`)
    .join(', ')}`,
);

/** For the rest of the transaction, limits the time of each statement and has the counts read indexes. */
export async function prepareCounts(on: Transaction, statementMs: number): Promise<void> {
  await rowsOf(on, PREPARE, [String(statementMs)]);
}

export interface PipelineNumbers {
  readonly pipeline: string;
  readonly running: number;
  readonly waiting: number;
  /** Seconds since the oldest job that waits for room was scheduled; null: none waits, or all for a time of their own. */
  readonly oldestWaiting: number | null;
}

const READ_PIPELINES = statement(`
  WITH waiting AS MATERIALIZED (
    SELECT pipeline, count(*)::int AS count FROM jobs WHERE status = 'waiting' GROUP BY pipeline
  ), running AS MATERIALIZED (
    SELECT pipeline, count(*)::int AS count FROM jobs WHERE status = 'running' GROUP BY pipeline
  )
  SELECT pipeline, coalesce(running.count, 0) AS running, coalesce(waiting.count, 0) AS waiting,
         (SELECT extract(epoch FROM clock_timestamp() - created_at)::float8 FROM jobs
           WHERE jobs.pipeline = waiting.pipeline AND status = 'waiting' AND due_at IS NULL
           ORDER BY jobs.pipeline, created_at LIMIT 1) AS "oldestWaiting"
  FROM waiting FULL JOIN running USING (pipeline) ORDER BY pipeline`);

export function readPipelineNumbers(on: Transaction): Promise<PipelineNumbers[]> {
  return rowsOf<PipelineNumbers & { pipeline: string }>(on, READ_PIPELINES);
}

export interface TaskNumbers {
  readonly ready: number;
  readonly running: number;
  /** Seconds; null: none is ready, or it is not known since when. */
  readonly oldestReady: number | null;
  readonly workers: number;
}

const READ_TASKS = statement(`
  SELECT (SELECT count(*) FROM tasks WHERE status = 'ready')::int AS ready,
         (SELECT count(*) FROM tasks WHERE status = 'running')::int AS running,
         (SELECT extract(epoch FROM clock_timestamp() - ready_at)::float8
          FROM tasks WHERE status = 'ready' ORDER BY id LIMIT 1) AS "oldestReady",
         (SELECT count(*) FROM workers)::int AS workers`);

export async function readTaskNumbers(on: Transaction): Promise<TaskNumbers> {
  const [row] = await rowsOf<TaskNumbers & { ready: number }>(on, READ_TASKS);
  return row ?? { ready: 0, running: 0, oldestReady: null, workers: 0 };
}
