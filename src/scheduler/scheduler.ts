/** The hall: every change of a job's or a task's state is one method here, and each is one transaction. */
import { randomUUID } from 'node:crypto';
import { decideAdmission } from '../domain/admission.js';
import type { PipelineDefinition } from '../domain/definition.js';
import { jobCompleted, jobNotFound, notSchedulable } from '../domain/errors.js';
import type { Database } from '../database/database.js';
import { type AtCommit, inTransaction, type Transaction } from '../database/transaction.js';
import { logger } from '../telemetry/log.js';
import { claimDuration, finishDuration, jobsScheduled } from '../telemetry/metrics.js';
import { pipelineLabel } from '../telemetry/pipeline-label.js';
import { advance } from './advance.js';
import { endAttempt } from './attempt.js';
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
import { firstRows } from './first-rows.js';
import {
  insertDefinition,
  insertJob,
  lastWaitingJob,
  lockJob,
  lockPipeline,
  pipelineOfWaiting,
  readDefinition,
  readLoad,
  requestCancel,
} from './job.sql.js';
import { type Advanced, both, newsOf, NOTHING, tell, type TaskNews } from './news.js';
import { rescue } from './rescue.js';
import { snapshotOf } from './snapshot.js';
import { type Failure, insertTasks, listTasks, lockReadyTasks, readFailure } from './task.sql.js';

export type { Claim, Ended, Failure, Holding };

export interface ScheduleRequest {
  readonly definition: PipelineDefinition;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly queuePartition: string;
  readonly user: string;
  /** W3C traceparent of who asks. */
  readonly traceParent?: string | null;
}

export interface Finished {
  /** false: the claim is no longer this worker's; somebody else has decided. */
  readonly counted: boolean;
  readonly claims: readonly Claim[];
  /** What has become of the task; `waiting`: it is tried again. null: somebody else has decided. */
  readonly outcome: TaskNews['outcome'] | null;
}

const log = logger('scheduler');

export class Scheduler {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Answers the job's id once the job is committed (10.1). */
  async schedule(request: ScheduleRequest): Promise<string> {
    const { definition, variables, queuePartition, user, traceParent = null } = request;
    const id = randomUUID();
    const { id: definitionId, body } = snapshotOf(definition);
    const advanced = await inTransaction(this.#database.pool, async (on, atCommit) => {
      const [, load] = await Promise.all([
        lockPipeline(on, definition.name),
        readLoad(on, definition.name, queuePartition),
        insertDefinition(on, definitionId, body),
      ]);
      const admission = decideAdmission(definition, load);
      if (admission.kind === 'reject') throw notSchedulable(admission.reason);
      let replaced = NOTHING;
      if (admission.kind === 'replace') {
        replaced = await this.#replaceLast(
          on,
          atCommit,
          definition.name,
          admission.within === 'partition' ? queuePartition : null,
        );
      }
      const rows = firstRows(definition, admission.kind === 'start');
      const inserted = atCommit(
        insertJob(on, {
          id,
          pipeline: definition.name,
          definitionId,
          status: rows.status,
          queuePartition,
          user,
          variables: Object.keys(variables).length === 0 ? null : JSON.stringify(variables),
          delayMs: definition.startDelayMs,
          traceParent,
        }),
      );
      void atCommit(insertTasks(on, id, rows.tasks));
      return both(replaced, { ...NOTHING, ready: rows.status === 'running', jobs: [inserted] });
    });
    jobsScheduled.inc({ pipeline: pipelineLabel(definition.name) });
    log.info('job scheduled', { job: id, pipeline: definition.name });
    tell(this.#database.notifier, advanced);
    return id;
  }

  /** Under the pipeline's lock. Whom a user cancels at this moment needs no replacing: his place is free. */
  async #replaceLast(
    on: Transaction,
    atCommit: AtCommit,
    pipeline: string,
    partition: string | null,
  ): Promise<Advanced> {
    const last = await lastWaitingJob(on, pipeline, partition);
    if (last === null) return NOTHING;
    const [job, tasks] = await Promise.all([lockJob(on, last), listTasks(on, last)]);
    if (job?.status !== 'waiting') return NOTHING;
    return advance(on, atCommit, { ...job, cancelRequested: true }, tasks);
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
    return timed(claimDuration, claimTasks(this.#database.pool, worker, limit));
  }

  /**
   * The end of a claimed task, and all that follows from it; and in the same transaction, for the slots that are
   * free then, at most `room` ready tasks, so that the next step of a chain costs no commit of its own.
   */
  async finish(claim: Claim, ended: Ended, room = 0): Promise<Finished> {
    const finishing = inTransaction(this.#database.pool, async (on, atCommit) => {
      const { job, counted, tasks } = await this.#end(on, claim, ended);
      const news = newsOf(claim.pipeline, tasks, claim.task, ended.reason);
      const advanced =
        job !== null && counted
          ? both({ ...NOTHING, tasks: [news] }, await advance(on, atCommit, job, tasks))
          : NOTHING;
      const claims = room > 0 ? atCommit(claimTasks(on, claim.worker, room)) : [];
      return { counted, advanced, claims, outcome: counted ? news.outcome : null };
    });
    const { advanced, counted, outcome, ...finished } = await timed(finishDuration, finishing);
    const claims = await finished.claims;
    // With room left over, what became ready is already here.
    tell(this.#database.notifier, { ...advanced, ready: advanced.ready && claims.length === room });
    return { counted, claims, outcome };
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

  /** Resolves once the cancel is committed; running tasks end later. Again on a canceled job: nothing happens. */
  async cancel(jobId: string): Promise<void> {
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
      if (job.status === 'canceled') return NOTHING;
      void atCommit(requestCancel(on, jobId));
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

/** Counts what comes to an answer. */
async function timed<T>(histogram: { observe(seconds: number): void }, work: Promise<T>): Promise<T> {
  const from = performance.now();
  const answer = await work;
  histogram.observe((performance.now() - from) / 1000);
  return answer;
}
