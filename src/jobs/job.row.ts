/** How jobs are read: one statement, whatever the number of jobs and tasks. */
import { Prisma } from '../database/generated/client.js';
import type { Place } from '../domain/listing.js';
import { asLike } from '../domain/pipeline-pattern.js';
import type { JobStatus, TaskStatus } from '../domain/status.js';

export interface TaskRow {
  readonly name: string;
  readonly dependsOn: readonly string[];
  readonly status: TaskStatus;
  readonly start: string | null;
  readonly end: string | null;
  /** Seconds since 1970, as precise as the database keeps them. */
  readonly ended: number | null;
  readonly exitCode: number;
  readonly error: string | null;
  /** Attempts that another one has followed, or will; null where there are none. */
  readonly attempts: readonly AttemptRow[] | null;
  /** When the next attempt may start. */
  readonly retryAt: string | null;
  /** How often it was started. */
  readonly attempt: number;
  /** Whether another job has done it, of which its own is a rerun. */
  readonly carriedOver: boolean;
}

export interface AttemptRow {
  readonly attempt: number;
  readonly start: string;
  readonly end: string;
  readonly exitCode: number;
  readonly error: string;
}

export interface JobRow {
  readonly id: string;
  readonly pipeline: string;
  readonly status: JobStatus;
  readonly cancelRequested: boolean;
  readonly created: string;
  readonly start: string | null;
  readonly end: string | null;
  readonly endedMicros: bigint | null;
  readonly user: string;
  readonly variables: Readonly<Record<string, unknown>> | null;
  readonly rerunOf: string | null;
  readonly tasks: readonly TaskRow[];
}

/** What only the detail says, because it takes a look at other jobs. */
export interface JobAmongOthersRow extends JobRow {
  /** The newest first, at most so many. */
  readonly reruns: readonly string[];
  /** From 1; null: it does not wait. */
  readonly queuePosition: number | null;
}

/** RFC 3339 in UTC, whole seconds, truncated (3.4); Postgres's own JSON would print it otherwise. */
export const time = (column: string) =>
  Prisma.raw(`to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')`);

/** Since 1970. */
export const micros = (column: string) => Prisma.raw(`(extract(epoch FROM ${column}) * 1000000)::bigint`);

/** The other way round. */
export const instantOf = (sinceEpoch: bigint) =>
  Prisma.sql`('epoch'::timestamptz + ${sinceEpoch}::bigint * interval '1 microsecond')`;

/** To be completed by the ids that are wanted, in any order. */
const jobs = (more = Prisma.empty, variables = Prisma.sql`job.variables`) => Prisma.sql`
  SELECT job.id, job.pipeline, job.status, job.cancel_requested_at IS NOT NULL AS "cancelRequested",
         ${time('job.created_at')} AS created, ${time('job.started_at')} AS start, ${time('job.ended_at')} AS "end",
         ${micros('job.ended_at')} AS "endedMicros", job."user", ${variables} AS variables, job.rerun_of AS "rerunOf",
         ${more} coalesce(task.list, '[]') AS tasks
  FROM jobs AS job
  LEFT JOIN LATERAL (
    SELECT json_agg(json_build_object(
      'name', name, 'dependsOn', depends_on, 'status', status,
      'start', ${time('started_at')}, 'end', ${time('ended_at')}, 'ended', extract(epoch FROM ended_at),
      'exitCode', exit_code, 'error', error, 'retryAt', ${time('due_at')},
      'attempt', attempt, 'carriedOver', output_of IS NOT NULL,
      'attempts', CASE WHEN attempt > CASE WHEN started_at IS NULL THEN 0 ELSE 1 END THEN (
        SELECT json_agg(json_build_object(
          'attempt', attempt, 'start', ${time('started_at')}, 'end', ${time('ended_at')},
          'exitCode', exit_code, 'error', error
        ) ORDER BY attempt)
        FROM attempts WHERE task_id = tasks.id) END
    )) AS list
    FROM tasks WHERE job_id = job.id
  ) AS task ON true`;

const RERUNS = 20;
/** Of a longer wait list nobody counts how long it is. */
const PLACES = 10_000;

const RERUN_IDS = Prisma.sql`
  ARRAY(SELECT id FROM jobs WHERE rerun_of = job.id ORDER BY created_at DESC, id DESC LIMIT ${RERUNS}::int)`;

