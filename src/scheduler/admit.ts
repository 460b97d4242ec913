/** Lets jobs in: decided by one transaction at a time for each pipeline, and written as the rows that they begin with. */
import type { Actor } from '../domain/audit.js';
import { reachOf } from '../domain/admission.js';
import { decideInTurn } from '../domain/admission-in-turn.js';
import { HoldfastError, notSchedulable } from '../domain/errors.js';
import type { AtCommit, Transaction } from '../database/transaction.js';
import { advance } from './advance.js';
import { insertAudit } from './audit.sql.js';
import { enter } from './enter.js';
import { lastWaitingJob, lockJob, lockPipeline } from './job.sql.js';
import { readLoad } from './load.sql.js';
import { type Admitted, type Newcomer, newcomerOf, type ScheduleRequest } from './newcomer.js';
import { type Advanced, both, NOTHING } from './news.js';
import { listTasks } from './task.sql.js';

/** Throws a `not_schedulable` where there is no room. */
export async function admit(
  on: Transaction,
  atCommit: AtCommit,
  id: string,
  request: ScheduleRequest,
): Promise<Admitted> {
  const [outcome] = await admitInTurn(on, atCommit, [newcomerOf(request, id)]);
  if (outcome instanceof HoldfastError) throw outcome;
  return outcome as Admitted;
}

/** A `not_schedulable` where there is no room. */
export type Outcome = Admitted | HoldfastError;

/**
 * Of one pipeline, as they came, at least one. Answers what becomes of a beginning of them, and of the first in any case.
 */
export async function admitInTurn(
  on: Transaction,
  atCommit: AtCommit,
  newcomers: readonly Newcomer[],
): Promise<Outcome[]> {
  const { id, request: first } = newcomers[0] as Newcomer;
  const pipeline = first.definition.name;
  const requests = newcomers.map(({ request }) => request);
  const partitions = requests.map(({ queuePartition }) => queuePartition);
  const reach = reachOf(requests.map(({ definition }) => definition));
  const [, load] = await Promise.all([lockPipeline(on, pipeline), readLoad(on, pipeline, reach, partitions)]);
  const admissions = decideInTurn(requests, load);
  let replaced = NOTHING;
  // It is the only one then.
  if (admissions[0]?.kind === 'replace') {
    const partition = admissions[0].within === 'partition' ? first.queuePartition : null;
    replaced = await replaceLast(on, atCommit, pipeline, partition, { by: first.by, id });
  }
  const entries = newcomers.flatMap((newcomer, at) => {
    const kind = admissions[at]?.kind ?? 'reject';
    return kind === 'reject' ? [] : [{ ...newcomer, start: kind === 'start' }];
  });
  const news = enter(on, atCommit, pipeline, entries);
  return admissions.map((admission, at) => {
    if (admission.kind === 'reject') return notSchedulable(admission.reason);
    const { id: jobId } = newcomers[at] as Newcomer;
    return { jobId, advanced: both(replaced, news.get(jobId) ?? NOTHING) };
  });
}

/** Under the pipeline's lock. Whom a user cancels at this moment needs no replacing: his place is free. */
async function replaceLast(
  on: Transaction,
  atCommit: AtCommit,
  pipeline: string,
  partition: string | null,
  { by, id }: { readonly by: Actor; readonly id: string },
): Promise<Advanced> {
  const last = await lastWaitingJob(on, pipeline, partition);
  if (last === null) return NOTHING;
  const [job, tasks] = await Promise.all([lockJob(on, last), listTasks(on, last)]);
  if (job?.status !== 'waiting') return NOTHING;
  void atCommit(insertAudit(on, { jobId: last, by, deed: { action: 'replace', otherJobId: id } }));
  const advanced = await advance(on, atCommit, [{ job: { ...job, cancelRequested: true }, tasks }]);
  return both({ ...NOTHING, canceled: [{ id: last, pipeline, for: id, by }] }, advanced);
}
