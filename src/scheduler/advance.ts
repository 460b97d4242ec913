/** Takes jobs as far as the states of their tasks allow, and hands on the room that they leave. */
import { decideStarts } from '../domain/admission.js';
import { progress, type Progress, type ProgressJob, type ProgressTask } from '../domain/progress.js';
import type { JobEnd } from '../domain/status.js';
import type { AtCommit, Transaction } from '../database/transaction.js';
import {
  listWaitingJobs,
  lockJobs,
  lockPipeline,
  type LockedJob,
  markJobsEnded,
  markJobsStarted,
} from './job.sql.js';
import { type Advanced, both, NOTHING, type TaskNews } from './news.js';
import { insertTasks, listTasksOf, moveTasks, type NamedTask, requestStop } from './task.sql.js';

/** Jobs of a pipeline that are started at once; if there is room for more, it is looked at again. */
const STARTS = 50;

const ENDS = ['done', 'error', 'canceled'] as const satisfies readonly JobEnd[];

/** A job under its lock, which the caller holds, and its tasks, read since. */
export interface HeldJob {
  readonly job: LockedJob & Pick<ProgressJob, 'cancelHandlers'>;
  readonly tasks: readonly ProgressTask[];
}

/**
 * Where tasks may be skipped or canceled the caller has kept claims away before. What is left to do is sent with the
 * COMMIT. Jobs are locked before pipelines, each in their order, and jobs that wait after these: everywhere the same, but
 * where a job starts just when it is canceled, which Postgres finds out.
 */
export async function advance(
  on: Transaction,
  atCommit: AtCommit,
  held: readonly HeldJob[],
): Promise<Advanced> {
  const { ended, advanced } = move(on, atCommit, held);
  // One that only waited leaves no room, but others may have waited behind it for its own limit.
  return ended.length === 0 ? advanced : both(advanced, await startWaiting(on, atCommit, ended));
}

/** As many of these pipelines' jobs as there is room for, in list order (7.8). A job without tasks leaves its room at once. */
export async function startWaiting(
  on: Transaction,
  atCommit: AtCommit,
  pipelines: readonly string[],
): Promise<Advanced> {
  let asked = [...new Set(pipelines)].sort();
  for (const pipeline of asked) void atCommit(lockPipeline(on, pipeline));
  let started = NOTHING;
  while (asked.length > 0) {
    const lists = await listWaitingJobs(on, asked, STARTS);
    const starts = lists.map(({ jobs, running }) => decideStarts(jobs, running));
    const ids = starts.flat();
    if (ids.length === 0) break;
    const [, jobs, tasks] = await Promise.all([
      markJobsStarted(on, ids),
      lockJobs(on, ids),
      listTasksOf(on, ids),
    ]);
    const running = jobs.filter(({ status }) => status === 'running');
    const next = move(
      on,
      atCommit,
      running.map((job) => ({ job, tasks: tasks.get(job.id) ?? [] })),
    );
    started = both(started, next.advanced);
    const cut = lists.filter((_, at) => starts[at]?.length === STARTS);
    asked = [...new Set([...next.ended, ...cut.map(({ pipeline }) => pipeline)])];
  }
  return started;
}

/** Answers the pipelines of which jobs have ended. */
function move(
  on: Transaction,
  atCommit: AtCommit,
  held: readonly HeldJob[],
): { readonly ended: readonly string[]; readonly advanced: Advanced } {
  const all = held.map(({ job, tasks }) => ({
    job,
    next: progress({ ...job, started: job.status !== 'waiting', tasks }),
  }));
  const named = (which: 'ready' | 'skipped' | 'canceled' | 'stop'): NamedTask[] =>
    all.flatMap(({ job, next }) => next[which].map((name) => ({ jobId: job.id, name })));
  for (const status of ['ready', 'skipped', 'canceled'] as const)
    void atCommit(moveTasks(on, named(status), status));
  void atCommit(requestStop(on, named('stop')));
  // Handlers are tasks of the job from then on (6.6, 6.8).
  const added = all.flatMap(({ job, next }) =>
    next.added.map((handler) => ({ job_id: job.id, depends_on: [], ...handler })),
  );
  void atCommit(insertTasks(on, added));
  const ended = all.filter(({ next }) => next.end !== null).map(({ job }) => job.pipeline);
  const jobs = ENDS.map((end) => {
    const ids = all.filter(({ next }) => next.end === end).map(({ job }) => job.id);
    return atCommit(markJobsEnded(on, ids, end));
  });
  const advanced: Advanced = {
    ...NOTHING,
    ready: all.some(({ next }) => next.ready.length > 0) || added.some(({ status }) => status === 'ready'),
    stop: all.some(({ next }) => next.stop.length > 0),
    tasks: all.flatMap(({ job, next }) => newsOfMoved(job.pipeline, next)),
    jobs,
    changed: all.map(({ job }) => job.id),
  };
  return { ended, advanced };
}

const newsOfMoved = (pipeline: string, next: Progress): TaskNews[] => {
  const dropped = next.added.filter(({ status }) => status === 'canceled');
  return [
    { pipeline, outcome: 'skipped', reason: null, count: next.skipped.length },
    { pipeline, outcome: 'canceled', reason: null, count: next.canceled.length + dropped.length },
  ];
};
