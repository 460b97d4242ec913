/** The statement that follows the database's clock when it is set back, so that nothing waits for that time once more. */
import { INSTALLATION } from '../database/installation.js';
import { type Queryable, rowsOf, statement } from '../database/pool.js';

/**
 * The last sweep is the witness: it cannot be in the future. What was written before is shifted by how far it is, and
 * what was written since, within a gap between two sweeps ($1), stays. The row is brought up to the new clock, so that
 * this happens once.
 */
const FOLLOW = statement(`
  WITH turn AS MATERIALIZED (
    SELECT pg_try_advisory_xact_lock(4018330119 # ${INSTALLATION}) AS mine
  ), clock AS MATERIALIZED (
    SELECT clock_timestamp() AS now, clock_timestamp() - $1::int * interval '1 millisecond' AS recent
  ), ahead AS MATERIALIZED (
    SELECT sweep.swept_at - clock.now AS step, clock.now, clock.recent FROM sweep, turn, clock
    WHERE turn.mine AND sweep.swept_at > clock.now + interval '1 second'
    FOR UPDATE OF sweep
  ), swept AS (
    UPDATE sweep SET swept_at = ahead.now, steady_since = ahead.now FROM ahead
  ), beaten AS (
    UPDATE workers SET heartbeat_at = heartbeat_at - ahead.step FROM ahead WHERE heartbeat_at > ahead.now
  ), delayed AS (
    UPDATE jobs SET due_at = due_at - ahead.step FROM ahead
    WHERE status = 'waiting' AND due_at IS NOT NULL
      AND created_at NOT BETWEEN ahead.recent AND ahead.now
  ), retried AS (
    UPDATE tasks SET due_at = due_at - ahead.step FROM ahead
    WHERE status = 'waiting' AND due_at IS NOT NULL AND NOT EXISTS (
      SELECT FROM attempts
      WHERE task_id = tasks.id AND attempts.attempt = tasks.attempt
        AND attempts.ended_at BETWEEN ahead.recent AND ahead.now)
  )
  SELECT extract(epoch FROM step)::float8 AS seconds FROM ahead`);

/** Returns by how many seconds the clock was set back since the last sweep, as far as is known; 0: it was not. */
export async function followClock(on: Queryable, gapMs: number): Promise<number> {
  const [ahead] = await rowsOf<{ seconds: number }>(on, FOLLOW, [gapMs]);
  return ahead?.seconds ?? 0;
}
