/**
 * The statements about running tasks: claimed by one worker, and written to only as long as he holds them.
 *
 * Of a row that is found by its key the status is compared as text, here and wherever an index on that status would
 * fit: else Postgres may take the partial index on that status, which was short at its last look, and is long or full of dead rows now.
 */
import type { RetryReason } from '../domain/retry.js';
import type { TaskStatus } from '../domain/status.js';
import { countOf, type Queryable, rowsOf, statement } from '../database/pool.js';

/** A task that a worker holds: everything it needs but the definition. */
export interface Claim {
  readonly taskId: string;
  readonly jobId: string;
  readonly pipeline: string;
  readonly definitionId: string;
  readonly task: string;
  readonly attempt: number;
  /** `Worker.id` of who holds it. */
  readonly worker: string;
  readonly variables: Readonly<Record<string, unknown>> | null;
  /** Milliseconds since the job was started, by the database's clock. */
  readonly jobAgeMs: number;
  /** Milliseconds that it was ready before; null: it is not known. */
  readonly readyMs: number | null;
  /** W3C traceparent of who scheduled the job. */
  readonly traceParent: string | null;
}

type Attempt = Pick<Claim, 'taskId' | 'attempt'>;

export const attemptKey = ({ taskId, attempt }: Attempt) => `${taskId}/${attempt}`;

/** A running task by what fences it. */
export type Held = Pick<Claim, 'taskId' | 'task' | 'attempt' | 'worker'>;

/** To be completed by `claimed`, the rows of tasks. A clock that was set back makes no time negative. */
const CLAIMS = `
  SELECT claimed.id AS "taskId", claimed.job_id AS "jobId", job.pipeline, job.definition_id AS "definitionId",
         claimed.name AS task, claimed.attempt, claimed.worker, job.variables,
         (extract(epoch FROM greatest(clock_timestamp(), job.started_at) - job.started_at) * 1000)::float8 AS "jobAgeMs",
         (extract(epoch FROM greatest(claimed.started_at, claimed.ready_at) - claimed.ready_at) * 1000)::float8 AS "readyMs",
         job.trace_parent AS "traceParent"
  FROM claimed JOIN jobs AS job ON job.id = claimed.job_id
  ORDER BY claimed.id`;

/** The lock on the worker's row lets its heartbeats through, but nobody calls it dead meanwhile. */
const CLAIM = statement(`
  WITH alive AS MATERIALIZED (
    SELECT id FROM workers WHERE id = $1 FOR KEY SHARE
  ), next AS MATERIALIZED (
    SELECT tasks.id FROM tasks WHERE status = 'ready' AND EXISTS (SELECT FROM alive)
    ORDER BY id LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED
  ), claimed AS (
    UPDATE tasks
    SET status = 'running', worker = $1, attempt = attempt + 1, started_at = clock_timestamp(), exit_code = -1
    FROM next WHERE tasks.id = next.id AND tasks.status::text = 'ready'
    RETURNING tasks.id, tasks.job_id, tasks.name, tasks.attempt, tasks.worker, tasks.started_at, tasks.ready_at
  )${CLAIMS}`);

/** The oldest ready tasks, at most `limit`, each to one worker only; none to one that has been called dead. */
export function claimTasks(on: Queryable, worker: string, limit: number): Promise<Claim[]> {
  return rowsOf<Claim & { task: string }>(on, CLAIM, [worker, limit]);
}

const LIST_CLAIMS = statement(`
  WITH claimed AS (SELECT * FROM tasks WHERE worker = $1 AND status = 'running')${CLAIMS}`);

/** All that a worker holds. */
export function listClaims(on: Queryable, worker: string): Promise<Claim[]> {
  return rowsOf<Claim & { task: string }>(on, LIST_CLAIMS, [worker]);
}

/** In the order in which output locks them too. */
const FINISH = statement(`
  WITH held AS MATERIALIZED (
    SELECT tasks.id, ended.status, ended.exit_code, ended.error
    FROM unnest($1::bigint[], $2::int[], $3::text[], $4::text[], $5::int[], $6::text[])
         AS ended (id, attempt, worker, status, exit_code, error)
    JOIN tasks ON tasks.id = ended.id AND tasks.attempt = ended.attempt AND tasks.worker = ended.worker
    WHERE tasks.status::text = 'running'
    ORDER BY tasks.id FOR NO KEY UPDATE OF tasks
  )
  UPDATE tasks
  SET status = CASE WHEN stop_requested_at IS NULL THEN held.status::task_status ELSE 'canceled' END,
      exit_code = CASE WHEN stop_requested_at IS NULL THEN held.exit_code ELSE -1 END,
      error = CASE WHEN stop_requested_at IS NULL THEN held.error END,
      ended_at = clock_timestamp()
  FROM held WHERE tasks.id = held.id
  RETURNING tasks.id AS "taskId", tasks.attempt`);

