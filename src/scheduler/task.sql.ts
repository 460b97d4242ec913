/** The statements that write tasks; the guard of each stands in its WHERE. */
import type { JobEnd, TaskStatus } from '../domain/status.js';
import type { ProgressTask } from '../domain/progress.js';
import { countOf, type Queryable, rowsOf, statement } from '../database/pool.js';

export interface NewTask {
  readonly name: string;
  readonly depends_on: readonly string[];
  readonly status: Extract<TaskStatus, 'waiting' | 'ready' | 'canceled'>;
}

export interface NewTaskOf extends NewTask {
  readonly job_id: string;
}

const INSERT_TASKS = statement(`
  INSERT INTO tasks (job_id, name, depends_on, status, ready_at, ended_at)
  SELECT job_id, name, depends_on, status, CASE WHEN status = 'ready' THEN clock_timestamp() END,
         CASE WHEN status = 'canceled' THEN clock_timestamp() END
  FROM json_to_recordset($1::json) AS task (job_id uuid, name text, depends_on text[], status task_status)`);

/** They are claimed in this order. */
export async function insertTasks(on: Queryable, tasks: readonly NewTaskOf[]): Promise<void> {
  if (tasks.length > 0) await countOf(on, INSERT_TASKS, [JSON.stringify(tasks)]);
}

/** From where a task was carried over before, it is carried over again: only who ran it has its output. */
const CARRY_TASKS = statement(`
  INSERT INTO tasks (job_id, name, depends_on, status, attempt, worker, ready_at, started_at, ended_at, exit_code, output_of)
  SELECT $1, name, depends_on, status, attempt, worker, ready_at, started_at, ended_at, exit_code, coalesce(output_of, id)
  FROM tasks WHERE job_id = $2 AND name = ANY($3::text[]) AND status = 'done' ORDER BY id`);

/** Tasks that another job has done already, as they are there. */
export async function carryTasks(
  on: Queryable,
  jobId: string,
  from: string,
  names: readonly string[],
): Promise<void> {
  if (names.length > 0) await countOf(on, CARRY_TASKS, [jobId, from, names]);
}

const LOCK_READY = statement(
  `SELECT FROM tasks WHERE job_id = ANY($1::uuid[]) AND status::text = 'ready' ORDER BY id FOR NO KEY UPDATE`,
);

/** Keeps claims away from these jobs until the transaction ends; those under way are waited for. */
export async function lockReadyTasks(on: Queryable, jobIds: readonly string[]): Promise<void> {
  if (jobIds.length > 0) await rowsOf(on, LOCK_READY, [jobIds]);
}

const LIST_TASKS = statement(`
  SELECT job_id AS "jobId", name, depends_on AS "dependsOn", status,
         stop_requested_at IS NOT NULL AS "stopRequested", due_at IS NOT NULL AS delayed
  FROM tasks WHERE job_id = ANY($1::uuid[]) ORDER BY id`);

/** By the ids of their jobs; a job without tasks has an empty list. */
export async function listTasksOf(
  on: Queryable,
  jobIds: readonly string[],
): Promise<ReadonlyMap<string, readonly ProgressTask[]>> {
  const lists = new Map<string, ProgressTask[]>(jobIds.map((id) => [id, []]));
  for (const { jobId, ...task } of await rowsOf<ProgressTask & { jobId: string }>(on, LIST_TASKS, [jobIds]))
    lists.get(jobId)?.push(task);
  return lists;
}

export async function listTasks(on: Queryable, jobId: string): Promise<readonly ProgressTask[]> {
  return (await listTasksOf(on, [jobId])).get(jobId) ?? [];
}

/** A task by the name that it has in its job. */
export interface NamedTask {
  readonly jobId: string;
  readonly name: string;
}

const namesOf = (tasks: readonly NamedTask[]) => [
  tasks.map(({ jobId }) => jobId),
  tasks.map(({ name }) => name),
];

const MOVE_TASKS = statement(`
  UPDATE tasks
  SET status = $3::task_status, due_at = NULL,
      ready_at = CASE WHEN $3 = 'ready' THEN clock_timestamp() ELSE ready_at END,
      ended_at = CASE WHEN $3 IN ('skipped', 'canceled') THEN clock_timestamp() END
  FROM unnest($1::uuid[], $2::text[]) AS moved (job_id, name)
  WHERE tasks.job_id = moved.job_id AND tasks.name = moved.name AND status IN ('waiting', 'ready')`);

/** Tasks that do not run yet. */
export async function moveTasks(
  on: Queryable,
  tasks: readonly NamedTask[],
  status: Extract<TaskStatus, 'ready' | 'skipped' | 'canceled'>,
): Promise<void> {
  if (tasks.length > 0) await countOf(on, MOVE_TASKS, [...namesOf(tasks), status]);
}

/** In the order in which output locks them too. */
const REQUEST_STOP = statement(`
  WITH running AS MATERIALIZED (
    SELECT id FROM tasks
    WHERE (job_id, name) IN (SELECT * FROM unnest($1::uuid[], $2::text[])) AND status::text = 'running'
      AND stop_requested_at IS NULL
    ORDER BY id FOR NO KEY UPDATE
  )
  UPDATE tasks SET stop_requested_at = clock_timestamp() FROM running WHERE tasks.id = running.id`);

export async function requestStop(on: Queryable, tasks: readonly NamedTask[]): Promise<void> {
  if (tasks.length > 0) await countOf(on, REQUEST_STOP, namesOf(tasks));
}

/** No time at all, as a sign that there is no grace: any other value is the time at which the stop was requested. */
const FORCE_STOP = statement(`
  WITH running AS MATERIALIZED (
    SELECT id FROM tasks WHERE job_id = $1 AND status::text = 'running' ORDER BY id FOR NO KEY UPDATE
  )
  UPDATE tasks SET stop_requested_at = '-infinity' FROM running WHERE tasks.id = running.id`);

/** Requests that a job's running tasks are killed without grace. */
export async function forceStop(on: Queryable, jobId: string): Promise<void> {
  await countOf(on, FORCE_STOP, [jobId]);
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
  FROM tasks WHERE job_id = $1 AND status = 'error' AND name <> ALL($2::text[]) ORDER BY ended_at, id LIMIT 1`);

/** Leaves out the job's handlers, whose names are given. */
export async function readFailure(
  on: Queryable,
  jobId: string,
  handlers: readonly string[],
): Promise<Failure | null> {
  return (await rowsOf<Failure & { task: string }>(on, READ_FAILURE, [jobId, handlers]))[0] ?? null;
}

/** As `progress` decides it. */
const READ_END = statement(`
  SELECT CASE WHEN cancel_requested_at IS NOT NULL THEN 'canceled'
              WHEN EXISTS (SELECT FROM tasks WHERE job_id = jobs.id AND name <> ALL($2::text[]) AND status <> 'done')
              THEN 'error' ELSE 'done' END AS "end"
  FROM jobs WHERE id = $1`);

/** Returns how a job whose tasks have all ended will end, as far as is known now; null: there is no such job. */
export async function readEnd(
  on: Queryable,
  jobId: string,
  handlers: readonly string[],
): Promise<JobEnd | null> {
  return (await rowsOf<{ end: JobEnd }>(on, READ_END, [jobId, handlers]))[0]?.end ?? null;
}
