/** Ends what dead workers have left running, or has it tried again. */
import type { Database } from '../database/database.js';
import { inTransaction, type Transaction } from '../database/transaction.js';
import { markCut } from '../logs/output.sql.js';
import { advance } from './advance.js';
import { endAttempt } from './attempt.js';
import { type Claim, type Ended, type Held, listLostTasks } from './claim.sql.js';
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

/** Why an attempt is over without a word of its end, and what its output says of that. */
interface Loss {
  readonly error: (worker: string) => string;
  readonly cut: string;
}

const WORKER_LOST: Loss = {
  error: (worker) => `the worker ${worker} was lost while the task ran`,
  cut: '\n[holdfast: the worker was lost; what it had not stored of the output is missing]\n',
};
const END_LOST: Loss = {
  error: (worker) => `the end of the task was lost: the worker ${worker} no longer runs it`,
  cut: "\n[holdfast: the task's end was lost; some of its output may be missing]\n",
};

const endOf = (loss: Loss, { worker }: Held): Ended => ({
  status: 'error',
  exitCode: -1,
  error: loss.error(JSON.stringify(nameOfWorker(worker))),
  reason: 'worker_lost',
});

/**
 * Ends every running task that no living worker holds (10.2); returns how many. It looks for a state, not an event, so
 * a rescue that is broken off is done by the next one. It can be wrong about a worker that lives and could write no
 * heartbeat for its lease: reports of such a worker are ignored from then on.
 */
export async function rescue(database: Database): Promise<number> {
  let rescued = 0;
  for (const id of await listLostJobs(database.pool, AT_ONCE)) {
    rescued += await orReport(
      id,
      rescueJob(database, id, WORKER_LOST, (on) => listLostTasks(on, id)),
    );
  }
  return rescued;
}

/** Ends attempts that their living worker does not run, though the database says so; returns how many. */
export async function rescueAbsent(database: Database, claims: readonly Claim[]): Promise<number> {
  let rescued = 0;
  for (const id of new Set(claims.map(({ jobId }) => jobId))) {
    const held = claims.filter(({ jobId }) => jobId === id);
    rescued += await orReport(
      id,
      rescueJob(database, id, END_LOST, () => Promise.resolve(held)),
    );
  }
  return rescued;
}

/** One that cannot be rescued must not keep the others from it. */
async function orReport(job: string, rescuing: Promise<number>): Promise<number> {
  try {
    return await rescuing;
  } catch (error) {
    log.error((error as Error).message, { job });
    return 0;
  }
}

async function rescueJob(
  { pool, notifier }: Database,
  jobId: string,
  loss: Loss,
  find: (on: Transaction) => Promise<readonly Held[]>,
): Promise<number> {
  const { count, advanced, pipeline } = await inTransaction(pool, async (on, atCommit) => {
    const job = await lockJob(on, jobId);
    const ended: Held[] = [];
    if (job !== null)
      for (const one of await find(on))
        if (await endAttempt(on, job, one, endOf(loss, one))) {
          // In this order: once the task is no longer running, its worker cannot add to its output.
          void atCommit(markCut(on, one, loss.cut));
          ended.push(one);
        }
    if (job === null || ended.length === 0)
      return { count: 0, advanced: NOTHING satisfies Advanced, pipeline: '' };
    const [, tasks] = await Promise.all([lockReadyTasks(on, [jobId]), listTasks(on, jobId)]);
    const news = ended.map(({ task }) => newsOf(job.pipeline, tasks, task, 'worker_lost'));
    const advanced = both({ ...NOTHING, tasks: news }, await advance(on, atCommit, [{ job, tasks }]));
    return { count: ended.length, advanced, pipeline: job.pipeline };
  });
  tell(notifier, advanced);
  if (count > 0) attemptsLost.inc({ pipeline: pipelineLabel(pipeline) }, count);
  return count;
}
