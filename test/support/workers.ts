/** Workers for tests that have none as a process: rows of those that live, and what such a one answers. */
import type { Queryable } from '../../src/database/pool.js';
import type { Claim, Ended, Scheduler } from '../../src/scheduler/scheduler.js';

const LEASE_MS = 60_000;

/** From now on they live, for as long as a lease. */
export async function workersLive(on: Queryable, ...ids: string[]): Promise<void> {
  await on.query({
    text: `INSERT INTO workers (id, name, lease_ms) SELECT id, id, $2 FROM unnest($1::text[]) AS id
           ON CONFLICT (id) DO UPDATE SET heartbeat_at = clock_timestamp()`,
    values: [ids, LEASE_MS],
  });
}

export const DONE: Ended = { status: 'done', exitCode: 0, error: null, reason: null };
export const FAILED: Ended = { status: 'error', exitCode: 1, error: 'exit status 1', reason: 'failure' };

/** One end by itself. `counted` false: somebody else has decided. */
export async function finishOf(scheduler: Scheduler, claim: Claim, ended = DONE, room = 0) {
  const { outcomes, claims } = await scheduler.finish(claim.worker, [{ claim, ended }], room);
  return { counted: outcomes[0] !== null, claims };
}
