/** The statements that write jobs; the guard of each stands in its WHERE. */
import { HANDLER_KEYS, type PipelineDefinition } from '../domain/definition.js';
import { HANDLERS, type HandlerName } from '../domain/handlers.js';
import type { WaitingJob } from '../domain/admission.js';
import type { JobEnd, JobStatus } from '../domain/status.js';
import { INSTALLATION } from '../database/installation.js';
import { countOf, type Queryable, rowsOf, statement } from '../database/pool.js';

/** Held to the end of the transaction: admission to one pipeline is decided by one at a time. */
const LOCK_PIPELINE = statement(
  `SELECT pg_advisory_xact_lock(hashtextextended('holdfast pipeline ' || $1, ${INSTALLATION}))`,
);

/** What comes after it in the same transaction sees what its last holder committed. */
export async function lockPipeline(on: Queryable, pipeline: string): Promise<void> {
  await rowsOf(on, LOCK_PIPELINE, [pipeline]);
}

const LAST_WAITING = statement(`
  SELECT id FROM jobs
  WHERE pipeline = $1 AND status = 'waiting' AND ($2::text IS NULL OR queue_partition = $2)
  ORDER BY position DESC LIMIT 1`);

/** `partition` null: of the whole list. */
export async function lastWaitingJob(
  on: Queryable,
  pipeline: string,
  partition: string | null,
): Promise<string | null> {
  const [row] = await rowsOf<{ id: string }>(on, LAST_WAITING, [pipeline, partition]);
  return row?.id ?? null;
}

const INSERT_DEFINITION = statement(
  `INSERT INTO definitions (id, body) VALUES ($1, $2::jsonb) ON CONFLICT (id) DO NOTHING`,
);

export async function insertDefinition(on: Queryable, id: string, body: string): Promise<void> {
  await countOf(on, INSERT_DEFINITION, [id, body]);
}

/** A job at its end; times in milliseconds since 1970. */
export interface EndedJob {
  readonly id: string;
  readonly pipeline: string;
  readonly outcome: JobEnd;
  readonly traceParent: string | null;
  readonly createdMs: number;
  /** null: it never ran. */
  readonly startedMs: number | null;
  readonly endedMs: number;
}

/** Completes a statement about jobs that come to their end with it. */
export const RETURNING_ENDED = `
  RETURNING id, pipeline, status AS outcome, trace_parent AS "traceParent",
            (extract(epoch FROM created_at) * 1000)::float8 AS "createdMs",
            (extract(epoch FROM started_at) * 1000)::float8 AS "startedMs",
            (extract(epoch FROM ended_at) * 1000)::float8 AS "endedMs"`;

export interface LockedJob {
  readonly id: string;
  readonly pipeline: string;
  readonly definitionId: string;
  readonly status: JobStatus;
  readonly cancelRequested: boolean;
  readonly continueAfterFailure: boolean;
  readonly handlers: readonly HandlerName[];
}

const HANDLERS_OF = HANDLERS.map(
  (name) => `CASE jsonb_typeof(definition.body -> '${HANDLER_KEYS[name]}') WHEN 'object' THEN '${name}' END`,
).join(', ');

/** Of the definition it takes what it can read, so that a job always comes to its end. */
const LOCK_JOBS = statement(`
  SELECT job.id, job.pipeline, job.definition_id AS "definitionId", job.status,
         job.cancel_requested_at IS NOT NULL AS "cancelRequested",
         coalesce(definition.body -> 'continueRunningTasksAfterFailure' = 'true', false) AS "continueAfterFailure",
         array_remove(ARRAY[${HANDLERS_OF}], NULL) AS handlers
  FROM jobs AS job JOIN definitions AS definition ON definition.id = job.definition_id
  WHERE job.id = ANY($1::uuid[])
  ORDER BY job.id FOR NO KEY UPDATE OF job`);

/** Those that there are. Held to the end of the transaction, so that a job changes one step at a time. */
export function lockJobs(on: Queryable, ids: readonly string[]): Promise<LockedJob[]> {
  return rowsOf<LockedJob & { id: string }>(on, LOCK_JOBS, [ids]);
}

/** null: there is none. */
export async function lockJob(on: Queryable, id: string): Promise<LockedJob | null> {
  return (await lockJobs(on, [id]))[0] ?? null;
}

const PIPELINE_OF_WAITING = statement(`SELECT pipeline FROM jobs WHERE id = $1 AND status = 'waiting'`);

