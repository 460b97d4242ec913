/** A job as a list shows it: counted instead of listed, and cut where a caller could have made it large. */
import { Prisma } from '../../database/generated/client.js';
import { CLOSING_HANDLERS, HANDLERS } from '../../domain/handlers.js';
import { type JobRow, time } from '../job.row.js';
import type { TaskCountsResponse } from './summary.response.js';

/** `variables` null: there are none, or they are too large. */
export interface SummaryRow extends Omit<JobRow, 'endedMicros' | 'tasks'> {
  readonly queuePartition: string;
  readonly variablesTruncated: boolean;
  readonly tasks: TaskCountsResponse;
  readonly errored: boolean;
  readonly lastError: string | null;
}

/** Bytes of JSON. */
const VARIABLES_SHOWN = 2048;
/** Stored bytes, compressed or not, above which nobody has to look: no JSON of the other size takes so much. */
const VARIABLES_STORED = 8 * VARIABLES_SHOWN;
/** Characters. */
const TEXT_SHOWN = 500;

/** In the order of `ids`. */
export const summariesById = (ids: readonly string[]) => Prisma.sql`
  SELECT job.id, job.pipeline, job.status, job.cancel_requested_at IS NOT NULL AS "cancelRequested",
         ${time('job.created_at')} AS created, ${time('job.started_at')} AS start, ${time('job.ended_at')} AS "end",
         job."user", job.rerun_of AS "rerunOf", left(job.queue_partition, ${TEXT_SHOWN}::int) AS "queuePartition",
         CASE WHEN shown.fits THEN job.variables END AS variables, NOT shown.fits AS "variablesTruncated",
         task.counts AS tasks, task.errored, task.last_error AS "lastError"
  FROM jobs AS job
  JOIN unnest(${ids}::uuid[]) WITH ORDINALITY AS wanted (id, place) ON wanted.id = job.id
  CROSS JOIN LATERAL (
    SELECT CASE WHEN job.variables IS NULL THEN true
                WHEN pg_column_size(job.variables) > ${VARIABLES_STORED}::int THEN false
                ELSE octet_length(job.variables::text) <= ${VARIABLES_SHOWN}::int END AS fits
  ) AS shown
  CROSS JOIN LATERAL (
    SELECT json_build_object(
             'total', count(*),
             'waiting', count(*) FILTER (WHERE status IN ('waiting', 'ready')),
             'running', count(*) FILTER (WHERE status = 'running'),
             'done', count(*) FILTER (WHERE status = 'done'),
             'error', count(*) FILTER (WHERE status = 'error'),
             'skipped', count(*) FILTER (WHERE status = 'skipped'),
             'canceled', count(*) FILTER (WHERE status = 'canceled')) AS counts,
           coalesce(bool_or(status = 'error' AND (
             name <> ALL(${[...CLOSING_HANDLERS]}::text[])
             OR (job.status <> 'canceled' AND job.cancel_requested_at IS NULL))), false) AS errored,
           (array_agg(left(error, ${TEXT_SHOWN}::int) ORDER BY ended_at DESC, id DESC)
              FILTER (WHERE status = 'error' AND name <> ALL(${[...HANDLERS]}::text[])))[1] AS last_error
    FROM tasks WHERE job_id = job.id
  ) AS task
  ORDER BY wanted.place`;
