/** Lets a job in: decided by one at a time for each pipeline, and written as the rows that it begins with. */
import type { Actor } from '../domain/actor.js';
import { decideAdmission } from '../domain/admission.js';
import type { PipelineDefinition } from '../domain/definition.js';
import { notSchedulable } from '../domain/errors.js';
import type { AtCommit, Transaction } from '../database/transaction.js';
import { advance } from './advance.js';
import { insertAudit } from './audit.sql.js';
import { firstRows } from './first-rows.js';
import { insertDefinition, insertJob, lastWaitingJob, lockJob, lockPipeline, readLoad } from './job.sql.js';
import { snapshotOf } from './snapshot.js';
import { insertTasks, listTasks } from './task.sql.js';

export interface ScheduleRequest {
  readonly definition: PipelineDefinition;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly queuePartition: string;
  /** Whose job it is. */
  readonly by: Actor;
}

export interface Admitted {
  readonly jobId: string;
  /** Whether it runs from now on, and so has tasks to be claimed. */
  readonly started: boolean;
}

/** Throws a `not_schedulable` where there is no room. */
export async function admit(
  on: Transaction,
  atCommit: AtCommit,
  id: string,
  { definition, variables, queuePartition, by }: ScheduleRequest,
): Promise<Admitted> {
  const { id: definitionId, body } = snapshotOf(definition);
  const [, load] = await Promise.all([
    lockPipeline(on, definition.name),
    readLoad(on, definition.name, queuePartition),
    insertDefinition(on, definitionId, body),
  ]);
  const admission = decideAdmission(definition, load);
  if (admission.kind === 'reject') throw notSchedulable(admission.reason);
  if (admission.kind === 'replace') {
    const partition = admission.within === 'partition' ? queuePartition : null;
    const last = await lastWaitingJob(on, definition.name, partition);
    if (last !== null) await replace(on, atCommit, last, { by, id });
  }
  const rows = firstRows(definition, admission.kind === 'start');
  void atCommit(
    insertJob(on, {
      id,
      pipeline: definition.name,
      definitionId,
      status: rows.status,
      queuePartition,
      user: by.user,
      variables: Object.keys(variables).length === 0 ? null : JSON.stringify(variables),
      delayMs: definition.startDelayMs,
    }),
  );
  void atCommit(insertTasks(on, id, rows.tasks));
  void atCommit(insertAudit(on, id, 'schedule', by));
  return { jobId: id, started: rows.status === 'running' };
}

/** Under the pipeline's lock. Whom a user cancels at this moment needs no replacing: his place is free. */
async function replace(
  on: Transaction,
  atCommit: AtCommit,
  last: string,
  { by, id }: { readonly by: Actor; readonly id: string },
): Promise<void> {
  const [job, tasks] = await Promise.all([lockJob(on, last), listTasks(on, last)]);
  if (job?.status !== 'waiting') return;
  void atCommit(insertAudit(on, last, 'replace', by, id));
  await advance(on, atCommit, { ...job, cancelRequested: true }, tasks);
}