/** null: it does not wait, or there is none. Locks nothing. */
export async function pipelineOfWaiting(on: Queryable, id: string): Promise<string | null> {
  return (await rowsOf<{ pipeline: string }>(on, PIPELINE_OF_WAITING, [id]))[0]?.pipeline ?? null;
}

/** The running jobs are counted only where somebody waits. */
const LIST_WAITING = statement(`
  WITH waiting AS MATERIALIZED (
    SELECT job.pipeline, job.id, job.position, job.definition_id
    FROM unnest($1::text[]) AS asked (pipeline), LATERAL (
      SELECT * FROM jobs WHERE jobs.pipeline = asked.pipeline AND status = 'waiting' AND due_at IS NULL
      ORDER BY position LIMIT $2
    ) AS job
  ), load AS MATERIALIZED (
    SELECT pipeline,
           (SELECT count(*)::int FROM jobs WHERE jobs.pipeline = one.pipeline AND status = 'running') AS running
    FROM (SELECT DISTINCT pipeline FROM waiting) AS one
  )
  SELECT waiting.pipeline, waiting.id, load.running,
         CASE jsonb_typeof(definition.body -> 'concurrency')
           WHEN 'number' THEN (definition.body -> 'concurrency')::int ELSE 1 END AS concurrency
  FROM waiting JOIN load USING (pipeline) JOIN definitions AS definition ON definition.id = definition_id
  ORDER BY waiting.pipeline, waiting.position`);

/** A wait list from its beginning, as far as it is due. */
export interface WaitList {
  readonly pipeline: string;
  readonly jobs: readonly WaitingJob[];
  /** Running jobs of the pipeline. */
  readonly running: number;
}

/** Of those of these pipelines for which somebody waits; at most `limit` jobs of each. */
export async function listWaitingJobs(
  on: Queryable,
  pipelines: readonly string[],
  limit: number,
): Promise<WaitList[]> {
  const lists = new Map<string, WaitList & { readonly jobs: WaitingJob[] }>();
  const rows = await rowsOf<WaitingJob & { pipeline: string; running: number }>(on, LIST_WAITING, [
    pipelines,
    limit,
  ]);
  for (const { pipeline, running, ...job } of rows) {
    const list = lists.get(pipeline);
    if (list === undefined) lists.set(pipeline, { pipeline, running, jobs: [job] });
    else list.jobs.push(job);
  }
  return [...lists.values()];
}

const MARK_STARTED = statement(`
  UPDATE jobs SET status = 'running', started_at = clock_timestamp()
  WHERE id = ANY($1::uuid[]) AND status = 'waiting'`);

export async function markJobsStarted(on: Queryable, ids: readonly string[]): Promise<void> {
  await countOf(on, MARK_STARTED, [ids]);
}

const REQUEST_CANCEL = statement(`
  UPDATE jobs SET cancel_requested_at = clock_timestamp()
  WHERE id = $1 AND status = 'running' AND cancel_requested_at IS NULL`);

export async function requestCancel(on: Queryable, id: string): Promise<void> {
  await countOf(on, REQUEST_CANCEL, [id]);
}

const MARK_ENDED = statement(`
  UPDATE jobs SET status = $2::job_status, ended_at = clock_timestamp(),
         cancel_requested_at = CASE WHEN $2 = 'canceled' THEN coalesce(cancel_requested_at, clock_timestamp()) END
  WHERE id = ANY($1::uuid[]) AND status IN ('waiting', 'running')${RETURNING_ENDED}`);

/** Without those that had ended before. */
export async function markJobsEnded(
  on: Queryable,
  ids: readonly string[],
  end: JobEnd,
): Promise<readonly EndedJob[]> {
  return ids.length === 0 ? [] : rowsOf<EndedJob & { id: string }>(on, MARK_ENDED, [ids, end]);
}

const READ_RETRY = statement(`
  SELECT jsonb_path_query_first(body, '$.tasks[*] ? (@.name == $name).retry', jsonb_build_object('name', $2::text)) AS retry
  FROM definitions WHERE id = $1`);

/** What a definition says of another attempt of a task: a `RetryPolicy`, if it was written by this program. */
export async function readRetry(on: Queryable, id: string, task: string): Promise<unknown> {
  return (await rowsOf<{ retry: unknown }>(on, READ_RETRY, [id, task]))[0]?.retry ?? null;
}

const READ_DEFINITION = statement(`SELECT body FROM definitions WHERE id = $1`);

export async function readDefinition(on: Queryable, id: string): Promise<PipelineDefinition | null> {
  const [row] = await rowsOf<{ body: PipelineDefinition }>(on, READ_DEFINITION, [id]);
  return row?.body ?? null;
}
