/** The statements about what waits for a time of its own: delayed jobs, and tasks before another attempt. */
import { countOf, type Queryable, rowsOf, statement } from '../database/pool.js';

/** now() and not the clock, which changes from row to row, so that the indexes on due_at answer it. */
const LIST_DUE = statement(`
  (SELECT DISTINCT 'pipeline' AS kind, pipeline AS id FROM jobs
   WHERE status = 'waiting' AND due_at IS NOT NULL AND due_at <= now() LIMIT $1)
  UNION ALL
  (SELECT DISTINCT 'job', job_id::text FROM tasks
   WHERE status = 'waiting' AND due_at IS NOT NULL AND due_at <= now() LIMIT $1)`);

export interface Due {
  /** A pipeline where the time of a waiting job has come, or a job where that of another attempt has. */
  readonly kind: 'pipeline' | 'job';
  readonly id: string;
}

/** At most `limit` of each kind. */
export function listDue(on: Queryable, limit: number): Promise<Due[]> {
  return rowsOf<Due & { id: string }>(on, LIST_DUE, [limit]);
}

const MARK_JOBS_DUE = statement(`
  UPDATE jobs SET due_at = NULL
  WHERE pipeline = $1 AND status = 'waiting' AND due_at IS NOT NULL AND due_at <= clock_timestamp()`);

/** From now on they wait like all others, so that nobody asks for their time again. */
export async function markJobsDue(on: Queryable, pipeline: string): Promise<void> {
  await countOf(on, MARK_JOBS_DUE, [pipeline]);
}

const MARK_RETRIES_READY = statement(`
  UPDATE tasks SET status = 'ready', due_at = NULL, ready_at = clock_timestamp()
  WHERE job_id = $1 AND status = 'waiting' AND due_at IS NOT NULL AND due_at <= clock_timestamp()`);

/** Under the job's lock, so that nobody skips or cancels them at the same time. Answers whether there were any. */
export async function markRetriesReady(on: Queryable, jobId: string): Promise<boolean> {
  return (await countOf(on, MARK_RETRIES_READY, [jobId])) > 0;
}
