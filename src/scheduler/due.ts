/** Starts what has waited for a time of its own, once that has come. */
import { logger } from '../telemetry/log.js';
import type { Database } from '../database/database.js';
import { inTransaction } from '../database/transaction.js';
import { startWaiting } from './advance.js';
import { listDue, markJobsDue, markRetriesReady } from './due.sql.js';
import { lockJob, lockPipeline } from './job.sql.js';
import { type Advanced, NOTHING, tell } from './news.js';

const log = logger('due');

/** Of pipelines and of jobs, at once; the rest is due the next time too. */
const AT_ONCE = 200;

export async function startDue({ pool, notifier }: Database): Promise<void> {
  for (const { kind, id } of await listDue(pool, AT_ONCE)) {
    try {
      tell(notifier, await (kind === 'pipeline' ? startDueJobs(pool, id) : startDueAttempts(pool, id)));
    } catch (error) {
      // One that cannot be started must not keep the others from it.
      log.error(`${kind} ${id}: ${(error as Error).message}`);
    }
  }
}

/** Those for which there is room (7.5). */
function startDueJobs(pool: Database['pool'], pipeline: string): Promise<Advanced> {
  return inTransaction(pool, async (on, atCommit) => {
    await lockPipeline(on, pipeline);
    await markJobsDue(on, pipeline);
    return startWaiting(on, atCommit, [pipeline]);
  });
}

function startDueAttempts(pool: Database['pool'], jobId: string): Promise<Advanced> {
  return inTransaction(pool, async (on) => {
    const there = (await lockJob(on, jobId)) !== null;
    return { ...NOTHING, ready: there && (await markRetriesReady(on, jobId)), changed: [jobId] };
  });
}
