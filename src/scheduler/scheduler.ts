/** The hall: every change of a job's or a task's state is one method here, and each is one transaction. */
import { randomUUID } from 'node:crypto';
import type { PipelineDefinition } from '../domain/definition.js';
import type { Actor } from '../domain/actor.js';
import { jobCompleted, jobNotFound } from '../domain/errors.js';
import type { Database } from '../database/database.js';
import { type AtCommit, inTransaction, type Transaction } from '../database/transaction.js';
import { type Admitted, admit, type ScheduleRequest } from './admit.js';
import { advance, NOTHING, tell } from './advance.js';
import { endAttempt } from './attempt.js';
import { insertAudit } from './audit.sql.js';
import {
  type Claim,
  claimTasks,
  type Ended,
  finishTask,
  type Holding,
  listClaims,
  listHoldings,
} from './claim.sql.js';
import { startDue } from './due.js';
import type { Ask } from './idempotency.sql.js';
import { lockJob, lockPipeline, pipelineOfWaiting, readDefinition, requestCancel } from './job.sql.js';
import { admitOnce, type Scheduled } from './once.js';
import { rescue } from './rescue.js';
import { type Failure, listTasks, lockReadyTasks, readFailure } from './task.sql.js';

export type { Ask, Claim, Ended, Failure, Holding, Scheduled, ScheduleRequest };

export interface Finished {
  /** false: the claim is no longer this worker's; somebody else has decided. */
  readonly counted: boolean;
  readonly claims: readonly Claim[];
}

export class Scheduler {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Answers the job's id once the job is committed (10.1). */
  async schedule(request: ScheduleRequest): Promise<string> {
    const { jobId } = await this.#admitting((on, atCommit, id) => admit(on, atCommit, id, request));
    return jobId;
  }

  /** The same ask again is answered with the same job; only a new one needs a request, which may be refused. */
  scheduleOnce(ask: Ask, request: () => ScheduleRequest): Promise<Scheduled> {
    return this.#admitting((on, atCommit, id) => admitOnce(on, atCommit, id, ask, request));
  }

  async #admitting<T extends Admitted>(
    work: (on: Transaction, atCommit: AtCommit, id: string) => Promise<T>,
  ): Promise<T> {
    const id = randomUUID();
    const admitted = await inTransaction(this.#database.pool, (on, atCommit) => work(on, atCommit, id));
    if (admitted.started) this.#database.notifier.notify('holdfast_ready');
    return admitted;
  }

  /** Starts the waiting jobs whose time has come and for which there is room (7.5), and the attempts (10.2). */
  startDue(): Promise<void> {
    return startDue(this.#database);
  }

  /** Ends or has tried again what no living worker holds; answers how many tasks. */
  rescue(): Promise<number> {
    return rescue(this.#database);
  }

  /** At most `limit` ready tasks, from now on this worker's. */
  claim(worker: string, limit: number): Promise<Claim[]> {
    return claimTasks(this.#database.pool, worker, limit);
  }

  /**
   * The end of a claimed task, and all that follows from it; and in the same transaction, for the slots that are
   * free then, at most `room` ready tasks, so that the next step of a chain costs no commit of its own.
   */
  async finish(claim: Claim, ended: Ended, room = 0): Promise<Finished> {
    const finished = await inTransaction(this.#database.pool, async (on, atCommit) => {
      const { job, counted, tasks } = await this.#end(on, claim, ended);
      const advanced = job !== null && counted ? await advance(on, atCommit, job, tasks) : NOTHING;
      return { counted, advanced, claims: room > 0 ? atCommit(claimTasks(on, claim.worker, room)) : [] };
    });
    const claims = await finished.claims;
    const { ready, stop } = finished.advanced;
    // With room left over, what became ready is already here.
    tell(this.#database.notifier, { ready: ready && claims.length === room, stop });
    return { counted: finished.counted, claims };
  }

  /** One round trip, unless another attempt has to be thought of. */
  async #end(on: Transaction, claim: Claim, ended: Ended) {
    const locking = lockJob(on, claim.jobId);
    let ending: boolean | Promise<boolean>;
    if (ended.reason === null) ending = finishTask(on, claim, ended);
    else {
      const locked = await locking;
      ending = locked !== null && (await endAttempt(on, locked, claim, ended));
    }
    const [job, counted, , tasks] = await Promise.all([
      locking,
      ending,
      ended.status === 'done' ? null : lockReadyTasks(on, claim.jobId),
      listTasks(on, claim.jobId),
    ]);
    return { job, counted, tasks };
  }

  /** Resolves once the cancel is committed; running tasks end later. A second one changes nothing. */
  async cancel(jobId: string, by: Actor): Promise<void> {
    const advanced = await inTransaction(this.#database.pool, async (on, atCommit) => {
      // Who waits may be what others wait behind; its pipeline's lock comes before its own, as everywhere.
      const pipeline = await pipelineOfWaiting(on, jobId);
      if (pipeline !== null) await lockPipeline(on, pipeline);
      const [job, , tasks] = await Promise.all([
        lockJob(on, jobId),
        lockReadyTasks(on, jobId),
        listTasks(on, jobId),
      ]);
      if (job === null) throw jobNotFound();
      if (job.status === 'done' || job.status === 'error') throw jobCompleted();
      if (job.status === 'canceled' || job.cancelRequested) return NOTHING;
      void atCommit(requestCancel(on, jobId));
      void atCommit(insertAudit(on, jobId, 'cancel', by));
      return advance(on, atCommit, { ...job, cancelRequested: true }, tasks);
    });
    tell(this.#database.notifier, advanced);
  }

  /** What the database says that a worker runs. */
  holdings(worker: string): Promise<Holding[]> {
    return listHoldings(this.#database.pool, worker);
  }

  /** The claims that it holds, as they were handed out. */
  claims(worker: string): Promise<Claim[]> {
    return listClaims(this.#database.pool, worker);
  }

  /** Why a job's on_error runs; null: nothing has failed. */
  failure(jobId: string): Promise<Failure | null> {
    return readFailure(this.#database.pool, jobId);
  }

  /** The definition that a job was scheduled with; it never changes. */
  definition(id: string): Promise<PipelineDefinition | null> {
    return readDefinition(this.#database.pool, id);
  }
}
