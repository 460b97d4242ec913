/** The statement that counts what admission is decided by. */
import type { Reach } from '../domain/admission.js';
import type { LoadOfAll } from '../domain/admission-in-turn.js';
import { type Queryable, rowsOf, statement } from '../database/pool.js';

/**
 * In the order of the list, so that it is read from its index: jobs that have ended may lie before those that wait, and
 * there are more of them. What runs is bounded by its own limit.
 */
const READ_LOAD = statement(`
  SELECT (SELECT count(*)::int FROM jobs WHERE pipeline = $1 AND status = 'running') AS running,
         (SELECT count(*)::int FROM (
            SELECT FROM jobs WHERE pipeline = $1 AND status = 'waiting' ORDER BY position LIMIT $2
          ) AS counted) AS waiting,
         CASE WHEN $3::bool THEN (
           SELECT true FROM jobs WHERE pipeline = $1 AND status = 'waiting' AND due_at IS NULL ORDER BY position LIMIT 1
         ) END IS NOT NULL AS "anyoneDue",
         ARRAY(
           SELECT (SELECT count(*)::int FROM (
                     SELECT FROM jobs WHERE pipeline = $1 AND status = 'waiting' AND queue_partition = asked.name
                     ORDER BY position LIMIT $4
                   ) AS counted)
           FROM unnest($5::text[]) WITH ORDINALITY AS asked (name, place) ORDER BY place
         ) AS "inPartitions"`);

interface LoadRow extends Omit<LoadOfAll, 'waitingInPartitions'> {
  readonly inPartitions: readonly number[];
}

/** Capacity is counted from rows, never kept in a counter; no further than `reach`. */
export async function readLoad(
  on: Queryable,
  pipeline: string,
  reach: Reach,
  partitions: readonly string[],
): Promise<LoadOfAll> {
  const asked = reach.waitingInPartition > 0 ? [...new Set(partitions)] : [];
  const [waiting, inPartition] = [limitOf(reach.waiting), limitOf(reach.waitingInPartition)];
  const [row] = await rowsOf<LoadRow & { running: number }>(on, READ_LOAD, [
    pipeline,
    waiting,
    reach.anyoneDue,
    inPartition,
    asked,
  ]);
  const { inPartitions, ...load } = row as LoadRow;
  return { ...load, waitingInPartitions: new Map(asked.map((name, at) => [name, inPartitions[at] ?? 0])) };
}

/** None for what Postgres has no number for. */
const limitOf = (most: number): number | null => (Number.isSafeInteger(most) ? most : null);
