/** How much there is to do, over all processes: one look at the unfinished, which ends after so many of them. */
import { rowsOf, statement } from '../database/pool.js';
import type { Transaction } from '../database/transaction.js';

/** Of jobs and of tasks that are counted; with more than these, the numbers stay where they are. */
export const COUNTED = 50_000;

const LIMIT_TIME = statement(`SELECT set_config('statement_timeout', $1, true)`);

/** For the rest of the transaction. */
export async function limitTime(on: Transaction, milliseconds: number): Promise<void> {
  await rowsOf(on, LIMIT_TIME, [String(milliseconds)]);
}

export interface PipelineNumbers {
  readonly pipeline: string;
  readonly running: number;
  readonly waiting: number;
  /** Seconds since the oldest job that waits for room was scheduled; null: none waits, or all for a time of their own. */
  readonly oldestWaiting: number | null;
}

const READ_PIPELINES = statement(`
  WITH unfinished AS MATERIALIZED (
    SELECT pipeline, status, due_at, created_at FROM jobs WHERE status IN ('waiting', 'running') LIMIT $1
  )
  SELECT pipeline, count(*) FILTER (WHERE status = 'running')::int AS running,
         count(*) FILTER (WHERE status = 'waiting')::int AS waiting,
         extract(epoch FROM clock_timestamp() - min(created_at) FILTER (WHERE status = 'waiting' AND due_at IS NULL))::float8
           AS "oldestWaiting"
  FROM unfinished GROUP BY pipeline ORDER BY pipeline`);

export function readPipelineNumbers(on: Transaction): Promise<PipelineNumbers[]> {
  return rowsOf<PipelineNumbers & { pipeline: string }>(on, READ_PIPELINES, [COUNTED]);
}

export interface TaskNumbers {
  readonly ready: number;
  readonly running: number;
  /** Seconds; null: none is ready, or it is not known since when. */
  readonly oldestReady: number | null;
  readonly workers: number;
}

const READ_TASKS = statement(`
  SELECT (SELECT count(*) FROM (SELECT FROM tasks WHERE status = 'ready' LIMIT $1) AS counted)::int AS ready,
         (SELECT count(*) FROM (SELECT FROM tasks WHERE status = 'running' LIMIT $1) AS counted)::int AS running,
         (SELECT extract(epoch FROM clock_timestamp() - ready_at)::float8
          FROM tasks WHERE status = 'ready' ORDER BY id LIMIT 1) AS "oldestReady",
         (SELECT count(*) FROM workers)::int AS workers`);

export async function readTaskNumbers(on: Transaction): Promise<TaskNumbers> {
  const [row] = await rowsOf<TaskNumbers & { ready: number }>(on, READ_TASKS, [COUNTED]);
  return row ?? { ready: 0, running: 0, oldestReady: null, workers: 0 };
}
