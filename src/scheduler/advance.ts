/** Takes a job as far as the states of its tasks allow, and hands on the room that it leaves. */
import { decideStarts } from '../domain/admission.js';
import { ON_ERROR_TASK } from '../domain/definition.js';
import { progress, type ProgressTask } from '../domain/progress.js';
import type { AtCommit, Transaction } from '../database/transaction.js';
import {
  countRunningJobs,
  listWaitingJobs,
  lockJob,
  lockPipeline,
  type LockedJob,
  markJobEnded,
  markJobsStarted,
} from './job.sql.js';
import { type Advanced, both, NOTHING, type TaskNews } from './news.js';
import { insertTasks, listTasks, moveTasks, type NewTask, requestStop } from './task.sql.js';

/** Jobs that are started at once; if there is room for more, it is looked at again. */
const STARTS = 50;

/** The pipeline's `on_error` as a task of the job, which it is from then on (6.6). */
const HANDLER: NewTask = { name: ON_ERROR_TASK, depends_on: [], status: 'ready' };

/**
 * `tasks` are the job's, read under its lock, which the caller holds; where tasks may be skipped or canceled
 * he has kept claims away before. What is left to do is sent with the COMMIT.
 */
export async function advance(
  on: Transaction,
  atCommit: AtCommit,
  job: LockedJob,
  tasks: readonly ProgressTask[],
): Promise<Advanced> {
  const next = progress({ ...job, tasks });
  void atCommit(moveTasks(on, job.id, next.ready, 'ready'));
  void atCommit(moveTasks(on, job.id, next.skipped, 'skipped'));
  void atCommit(moveTasks(on, job.id, next.canceled, 'canceled'));
  void atCommit(requestStop(on, job.id, next.stop));
  if (next.handle) void atCommit(insertTasks(on, job.id, [HANDLER]));
  const ended = next.end === null ? [] : [atCommit(markJobEnded(on, job.id, next.end))];
  // One that only waited leaves no room, but others may have waited behind it for its own limit.
  const started = next.end === null ? NOTHING : await startWaiting(on, job.pipeline);
  return both(started, {
    ...NOTHING,
    ready: next.ready.length > 0 || next.handle,
    stop: next.stop.length > 0,
    tasks: [moved(job.pipeline, 'skipped', next.skipped), moved(job.pipeline, 'canceled', next.canceled)],
    jobs: ended,
    changed: [job.id],
  });
}

const moved = (pipeline: string, outcome: 'skipped' | 'canceled', names: readonly string[]): TaskNews => ({
  pipeline,
  outcome,
  reason: null,
  count: names.length,
});

/** As many as there is room for, in list order (7.8). */
export async function startWaiting(on: Transaction, pipeline: string): Promise<Advanced> {
  await lockPipeline(on, pipeline);
  let started = NOTHING;
  for (;;) {
    const [running, waiting] = await Promise.all([
      countRunningJobs(on, pipeline),
      listWaitingJobs(on, pipeline, STARTS),
    ]);
    const starts = decideStarts(waiting, running);
    if (starts.length === 0) return started;
    await markJobsStarted(on, starts);
    started = both(started, { ...NOTHING, changed: starts });
    for (const id of starts) {
      started = both(started, await startTasks(on, id));
    }
  }
}

/** A job without tasks ends here, and leaves its room to the next one. */
async function startTasks(on: Transaction, id: string): Promise<Advanced> {
  const job = await lockJob(on, id);
  if (job?.status !== 'running') return NOTHING;
  const { ready, end } = progress({ ...job, tasks: await listTasks(on, id) });
  await moveTasks(on, id, ready, 'ready');
  const ended = end === null ? null : await markJobEnded(on, id, end);
  return { ...NOTHING, ready: ready.length > 0, jobs: [Promise.resolve(ended)] };
}
