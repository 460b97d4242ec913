/** Takes a job as far as the states of its tasks allow, and hands on the room that it leaves. */
import { decideStarts } from '../domain/admission.js';
import { progress } from '../domain/progress.js';
import type { Transaction } from '../database/transaction.js';
import {
  readLoad,
  listWaitingJobs,
  lockPipeline,
  type LockedJob,
  markJobEnded,
  markJobsStarted,
} from './job.sql.js';
import { lockJob } from './job.sql.js';
import { listTasks, moveTasks, requestStop } from './task.sql.js';

/** Jobs that are started at once; if there is room for more, it is looked at again. */
const STARTS = 50;

/** What others should be told once it is committed. */
export interface Advanced {
  readonly ready: boolean;
  readonly stop: boolean;
}

/** The caller holds the job's lock, and has kept claims away where tasks may be skipped or canceled. */
export async function advance(on: Transaction, job: LockedJob): Promise<Advanced> {
  const next = progress({ ...job, tasks: await listTasks(on, job.id) });
  await Promise.all([
    moveTasks(on, job.id, next.ready, 'ready'),
    moveTasks(on, job.id, next.skipped, 'skipped'),
    moveTasks(on, job.id, next.canceled, 'canceled'),
    requestStop(on, job.id, next.stop),
    ...(next.end === null ? [] : [markJobEnded(on, job.id, next.end)]),
  ]);
  // A job that never ran had no room to leave.
  const started =
    next.end !== null && job.status === 'running' ? await startWaiting(on, job.pipeline) : false;
  return { ready: next.ready.length > 0 || started, stop: next.stop.length > 0 };
}

/** As many as there is room for, in list order (7.8). Answers whether any task became ready. */
async function startWaiting(on: Transaction, pipeline: string): Promise<boolean> {
  await lockPipeline(on, pipeline);
  let anyReady = false;
  for (;;) {
    const [{ running }, waiting] = await Promise.all([
      readLoad(on, pipeline),
      listWaitingJobs(on, pipeline, STARTS),
    ]);
    const starts = decideStarts(waiting, running);
    if (starts.length === 0) return anyReady;
    await markJobsStarted(on, starts);
    for (const id of starts) {
      if (await startTasks(on, id)) anyReady = true;
    }
  }
}

/** A job without tasks ends here, and leaves its room to the next one. */
async function startTasks(on: Transaction, id: string): Promise<boolean> {
  const job = await lockJob(on, id);
  if (job?.status !== 'running') return false;
  const { ready, end } = progress({ ...job, tasks: await listTasks(on, id) });
  await moveTasks(on, id, ready, 'ready');
  if (end !== null) await markJobEnded(on, id, end);
  return ready.length > 0;
}
