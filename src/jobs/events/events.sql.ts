/** What is read for those who watch. */
import { type Queryable, rowsOf, statement } from '../../database/pool.js';
import { JOB_STATUSES, type TaskStatus } from '../../domain/status.js';
import type { Batch, JobChange, ReadChanges } from './jobs-feed.js';

interface BatchRow extends Record<string, unknown> {
  readonly micros: string;
  readonly jobs: readonly JobChange[];
}

/** When the statement began, and so before what it may not have seen. To be completed by ids. */
const BATCH = `
  SELECT (extract(epoch FROM statement_timestamp()) * 1000000)::bigint AS micros, coalesce((
    SELECT json_agg(json_build_object('id', job.id, 'pipeline', job.pipeline, 'status', job.status))
    FROM jobs AS job JOIN changed USING (id)), '[]') AS jobs`;

const OF = statement(`WITH changed AS (SELECT unnest($1::uuid[]) AS id) ${BATCH}`);

/**
 * Whether a task of `job` has been started, ended or tried, or told to stop, since then. A scalar of one row, so that
 * only the tasks of this job are read, whatever a planner thinks of reading them all at once.
 */
const TASK_SINCE = `
  (SELECT true FROM tasks AS task
   WHERE task.job_id = job.id
     AND (greatest(task.started_at, task.ended_at, task.stop_requested_at) >= (SELECT at FROM since)
          OR (task.status IN ('waiting', 'ready') AND task.attempt > 0
              AND (SELECT ended_at FROM attempts WHERE task_id = task.id AND attempt = task.attempt)
                  >= (SELECT at FROM since)))
   LIMIT 1)`;

/**
 * Times are written before they are committed: by so much more is looked back, and that is told twice. Tasks change
 * only while their job runs. With $3, more than anybody takes, there may be others.
 */
const SINCE = statement(`
  WITH since AS (
    SELECT 'epoch'::timestamptz + $1::bigint * interval '1 microsecond' - interval '10 seconds' AS at
  ), changed AS (
    SELECT one.id FROM unnest($2::job_status[]) AS wanted (status)
    CROSS JOIN LATERAL (
      SELECT id FROM jobs WHERE status = wanted.status AND created_at >= (SELECT at FROM since)
      ORDER BY created_at DESC LIMIT $3
    ) AS one
    UNION
    (SELECT id FROM jobs AS job
     WHERE status = 'running'
       AND (greatest(started_at, cancel_requested_at) >= (SELECT at FROM since) OR ${TASK_SINCE})
     LIMIT $3)
    UNION
    (SELECT id FROM jobs WHERE ended_at >= (SELECT at FROM since) ORDER BY ended_at DESC LIMIT $3)
  ) ${BATCH}`);

/** More than these that came later are not told one by one. */
const MOST = 1_000;

export const readChanges = (on: Queryable): ReadChanges => ({
  of: async (ids) => batchOf(await rowsOf<BatchRow>(on, OF, [ids])),
  since: async (micros) => {
    const batch = batchOf(await rowsOf<BatchRow>(on, SINCE, [String(micros), JOB_STATUSES, MOST + 1]));
    return batch.jobs.length > MOST ? null : batch;
  },
});

function batchOf([row]: readonly BatchRow[]): Batch {
  return { micros: BigInt(row?.micros ?? 0), jobs: row?.jobs ?? [] };
}

export interface Watched {
  readonly taskId: string;
  readonly attempt: number;
}

/** How far an attempt's output goes, and what has become of its task, at one moment. */
export interface OutputState {
  readonly status: TaskStatus;
  /** The task's last one. */
  readonly lastAttempt: number;
  /** Bytes. */
  readonly stdout: number;
  readonly stderr: number;
}

const endOf = (stream: string) => `
  coalesce((SELECT position + length(data) FROM output
            WHERE task_id = watched.id AND attempt = watched.attempt AND stream = '${stream}'
            ORDER BY position DESC LIMIT 1), 0)::float8 AS ${stream}`;

const OUTPUT_STATES = statement(`
  SELECT watched.place::int, task.status, task.attempt AS "lastAttempt", ${endOf('stdout')}, ${endOf('stderr')}
  FROM unnest($1::bigint[], $2::int[]) WITH ORDINALITY AS watched (id, attempt, place)
  JOIN tasks AS task ON task.id = watched.id`);

/** In the order of `watched`; undefined: the task is gone. */
export async function readOutputStates(
  on: Queryable,
  watched: readonly Watched[],
): Promise<(OutputState | undefined)[]> {
  const values = [watched.map(({ taskId }) => taskId), watched.map(({ attempt }) => attempt)];
  const rows = await rowsOf<OutputState & { place: number }>(on, OUTPUT_STATES, values);
  const states = new Map(rows.map(({ place, ...state }) => [place, state]));
  return watched.map((_, index) => states.get(index + 1));
}
