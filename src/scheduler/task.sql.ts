/** The statements that write tasks; the guard of each stands in its WHERE. */
import type { TaskStatus } from '../domain/status.js';
import type { ProgressTask } from '../domain/progress.js';
import { countOf, type Queryable, rowsOf, statement } from '../database/pool.js';

export interface NewTask {
  readonly name: string;
  readonly depends_on: readonly string[];
  readonly status: Extract<TaskStatus, 'waiting' | 'ready'>;
}

const INSERT_TASKS = statement(`
  INSERT INTO tasks (job_id, name, depends_on, status)
  SELECT $1, name, depends_on, status
  FROM json_to_recordset($2::json) AS task (name text, depends_on text[], status task_status)`);

export async function insertTasks(on: Queryable, jobId: string, tasks: readonly NewTask[]): Promise<void> {
  await countOf(on, INSERT_TASKS, [jobId, JSON.stringify(tasks)]);
}

/** A task that a worker holds: everything it needs but the definition. */
export interface Claim {
  readonly taskId: string;
  readonly jobId: string;
  readonly pipeline: string;
  readonly definitionId: string;
  readonly task: string;
  readonly attempt: number;
  readonly variables: Readonly<Record<string, unknown>> | null;
  /** Milliseconds since the job was started, by the database's clock. */
  readonly jobAgeMs: number;
}

const CLAIM = statement(`
  WITH next AS MATERIALIZED (
    SELECT id FROM tasks WHERE status = 'ready' ORDER BY id LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED
  ), claimed AS (
    UPDATE tasks
    SET status = 'running', worker = $1, attempt = attempt + 1, started_at = clock_timestamp(), exit_code = -1
    FROM next WHERE tasks.id = next.id AND tasks.status = 'ready'
    RETURNING tasks.id, tasks.job_id, tasks.name, tasks.attempt
  )
  SELECT claimed.id AS "taskId", claimed.job_id AS "jobId", job.pipeline, job.definition_id AS "definitionId",
         claimed.name AS task, claimed.attempt, job.variables,
         (extract(epoch FROM clock_timestamp() - job.started_at) * 1000)::float8 AS "jobAgeMs"
  FROM claimed JOIN jobs AS job ON job.id = claimed.job_id
  ORDER BY claimed.id`);

/** The oldest ready tasks, at most `limit`, each to one worker only. */
export function claimTasks(on: Queryable, worker: string, limit: number): Promise<Claim[]> {
  return rowsOf<Claim & { task: string }>(on, CLAIM, [worker, limit]);
}

const FINISH = statement(`
  UPDATE tasks
  SET status = CASE WHEN stop_requested_at IS NULL THEN $4::task_status ELSE 'canceled' END,
      exit_code = CASE WHEN stop_requested_at IS NULL THEN $5::int ELSE -1 END,
      error = CASE WHEN stop_requested_at IS NULL THEN $6 END,
      ended_at = clock_timestamp()
  WHERE id = $1 AND attempt = $2 AND worker = $3 AND status = 'running'`);

export interface Ended {
  readonly status: Extract<TaskStatus, 'done' | 'error' | 'canceled'>;
  readonly exitCode: number;
  /** Set exactly when the status is `error`. */
  readonly error: string | null;
}

/**
 * false: the claim is no longer this worker's, so its word does not count.
 * What was to be stopped is canceled, whatever its processes answered (5.9).
 */
export async function finishTask(
  on: Queryable,
  claim: Claim,
  worker: string,
  ended: Ended,
): Promise<boolean> {
  const values = [claim.taskId, claim.attempt, worker, ended.status, ended.exitCode, ended.error];
  return (await countOf(on, FINISH, values)) === 1;
}

const LOCK_READY = statement(
  `SELECT FROM tasks WHERE job_id = $1 AND status = 'ready' ORDER BY id FOR NO KEY UPDATE`,
);

/** Keeps claims away from the job until the transaction ends; those under way are waited for. */
export async function lockReadyTasks(on: Queryable, jobId: string): Promise<void> {
  await rowsOf(on, LOCK_READY, [jobId]);
}

const LIST_TASKS = statement(`
  SELECT name, depends_on AS "dependsOn", status, stop_requested_at IS NOT NULL AS "stopRequested"
  FROM tasks WHERE job_id = $1 ORDER BY id`);

export function listTasks(on: Queryable, jobId: string): Promise<ProgressTask[]> {
  return rowsOf<ProgressTask & { name: string }>(on, LIST_TASKS, [jobId]);
}

const MOVE_TASKS = statement(`
  UPDATE tasks
  SET status = $3::task_status,
      ended_at = CASE WHEN $3 IN ('skipped', 'canceled') THEN clock_timestamp() END
  WHERE job_id = $1 AND name = ANY($2::text[]) AND status IN ('waiting', 'ready')`);

/** Tasks that do not run yet. */
export async function moveTasks(
  on: Queryable,
  jobId: string,
  names: readonly string[],
  status: Extract<TaskStatus, 'ready' | 'skipped' | 'canceled'>,
): Promise<void> {
  if (names.length > 0) await countOf(on, MOVE_TASKS, [jobId, names, status]);
}

const REQUEST_STOP = statement(`
  UPDATE tasks SET stop_requested_at = clock_timestamp()
  WHERE job_id = $1 AND name = ANY($2::text[]) AND status = 'running' AND stop_requested_at IS NULL`);

export async function requestStop(on: Queryable, jobId: string, names: readonly string[]): Promise<void> {
  if (names.length > 0) await countOf(on, REQUEST_STOP, [jobId, names]);
}

/** The task that failed first. */
export interface Failure {
  readonly taskId: string;
  readonly attempt: number;
  readonly task: string;
  readonly exitCode: number;
  readonly error: string;
}

const READ_FAILURE = statement(`
  SELECT id AS "taskId", attempt, name AS task, exit_code AS "exitCode", error
  FROM tasks WHERE job_id = $1 AND status = 'error' ORDER BY ended_at, id LIMIT 1`);

export async function readFailure(on: Queryable, jobId: string): Promise<Failure | null> {
  return (await rowsOf<Failure & { task: string }>(on, READ_FAILURE, [jobId]))[0] ?? null;
}

const LIST_STOPPING = statement(
  `SELECT id FROM tasks WHERE worker = $1 AND status = 'running' AND stop_requested_at IS NOT NULL`,
);

/** Ids of the tasks that this worker is to kill. */
export async function listStopping(on: Queryable, worker: string): Promise<string[]> {
  return (await rowsOf<{ id: string }>(on, LIST_STOPPING, [worker])).map((row) => row.id);
}
