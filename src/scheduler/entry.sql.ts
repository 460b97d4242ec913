/** The statement that lets jobs in: one for all of them. */
import { isJobEnd, type JobStatus } from '../domain/status.js';
import { type Queryable, rowsOf, statement } from '../database/pool.js';
import { type EndedJob, RETURNING_ENDED } from './job.sql.js';

export interface NewJob {
  readonly id: string;
  readonly definitionId: string;
  readonly status: JobStatus;
  readonly queuePartition: string;
  readonly user: string;
  /** JSON text of an object, or null. */
  readonly variables: string | null;
  /** Milliseconds until it may start; 0: it may at once. */
  readonly delayMs: number;
  /** W3C traceparent of who scheduled it, as `formatTraceParent` writes it. */
  readonly traceParent: string | null;
  readonly rerunOf: string | null;
}

/** A microsecond apart, so that lists, which go by time, have them in the order in which they came. */
const INSERT_JOBS = statement(`
  INSERT INTO jobs (id, pipeline, definition_id, status, queue_partition, "user", variables,
                    created_at, started_at, ended_at, due_at, trace_parent, rerun_of)
  SELECT id, $1, definition_id, status, queue_partition, "user", variables::jsonb,
         created_at,
         CASE WHEN status <> 'waiting' THEN created_at END,
         CASE WHEN status NOT IN ('waiting', 'running') THEN created_at END,
         CASE WHEN status = 'waiting' AND delay_ms > 0 THEN created_at + delay_ms * interval '1 millisecond' END,
         trace_parent, rerun_of
  FROM (
    SELECT job.*, clock + (place - 1) * interval '1 microsecond' AS created_at
    FROM clock_timestamp() AS clock,
         unnest($2::uuid[], $3::text[], $4::job_status[], $5::text[], $6::text[], $7::text[], $8::bigint[], $9::text[], $10::uuid[])
         WITH ORDINALITY AS job (id, definition_id, status, queue_partition, "user", variables, delay_ms, trace_parent, rerun_of, place)
  ) AS job
  ORDER BY place${RETURNING_ENDED}`);

/** In list order. Answers those that end as they begin, by their ids. */
export async function insertJobs(
  on: Queryable,
  pipeline: string,
  jobs: readonly NewJob[],
): Promise<ReadonlyMap<string, readonly EndedJob[]>> {
  const rows = await rowsOf<EndedJob & { id: string }>(on, INSERT_JOBS, [
    pipeline,
    jobs.map(({ id }) => id),
    jobs.map(({ definitionId }) => definitionId),
    jobs.map(({ status }) => status),
    jobs.map(({ queuePartition }) => queuePartition),
    jobs.map(({ user }) => user),
    jobs.map(({ variables }) => variables),
    jobs.map(({ delayMs }) => delayMs),
    jobs.map(({ traceParent }) => traceParent),
    jobs.map(({ rerunOf }) => rerunOf),
  ]);
  return new Map(rows.filter(({ outcome }) => isJobEnd(outcome)).map((row) => [row.id, [row]]));
}
