/** Ends what dead workers have left running, or has it tried again. */
import type { Database } from '../database/database.js';
import { inTransaction } from '../database/transaction.js';
import { markCut } from '../logs/output.sql.js';
import { advance } from './advance.js';
import { endAttempt } from './attempt.js';
import { type Ended, type Held, listLostTasks } from './claim.sql.js';
import { lockJob } from './job.sql.js';
import { type Advanced, both, newsOf, NOTHING, tell } from './news.js';
import { logger } from '../telemetry/log.js';
import { attemptsLost } from '../telemetry/metrics.js';
import { pipelineLabel } from '../telemetry/pipeline-label.js';
import { listTasks, lockReadyTasks } from './task.sql.js';
import { listLostJobs, nameOfWorker } from './worker.sql.js';

const log = logger('rescue');

/** Jobs of one round; the next one has the rest. */
const AT_ONCE = 1000;
const CUT = '\n[holdfast: the worker was lost; what it had not stored of the output is missing]\n';

const lost = ({ worker }: Held): Ended => ({
  status: 'error',
  exitCode: -1,
  error: `the worker ${JSON.stringify(nameOfWorker(worker))} was lost while the task ran`,
  reason: 'worker_lost',
});

/**
 * Every running task that no living worker holds (10.2); answers how many. What it asks for is a state, not an event,
 * so a rescue that is broken off is done by the next one. It can be wrong about a worker that lives and was not heard
 * of for its lease: such a one's word no longer counts.
 */
export async function rescue(database: Database): Promise<number> {
  let rescued = 0;
  for (const id of await listLostJobs(database.pool, AT_ONCE)) {
    try {
      rescued += await rescueJob(database, id);
    } catch (error) {
      // One that cannot be rescued must not keep the others from it.
      log.error((error as Error).message, { job: id });
    }
  }
  return rescued;
}

async function rescueJob({ pool, notifier }: Database, jobId: string): Promise<number> {
  const { count, advanced, pipeline } = await inTransaction(pool, async (on, atCommit) => {
    const job = await lockJob(on, jobId);
    const held = job === null ? [] : await listLostTasks(on, jobId);
    if (job === null || held.length === 0)
      return { count: 0, advanced: NOTHING satisfies Advanced, pipeline: '' };
    for (const one of held) {
      // In this order: once the task is no longer running, nobody adds to its output.
      if (await endAttempt(on, job, one, lost(one))) void atCommit(markCut(on, one, CUT));
    }
    const [, tasks] = await Promise.all([lockReadyTasks(on, [jobId]), listTasks(on, jobId)]);
    const news = held.map(({ task }) => newsOf(job.pipeline, tasks, task, 'worker_lost'));
    const advanced = both({ ...NOTHING, tasks: news }, await advance(on, atCommit, [{ job, tasks }]));
    return { count: held.length, advanced, pipeline: job.pipeline };
  });
  tell(notifier, advanced);
  if (count > 0) attemptsLost.inc({ pipeline: pipelineLabel(pipeline) }, count);
  return count;
}
