/** Lets a job in: decided by one at a time for each pipeline, and written as the rows that it begins with. */
import type { Actor, Deed } from '../domain/audit.js';
import { decideAdmission } from '../domain/admission.js';
import type { PipelineDefinition } from '../domain/definition.js';
import { notSchedulable } from '../domain/errors.js';
import type { AtCommit, Transaction } from '../database/transaction.js';
import { advance } from './advance.js';
import { insertAudit } from './audit.sql.js';
import { firstRows } from './first-rows.js';
import { insertDefinition, insertJob, lastWaitingJob, lockJob, lockPipeline, readLoad } from './job.sql.js';
import { type Advanced, both, NOTHING } from './news.js';
import { snapshotOf } from './snapshot.js';
import { carryTasks, insertTasks, listTasks } from './task.sql.js';

export interface ScheduleRequest {
  readonly definition: PipelineDefinition;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly queuePartition: string;
  /** Whose job it is. */
  readonly by: Actor;
  /** W3C traceparent of who asks. */
  readonly traceParent?: string | null;
  /** Not there: it runs nothing again. */
  readonly rerun?: Rerun;
}

/** Another job's definition, as it is kept, and what has been done of it. */
export interface Rerun {
  readonly of: string;
  readonly definitionId: string;
  /** Tasks that are done, and are not run again. */
  readonly carried: readonly string[];
}

export interface Admitted {
  readonly jobId: string;
  readonly advanced: Advanced;
}

/** Throws a `not_schedulable` where there is no room. */
export async function admit(
  on: Transaction,
  atCommit: AtCommit,
  id: string,
  request: ScheduleRequest,
): Promise<Admitted> {
  const { definition, variables, queuePartition, by, traceParent = null, rerun } = request;
  const [, load, definitionId] = await Promise.all([
    lockPipeline(on, definition.name),
    readLoad(on, definition.name, queuePartition),
    rerun?.definitionId ?? keepDefinition(on, definition),
  ]);
  const admission = decideAdmission(definition, load);
  if (admission.kind === 'reject') throw notSchedulable(admission.reason);
  let replaced = NOTHING;
  if (admission.kind === 'replace') {
    const partition = admission.within === 'partition' ? queuePartition : null;
    replaced = await replaceLast(on, atCommit, definition.name, partition, { by, id });
  }
  const carried = rerun?.carried ?? [];
  const rows = firstRows(definition, admission.kind === 'start', carried);
  const inserted = atCommit(
    insertJob(on, {
      id,
      pipeline: definition.name,
      definitionId,
      status: rows.status,
      queuePartition,
      user: by.user,
      variables: Object.keys(variables).length === 0 ? null : JSON.stringify(variables),
      delayMs: definition.startDelayMs,
      traceParent,
      rerunOf: rerun?.of ?? null,
    }),
  );
  void atCommit(insertTasks(on, id, rows.tasks));
  const deed: Deed = rerun === undefined ? { action: 'schedule' } : { action: 'rerun', otherJobId: rerun.of };
  void atCommit(insertAudit(on, id, by, deed));
  if (rerun !== undefined) void atCommit(carryTasks(on, id, rerun.of, carried));
  const admitted: Advanced = {
    ...NOTHING,
    ready: rows.status === 'running',
    scheduled: [{ id, pipeline: definition.name, by }],
    jobs: [inserted],
    changed: [id],
  };
  return { jobId: id, advanced: both(replaced, admitted) };
}

async function keepDefinition(on: Transaction, definition: PipelineDefinition): Promise<string> {
  const { id, body } = snapshotOf(definition);
  await insertDefinition(on, id, body);
  return id;
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
  void atCommit(insertAudit(on, last, by, { action: 'replace', otherJobId: id }));
  const advanced = await advance(on, atCommit, [{ job: { ...job, cancelRequested: true }, tasks }]);
  return both({ ...NOTHING, canceled: [{ id: last, pipeline, for: id, by }] }, advanced);
}
