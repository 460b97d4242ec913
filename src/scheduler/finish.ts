/** Ends claimed tasks, several in one transaction, with all that follows from it and what is to be run next. */
import type { Database } from '../database/database.js';
import { type AtCommit, inTransaction, type Transaction } from '../database/transaction.js';
import { advance, type HeldJob } from './advance.js';
import { endAttempt } from './attempt.js';
import { attemptKey, type Claim, claimTasks, finishTasks, type Report } from './claim.sql.js';
import { lockJobs, type LockedJob } from './job.sql.js';
import { type Advanced, both, newsOf, NOTHING, type TaskNews, tell } from './news.js';
import { listTasksOf, lockReadyTasks } from './task.sql.js';

/** What has become of the task; `waiting`: it is tried again. null: somebody else has decided. */
export type FinishOutcome = TaskNews['outcome'] | null;

export interface Finished {
  /** As the reports. */
  readonly outcomes: readonly FinishOutcome[];
  readonly claims: readonly Claim[];
}

/**
 * Of `worker`, if it is still one; and in the same transaction, for the slots that are free then, at most `room` ready tasks, so that
 * neither the next step of a chain nor the end of each of many tasks costs a commit of its own.
 */
export async function finish(
  { pool, notifier }: Database,
  worker: string | null,
  reports: readonly Report[],
  room: number,
): Promise<Finished> {
  const { advanced, outcomes, claiming } = await inTransaction(pool, async (on, atCommit) => {
    const ended = await endAll(on, atCommit, reports);
    return { ...ended, claiming: worker !== null && room > 0 ? atCommit(claimTasks(on, worker, room)) : [] };
  });
  const claims = await claiming;
  // With room left over, what became ready is already here.
  tell(notifier, {
    ...advanced,
    ready: advanced.ready && claims.length === room,
    changed: [...advanced.changed, ...claims.map(({ jobId }) => jobId)],
  });
  return { outcomes, claims };
}

async function endAll(on: Transaction, atCommit: AtCommit, reports: readonly Report[]) {
  const { jobs, counted, tasks } = await endAttempts(on, reports);
  const news = reports.map(({ claim, ended }) =>
    counted.has(attemptKey(claim))
      ? newsOf(claim.pipeline, tasks.get(claim.jobId) ?? [], claim.task, ended.reason)
      : null,
  );
  const mine = new Set(reports.flatMap(({ claim }, at) => (news[at] === null ? [] : [claim.jobId])));
  const held = jobs
    .filter(({ id }) => mine.has(id))
    .map((job): HeldJob => ({ job, tasks: tasks.get(job.id) ?? [] }));
  const advanced: Advanced = both(
    { ...NOTHING, tasks: news.filter((one) => one !== null) },
    await advance(on, atCommit, held),
  );
  return { advanced, outcomes: news.map((one): FinishOutcome => one?.outcome ?? null) };
}

/** One round trip, unless another attempt of one has to be thought of. Answers the attempts whose end has counted. */
async function endAttempts(on: Transaction, reports: readonly Report[]) {
  const ids = [...new Set(reports.map(({ claim }) => claim.jobId))];
  const failing = reports.filter(({ ended }) => ended.status !== 'done').map(({ claim }) => claim.jobId);
  const locking = lockJobs(on, ids);
  const ending = finishTasks(
    on,
    reports.filter(({ ended }) => ended.reason === null),
  );
  const again = reports.filter(({ ended }) => ended.reason !== null);
  const counted = new Set<string>();
  if (again.length > 0) {
    const [jobs] = await Promise.all([locking, ending]);
    for (const report of again) if (await endedAgain(on, jobs, report)) counted.add(attemptKey(report.claim));
  }
  const [jobs, ended, , tasks] = await Promise.all([
    locking,
    ending,
    lockReadyTasks(on, failing),
    listTasksOf(on, ids),
  ]);
  for (const key of ended) counted.add(key);
  return { jobs, counted, tasks };
}

async function endedAgain(on: Transaction, jobs: readonly LockedJob[], { claim, ended }: Report) {
  const job = jobs.find(({ id }) => id === claim.jobId);
  return job !== undefined && (await endAttempt(on, job, claim, ended));
}
