/** How pipelines are doing, and how long their jobs have taken: a few jobs of each, however many there are. */
import { Prisma } from '../../database/generated/client.js';
import { time } from '../job.row.js';
import type { PastJobResponse, UsualResponse } from './overview.response.js';

/** Jobs of a pipeline that are shown, and those that tell what is usual. */
const LAST = 20;
/** Of which those are taken that are no reruns. */
const LOOKED_AT = 5 * LAST;
/** Task rows of these: of a pipeline with more than a few hundred tasks, fewer jobs count. */
const TASKS = 10_000;
/** Of a longer wait list nobody counts how long it is, but whether it is full. */
export const WAITING = 10_000;
/** Jobs of one pipeline whose durations are shown. */
const DURATIONS = 200;

const PAST = Prisma.sql`
  json_agg(json_build_object(
    'id', id, 'status', status, 'created', ${time('created_at')}, 'start', ${time('started_at')},
    'end', ${time('ended_at')}, 'seconds', round(extract(epoch FROM ended_at - started_at), 3)
  ) ORDER BY created_at DESC, id DESC)`;

/** Each status by itself, as the index has them. */
const newest = (pipeline: Prisma.Sql, statuses: readonly string[], limit: number) => Prisma.sql`
  SELECT one.* FROM unnest(${statuses}::job_status[]) AS wanted (status)
  CROSS JOIN LATERAL (
    SELECT * FROM jobs WHERE pipeline = ${pipeline} AND jobs.status = wanted.status
    ORDER BY created_at DESC, id DESC LIMIT ${limit}::int
  ) AS one
  ORDER BY one.created_at DESC, one.id DESC LIMIT ${limit}::int`;

export interface OverviewRow {
  readonly pipeline: string;
  readonly running: number;
  /** No more than are counted. */
  readonly waiting: number;
  readonly last: readonly PastJobResponse[];
  readonly usual: UsualResponse;
}

export interface Overviewed {
  readonly name: string;
  /** Jobs that may wait; null: any number. */
  readonly queueLimit: number | null;
}

/** Of these pipelines, in this order. What is carried over or run again in part is not usual. */
export const overviewOf = (pipelines: readonly Overviewed[]) => Prisma.sql`
  SELECT named.pipeline, running.count AS running, waiting.count AS waiting, coalesce(last.list, '[]') AS last,
         json_build_object('jobSeconds', usual.seconds, 'tasks', coalesce(tasks.seconds, '{}')) AS usual
  FROM unnest(${pipelines.map(({ name }) => name)}::text[], ${pipelines.map(mostCounted)}::int[])
       WITH ORDINALITY AS named (pipeline, most, place)
  CROSS JOIN LATERAL (
    SELECT count(*)::int FROM jobs WHERE pipeline = named.pipeline AND status = 'running'
  ) AS running
  CROSS JOIN LATERAL (
    SELECT count(*)::int FROM (
      SELECT FROM jobs WHERE pipeline = named.pipeline AND status = 'waiting' LIMIT named.most
    ) AS counted
  ) AS waiting
  CROSS JOIN LATERAL (
    SELECT ${PAST} AS list
    FROM (${newest(Prisma.sql`named.pipeline`, ['running', 'done', 'error', 'canceled'], LAST)}) AS past
  ) AS last
  CROSS JOIN LATERAL (
    SELECT array_agg(id) AS ids,
           round(percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM ended_at - started_at))::numeric, 3) AS seconds
    FROM (
      SELECT id, started_at, ended_at FROM (
        SELECT * FROM jobs WHERE pipeline = named.pipeline AND status = 'done'
        ORDER BY created_at DESC, id DESC LIMIT ${LOOKED_AT}::int
      ) AS looked
      WHERE rerun_of IS NULL ORDER BY created_at DESC, id DESC LIMIT ${LAST}::int
    ) AS done
  ) AS usual
  CROSS JOIN LATERAL (
    SELECT json_object_agg(name, seconds) AS seconds FROM (
      SELECT name,
             round(percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM ended_at - started_at))::numeric, 3) AS seconds
      FROM (
        SELECT name, started_at, ended_at FROM tasks WHERE job_id = ANY(usual.ids) AND status = 'done'
        LIMIT ${TASKS}::int
      ) AS counted
      GROUP BY name
    ) AS task
  ) AS tasks
  ORDER BY named.place`;

const mostCounted = ({ queueLimit }: Overviewed) => Math.min(Math.max(WAITING, queueLimit ?? 0), 2 ** 31 - 1);

export const durationsOf = (pipeline: string) => Prisma.sql`
  SELECT coalesce(${PAST}, '[]') AS jobs
  FROM (${newest(Prisma.sql`${pipeline}`, ['done', 'error', 'canceled'], DURATIONS)}) AS past`;