const AMONG_OTHERS = Prisma.sql`
  ${RERUN_IDS} AS reruns,
  CASE WHEN job.status = 'waiting' THEN (
    SELECT count(*)::int + 1 FROM (
      SELECT FROM jobs WHERE pipeline = job.pipeline AND status = 'waiting' AND position < job.position
      LIMIT ${PLACES}::int
    ) AS earlier) END AS "queuePosition",`;

/** Ids of one statement. */
export const MOST_WANTED = 100;

/**
 * A few ids as a table. As one text, in which Postgres does not see how many they are: of an array it does, and plans the
 * statement anew for each, which takes longer than to carry it out.
 */
const wanted = (ids: readonly string[]) => Prisma.sql`
  (SELECT id::uuid FROM string_to_table(${ids.join()}, ',') AS id LIMIT ${Prisma.raw(String(MOST_WANTED))}) AS wanted`;

/** In any order; an id that is not there has no row. */
export const jobsAmongOthers = (ids: readonly string[]) =>
  Prisma.sql`${jobs(AMONG_OTHERS)} JOIN ${wanted(ids)} ON wanted.id = job.id`;

export interface JobEnd {
  readonly id: string;
  readonly pipeline: string;
  readonly endedMicros: bigint | null;
  readonly reruns: readonly string[];
}

/** Nothing of a job but what it takes to know whether anything about it has changed since its end. */
export const endsById = (ids: readonly string[]) => Prisma.sql`
  SELECT job.id, pipeline, ${micros('ended_at')} AS "endedMicros", ${RERUN_IDS} AS reruns
  FROM jobs AS job JOIN ${wanted(ids)} ON wanted.id = job.id`;

export interface PageJobRow extends JobRow {
  /** Whether there are variables that were not read. */
  readonly variablesTruncated: boolean;
}

const WHOLE = [Prisma.sql`false AS "variablesTruncated",`, Prisma.sql`job.variables`] as const;
const WITHOUT_VARIABLES = [
  Prisma.sql`job.variables IS NOT NULL AS "variablesTruncated",`,
  Prisma.sql`NULL::jsonb`,
] as const;

/** In the order of `ids`. */
export const jobsById = (ids: readonly string[], isWhole: boolean) => Prisma.sql`
  ${jobs(...(isWhole ? WHOLE : WITHOUT_VARIABLES))} JOIN unnest(${ids}::uuid[]) WITH ORDINALITY AS wanted (id, place) ON wanted.id = job.id
  ORDER BY wanted.place`;

/** What a page of jobs is made of; the jobs themselves are read bit by bit. */
export interface ListedJob {
  readonly id: string;
  readonly finished: boolean;
  /** Microseconds since 1970. */
  readonly createdMicros: bigint;
}

const LISTED = Prisma.sql`
  SELECT id, status IN ('done', 'error', 'canceled') AS finished,
         ${micros('created_at')} AS "createdMicros"
  FROM jobs`;

/** In the statement, so that a page is full of what its reader may see. null: all. */
const among = (pipelines: readonly string[] | null) =>
  pipelines === null ? Prisma.empty : Prisma.sql`AND pipeline LIKE ANY (${pipelines.map(asLike)}::text[])`;

/**
 * The unfinished jobs, at most `unfinished`, and of the finished ones as many as then fit into `limit`,
 * and one more, which tells that there is another page.
 */
export const firstPage = (
  limit: number,
  unfinished: number,
  pipelines: readonly string[] | null,
) => Prisma.sql`
  WITH open AS MATERIALIZED (
    SELECT id FROM jobs WHERE status IN ('waiting', 'running') ${among(pipelines)}
    ORDER BY created_at DESC, id DESC LIMIT ${unfinished}::int
  ), page AS (
    SELECT id FROM open
    UNION ALL
    (SELECT id FROM jobs WHERE status IN ('done', 'error', 'canceled') ${among(pipelines)}
     ORDER BY created_at DESC, id DESC LIMIT greatest(${limit}::int - (SELECT count(*) FROM open), 0) + 1)
  )
  ${LISTED} JOIN page USING (id)
  ORDER BY created_at DESC, id DESC`;

/** The finished jobs from the cursor's on, and one more, as above. */
export const laterPage = (
  limit: number,
  { micros, id }: Place,
  pipelines: readonly string[] | null,
) => Prisma.sql`
  ${LISTED}
  WHERE status IN ('done', 'error', 'canceled') ${among(pipelines)}
    AND (created_at, id) <= (${instantOf(micros)}, ${id}::uuid)
  ORDER BY created_at DESC, id DESC LIMIT ${limit}::int + 1`;
