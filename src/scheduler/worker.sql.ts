/** The statements about who lives: workers, their heartbeats, and who is looked for in vain. */
import { INSTALLATION } from '../database/installation.js';
import { countOf, type Queryable, rowsOf, statement } from '../database/pool.js';

export interface WorkerLife {
  /** Of this life alone; what tasks name as their worker. */
  readonly id: string;
  readonly name: string;
  /** Milliseconds without a heartbeat after which it is called dead. */
  readonly leaseMs: number;
}

const LIFE = '#';

/** `life` is what no other worker of that name has. */
export const workerId = (name: string, life: string) => `${name}${LIFE}${life}`;
export const nameOfWorker = (id: string) => id.slice(0, Math.max(id.lastIndexOf(LIFE), 0)) || id;

/** The database's time, in milliseconds since 1970. */
type Time = number;
const TIME = `(extract(epoch FROM workers.heartbeat_at) * 1000)::float8 AS "timeMs"`;

const timeOf = async (rows: Promise<{ timeMs: Time }[]>) => (await rows)[0]?.timeMs ?? null;

/** Who comes with a name takes it over, whoever had it: from then on his predecessor's tasks are nobody's. */
const TAKE_NAME = statement(`
  INSERT INTO workers (id, name, lease_ms) VALUES ($1, $2, $3)
  ON CONFLICT (name) DO UPDATE
  SET id = excluded.id, lease_ms = excluded.lease_ms, started_at = clock_timestamp(), heartbeat_at = clock_timestamp()
  WHERE workers.id <> excluded.id
  RETURNING ${TIME}`);

/** null: again with the same id, after a reply was lost. */
export async function takeName(on: Queryable, { id, name, leaseMs }: WorkerLife): Promise<Time | null> {
  return timeOf(rowsOf(on, TAKE_NAME, [id, name, leaseMs]));
}

const TAKE_FREE_NAME = statement(`
  INSERT INTO workers (id, name, lease_ms) VALUES ($1, $2, $3)
  ON CONFLICT (name) DO UPDATE SET heartbeat_at = clock_timestamp() WHERE workers.id = excluded.id
  RETURNING ${TIME}`);

/** null: another worker has it. Again with the same id, after a reply was lost, it is still a time. */
export async function takeFreeName(on: Queryable, { id, name, leaseMs }: WorkerLife): Promise<Time | null> {
  return timeOf(rowsOf(on, TAKE_FREE_NAME, [id, name, leaseMs]));
}

const BEAT = statement(`UPDATE workers SET heartbeat_at = clock_timestamp() WHERE id = $1 RETURNING ${TIME}`);

/** null: this life is over; it was called dead, or another one has taken its name. */
export async function beat(on: Queryable, id: string): Promise<Time | null> {
  return timeOf(rowsOf(on, BEAT, [id]));
}

const LEAVE = statement(`DELETE FROM workers WHERE id = $1`);

export async function leave(on: Queryable, id: string): Promise<void> {
  await countOf(on, LEAVE, [id]);
}

/**
 * One statement, so that a sweeper that is stopped in its middle blocks no other. A worker is dead if it has been
 * silent for its lease, and sweeps have come through without a gap ($1) for as long: while the database is away, no
 * worker can write a heartbeat. A concurrent heartbeat wins, because its row is read again. While the clock is behind
 * the last sweep, a sweep changes nothing: `followClock` needs that sweep to know how far the clock was set back, unless
 * it fails ($2).
 */
const SWEEP = statement(`
  WITH turn AS MATERIALIZED (
    SELECT pg_try_advisory_xact_lock(4018330119 # ${INSTALLATION}) AS mine
  ), swept AS (
    UPDATE sweep
    SET steady_since = CASE WHEN swept_at >= clock_timestamp() - $1::int * interval '1 millisecond'
                            THEN steady_since ELSE clock_timestamp() END,
        swept_at = clock_timestamp()
    FROM turn WHERE turn.mine AND ($2::bool OR swept_at <= clock_timestamp())
    RETURNING steady_since
  )
  DELETE FROM workers USING swept
  WHERE greatest(workers.heartbeat_at, swept.steady_since)
        < clock_timestamp() - workers.lease_ms * interval '1 millisecond'
  RETURNING workers.id`);

/** Returns the ids of the workers that are called dead now. `isFollowed`: `followClock` has not failed. */
export async function sweepWorkers(on: Queryable, gapMs: number, isFollowed: boolean): Promise<string[]> {
  return (await rowsOf<{ id: string }>(on, SWEEP, [gapMs, !isFollowed])).map(({ id }) => id);
}

const LIST_LOST_JOBS = statement(`
  SELECT DISTINCT job_id AS id FROM tasks
  WHERE status = 'running' AND NOT EXISTS (SELECT FROM workers WHERE workers.id = tasks.worker)
  LIMIT $1`);

/** Ids of jobs with a running task that no living worker holds. */
export async function listLostJobs(on: Queryable, limit: number): Promise<string[]> {
  return (await rowsOf<{ id: string }>(on, LIST_LOST_JOBS, [limit])).map(({ id }) => id);
}