export interface Ended {
  readonly status: Extract<TaskStatus, 'done' | 'error' | 'canceled'>;
  readonly exitCode: number;
  /** Set exactly when the status is `error`. */
  readonly error: string | null;
  /** What another attempt might mend; null: nothing. */
  readonly reason: RetryReason | null;
}

/** How the task of a claim has ended, by the word of who held it. */
export interface Report<T extends Held = Claim> {
  readonly claim: T;
  readonly ended: Ended;
}

/**
 * Answers those that have ended so, by `attemptKey`. Of the others the claim is no longer the worker's, so that its word does not count.
 * What was to be stopped is canceled, whatever its processes answered (5.9).
 */
export async function finishTasks(
  on: Queryable,
  reports: readonly Report<Held>[],
): Promise<ReadonlySet<string>> {
  if (reports.length === 0) return new Set();
  const rows = await rowsOf<Attempt & { taskId: string }>(on, FINISH, [
    reports.map(({ claim }) => claim.taskId),
    reports.map(({ claim }) => claim.attempt),
    reports.map(({ claim }) => claim.worker),
    reports.map(({ ended }) => ended.status),
    reports.map(({ ended }) => ended.exitCode),
    reports.map(({ ended }) => ended.error),
  ]);
  return new Set(rows.map(attemptKey));
}

/** What was to be stopped is not tried again. */
const RETRY = statement(`
  WITH held AS MATERIALIZED (
    SELECT id, attempt, worker, started_at FROM tasks
    WHERE id = $1 AND attempt = $2 AND worker = $3 AND status::text = 'running' AND stop_requested_at IS NULL
    FOR NO KEY UPDATE
  ), kept AS (
    INSERT INTO attempts (task_id, attempt, worker, started_at, ended_at, exit_code, error)
    SELECT id, attempt, worker, started_at, clock_timestamp(), $4, $5 FROM held
  )
  UPDATE tasks
  SET status = 'waiting', started_at = NULL, exit_code = 0,
      due_at = clock_timestamp() + $6::bigint * interval '1 millisecond'
  FROM held WHERE tasks.id = held.id`);

/** Back to waiting, for another attempt after `delayMs`. false: as above, or it is to be stopped. */
export async function retryTask(
  on: Queryable,
  claim: Held,
  { exitCode, error }: Pick<Ended, 'exitCode' | 'error'>,
  delayMs: number,
): Promise<boolean> {
  const values = [claim.taskId, claim.attempt, claim.worker, exitCode, error, delayMs];
  return (await countOf(on, RETRY, values)) === 1;
}

const LIST_LOST_TASKS = statement(`
  SELECT id AS "taskId", name AS task, attempt, worker FROM tasks
  WHERE job_id = $1 AND status = 'running' AND NOT EXISTS (SELECT FROM workers WHERE workers.id = tasks.worker)
  ORDER BY id`);

/** The running tasks of a job that no living worker holds; nobody else will end them. */
export function listLostTasks(on: Queryable, jobId: string): Promise<Held[]> {
  return rowsOf<Held & { task: string }>(on, LIST_LOST_TASKS, [jobId]);
}

const LIST_HOLDINGS = statement(`
  SELECT id AS "taskId", attempt, stop_requested_at IS NOT NULL AS stop,
         stop_requested_at IS NOT DISTINCT FROM '-infinity' AS force
  FROM tasks WHERE worker = $1 AND status = 'running'`);

/** What a worker holds, as far as the database knows, and whether it is to be killed. */
export interface Holding extends Pick<Claim, 'taskId' | 'attempt'> {
  readonly stop: boolean;
  /** It is to be killed without grace. */
  readonly force: boolean;
}

export function listHoldings(on: Queryable, worker: string): Promise<Holding[]> {
  return rowsOf<Holding & { taskId: string }>(on, LIST_HOLDINGS, [worker]);
}
