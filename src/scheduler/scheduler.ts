/** The hall: every change of a job's or a task's state is one method here, and each is one transaction. */
import { createHash, randomUUID } from 'node:crypto';
import { decideAdmission } from '../domain/admission.js';
import type { PipelineDefinition } from '../domain/definition.js';
import { jobCompleted, jobNotFound } from '../domain/errors.js';
import { progress } from '../domain/progress.js';
import type { JobStatus } from '../domain/status.js';
import type { Database } from '../database/database.js';
import { inTransaction } from '../database/transaction.js';
import { advance, type Advanced } from './advance.js';
import {
  readLoad,
  insertDefinition,
  insertJob,
  lockJob,
  lockPipeline,
  readDefinition,
  requestCancel,
} from './job.sql.js';
import {
  type Claim,
  claimTasks,
  type Ended,
  finishTask,
  insertTasks,
  listStopping,
  lockReadyTasks,
} from './task.sql.js';

export type { Claim, Ended };

export interface ScheduleRequest {
  readonly definition: PipelineDefinition;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly queuePartition: string;
  readonly user: string;
}

export class Scheduler {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Answers the job's id once the job is committed (10.1). */
  async schedule(request: ScheduleRequest): Promise<string> {
    const { definition, variables } = request;
    const id = randomUUID();
    const body = JSON.stringify(definition);
    const definitionId = createHash('sha256').update(body).digest('hex');
    const started = await inTransaction(this.#database.pool, async (on) => {
      const [, load] = await Promise.all([
        lockPipeline(on, definition.name),
        readLoad(on, definition.name),
        insertDefinition(on, definitionId, body),
      ]);
      const rows = newRows(definition, decideAdmission(definition, load).kind === 'start');
      await Promise.all([
        insertJob(on, {
          id,
          pipeline: definition.name,
          definitionId,
          status: rows.status,
          queuePartition: request.queuePartition,
          user: request.user,
          variables: Object.keys(variables).length === 0 ? null : JSON.stringify(variables),
        }),
        insertTasks(on, id, rows.tasks),
      ]);
      return rows.status === 'running';
    });
    if (started) this.#database.notifier.notify('holdfast_ready');
    return id;
  }

  /** At most `limit` ready tasks, from now on this worker's. */
  claim(worker: string, limit: number): Promise<Claim[]> {
    return claimTasks(this.#database.pool, worker, limit);
  }

  /**
   * The end of a claimed task, and all that follows from it.
   * false: the claim is no longer this worker's; somebody else has decided.
   */
  async finish(claim: Claim, worker: string, ended: Ended): Promise<boolean> {
    const advanced = await inTransaction(this.#database.pool, async (on) => {
      const [job, finished] = await Promise.all([
        lockJob(on, claim.jobId),
        finishTask(on, claim, worker, ended),
        ...(ended.status === 'done' ? [] : [lockReadyTasks(on, claim.jobId)]),
      ]);
      return job !== null && finished ? advance(on, job) : null;
    });
    if (advanced !== null) this.#tell(advanced);
    return advanced !== null;
  }

  /** Resolves once the cancel is committed; running tasks end later. Again on a canceled job: nothing happens. */
  async cancel(jobId: string): Promise<void> {
    const advanced = await inTransaction(this.#database.pool, async (on) => {
      const [job] = await Promise.all([lockJob(on, jobId), lockReadyTasks(on, jobId)]);
      if (job === null) throw jobNotFound();
      if (job.status === 'done' || job.status === 'error') throw jobCompleted();
      if (job.status === 'canceled') return null;
      await requestCancel(on, jobId);
      return advance(on, { ...job, cancelRequested: true });
    });
    if (advanced !== null) this.#tell(advanced);
  }

  /** Ids of the tasks that this worker is to kill. */
  stopping(worker: string): Promise<string[]> {
    return listStopping(this.#database.pool, worker);
  }

  /** The definition that a job was scheduled with; it never changes. */
  definition(id: string): Promise<PipelineDefinition | null> {
    return readDefinition(this.#database.pool, id);
  }

  #tell({ ready, stop }: Advanced): void {
    if (ready) this.#database.notifier.notify('holdfast_ready');
    if (stop) this.#database.notifier.notify('holdfast_stop');
  }
}

/** A job's first rows. One without tasks has nothing to wait for once it is admitted. */
function newRows(definition: PipelineDefinition, start: boolean) {
  const waiting = definition.tasks.map(({ name, dependsOn }) => ({
    name,
    dependsOn,
    status: 'waiting' as const,
    stopRequested: false,
  }));
  const job = { cancelRequested: false, continueAfterFailure: definition.continueRunningTasksAfterFailure };
  const first = start ? progress({ ...job, tasks: waiting }) : null;
  const ready = new Set(first?.ready);
  const status: JobStatus = first === null ? 'waiting' : (first.end ?? 'running');
  const tasks = waiting.map(({ name, dependsOn }) => ({
    name,
    depends_on: dependsOn,
    status: ready.has(name) ? ('ready' as const) : ('waiting' as const),
  }));
  return { status, tasks };
}
