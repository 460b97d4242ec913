/** Runs a job that has ended once more: what it was scheduled with, as it was, becomes the ask for a new job. */
import type { Actor } from '../domain/audit.js';
import type { Caller } from '../domain/caller.js';
import type { PipelineDefinition } from '../domain/definition.js';
import { jobNotCompleted, jobNotFound, notSchedulable, unknownPipeline } from '../domain/errors.js';
import { fits } from '../domain/pipeline-pattern.js';
import { carriedOver, type RerunFrom } from '../domain/rerun.js';
import { isJobEnd, type JobStatus } from '../domain/status.js';
import { type Queryable, rowsOf, statement } from '../database/pool.js';
import type { Transaction } from '../database/transaction.js';
import type { ScheduleRequest } from './newcomer.js';
import { listTasks } from './task.sql.js';

export interface RerunRequest {
  readonly jobId: string;
  readonly from: RerunFrom;
  /** The user of the new job; also who has to be let to see the old one. */
  readonly caller: Caller & Actor;
  readonly traceParent: string | null;
  /** Whether a pipeline of that name can be scheduled: one that has been taken out of the files is not run again. */
  readonly isDefined: (pipeline: string) => boolean;
}

interface Original {
  readonly pipeline: string;
  readonly status: JobStatus;
  readonly definitionId: string;
  readonly definition: PipelineDefinition;
  /** JSON text of an object. */
  readonly variables: string | null;
  readonly queuePartition: string;
}

/** Retention passes over it until the end of the transaction, and so over its definition. */
const LOCK_ORIGINAL = statement(`
  SELECT job.pipeline, job.status, job.definition_id AS "definitionId", definition.body AS definition,
         job.variables::text, job.queue_partition AS "queuePartition"
  FROM jobs AS job JOIN definitions AS definition ON definition.id = job.definition_id
  WHERE job.id = $1
  FOR KEY SHARE OF job`);

async function lockOriginal(on: Queryable, id: string): Promise<Original | null> {
  return (await rowsOf<Original & { pipeline: string }>(on, LOCK_ORIGINAL, [id]))[0] ?? null;
}

/** A job that has ended never changes, so what is read of it here stays true. */
export async function rerunOf(
  on: Transaction,
  { jobId, from, caller, traceParent, isDefined }: RerunRequest,
): Promise<ScheduleRequest> {
  const [original, tasks] = await Promise.all([lockOriginal(on, jobId), listTasks(on, jobId)]);
  if (original === null || !fits(original.pipeline, caller.pipelines)) throw jobNotFound();
  if (!isJobEnd(original.status)) throw jobNotCompleted();
  const { pipeline, definition, definitionId, queuePartition } = original;
  if (!isDefined(pipeline)) throw unknownPipeline(pipeline);
  if (!Array.isArray(definition.tasks))
    throw notSchedulable('the definition of the job cannot be understood');
  return {
    definition,
    variables: original.variables,
    queuePartition,
    by: caller,
    traceParent,
    rerun: { of: jobId, definitionId, carried: carriedOver(definition.tasks, tasks, from) },
  };
}

const PIPELINES = statement('SELECT pipeline FROM jobs WHERE id = ANY($1::uuid[])');

/**
 * What a caller is not let to see is not there, nor is what was answered to others for it. These jobs, of one pipeline,
 * may have been removed since: what nobody can say any more is told to those who may see all.
 */
export async function mustBeSeen(
  on: Queryable,
  ids: readonly string[],
  { pipelines }: Caller,
): Promise<void> {
  if (pipelines === null) return;
  const rows = await rowsOf<{ pipeline: string }>(on, PIPELINES, [ids]);
  if (!rows.some(({ pipeline }) => fits(pipeline, pipelines))) throw jobNotFound();
}
