/** The statements that remove what is no longer kept; only finished jobs, with their tasks and output. */
import type { Retention } from '../domain/retention.js';
import { INSTALLATION } from '../database/installation.js';
import { countOf, type Queryable, rowsOf, statement } from '../database/pool.js';

/** One at a time over all processes; the others leave it to him. Held to the end of the transaction. */
const TRY_LOCK = statement(`SELECT pg_try_advisory_xact_lock(4018330118 # ${INSTALLATION}) AS locked`);

export async function tryLockRetention(on: Queryable): Promise<boolean> {
  return (await rowsOf<{ locked: boolean }>(on, TRY_LOCK))[0]?.locked === true;
}

/** From one name to the next one in the index, because there are far more jobs than pipelines. */
const LIST_PIPELINES = statement(`
  WITH RECURSIVE named AS (
    (SELECT pipeline FROM jobs ORDER BY pipeline LIMIT 1)
    UNION ALL
    SELECT (SELECT pipeline FROM jobs WHERE pipeline > named.pipeline ORDER BY pipeline LIMIT 1)
    FROM named WHERE named.pipeline IS NOT NULL
  )
  SELECT pipeline FROM named WHERE pipeline IS NOT NULL`);

/** Every pipeline that has a job, loaded or not. */
export async function listPipelinesWithJobs(on: Queryable): Promise<string[]> {
  return (await rowsOf<{ pipeline: string }>(on, LIST_PIPELINES)).map(({ pipeline }) => pipeline);
}

const DELETE_OLD = statement(`
  DELETE FROM jobs WHERE id IN (
    SELECT id FROM jobs
    WHERE pipeline = $1 AND status IN ('done', 'error', 'canceled')
      AND created_at < now() - $2::bigint * interval '1 millisecond'
    ORDER BY created_at, id LIMIT $3
    FOR UPDATE SKIP LOCKED)`);

const DELETE_SURPLUS = statement(`
  DELETE FROM jobs WHERE id IN (
    SELECT id FROM jobs
    WHERE pipeline = $1 AND status IN ('done', 'error', 'canceled')
      AND (created_at, id) <= (
        SELECT created_at, id FROM jobs WHERE pipeline = $1
        ORDER BY created_at DESC, id DESC OFFSET $2::bigint LIMIT 1)
    ORDER BY created_at, id LIMIT $3
    FOR UPDATE SKIP LOCKED)`);

/** At most `limit` jobs for each of the two reasons; answers how many. */
export async function deleteExpired(
  on: Queryable,
  pipeline: string,
  keep: Retention,
  limit: number,
): Promise<number> {
  const old = keep.periodMs === null ? 0 : await countOf(on, DELETE_OLD, [pipeline, keep.periodMs, limit]);
  const surplus = keep.count === null ? 0 : await countOf(on, DELETE_SURPLUS, [pipeline, keep.count, limit]);
  return old + surplus;
}

const DELETE_DEFINITIONS = statement(`
  DELETE FROM definitions
  WHERE created_at < now() - interval '1 day'
    AND NOT EXISTS (SELECT FROM jobs WHERE definition_id = definitions.id)`);

/** Snapshots that no job has any more; one that is being scheduled with at this moment is put there again. */
export async function deleteUnusedDefinitions(on: Queryable): Promise<void> {
  await countOf(on, DELETE_DEFINITIONS);
}
