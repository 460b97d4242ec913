/** The hall: every change of a job's or a task's state is one method here, and each is one transaction. */
import { randomUUID } from 'node:crypto';
import type { Actor } from '../domain/audit.js';
import type { PipelineDefinition } from '../domain/definition.js';
import { jobCompleted, jobNotFound } from '../domain/errors.js';
import type { HandlerName } from '../domain/handlers.js';
import type { JobEnd } from '../domain/status.js';
import type { Database } from '../database/database.js';
import { type AtCommit, inTransaction, type Transaction } from '../database/transaction.js';
import { claimDuration, finishDuration } from '../telemetry/metrics.js';
import { admit } from './admit.js';
import { advance } from './advance.js';
import { insertAudit } from './audit.sql.js';
import {
  attemptKey,
  type Claim,
  claimTasks,
  type Ended,
  type Holding,
  listClaims,
  listHoldings,
  type Report,
} from './claim.sql.js';
import { startDue } from './due.js';
import { finish, type Finished, type FinishOutcome } from './finish.js';
import type { Ask } from './idempotency.sql.js';
import { lockJob, lockPipeline, pipelineOfWaiting, readDefinition, requestCancel } from './job.sql.js';
import type { Admitted, ScheduleRequest } from './newcomer.js';
import { both, NOTHING, tell } from './news.js';
import { admitOnce, type OnceRequest, type Scheduled } from './once.js';
import { mustBeSeen, rerunOf, type RerunRequest } from './rerun.js';
import { rescue, rescueAbsent } from './rescue.js';
import { ScheduleGroups } from './schedule-group.js';
import { type Failure, forceStop, listTasks, lockReadyTasks, readEnd, readFailure } from './task.sql.js';

export { attemptKey };
export type {
  Ask,
  Claim,
  Ended,
  Failure,
  Finished,
  FinishOutcome,
  Holding,
  Report,
  Scheduled,
  ScheduleRequest,
};

export class Scheduler {
  readonly #database: Database;
  readonly #groups: ScheduleGroups;

  constructor(database: Database) {
    this.#database = database;
    this.#groups = new ScheduleGroups(database.pool);
  }

  /** Answers the job's id once the job is committed (10.1). */
  async schedule(request: ScheduleRequest): Promise<string> {
    const { jobId, advanced } = await this.#groups.admit(request);
    // By each for himself, so that what is logged bears the request's id.
    tell(this.#database.notifier, advanced);
    return jobId;
  }

  /** The same ask again is answered with the same job; only a new one needs a request, which may be refused. */
  scheduleOnce(ask: Ask, request: OnceRequest['request']): Promise<Scheduled> {
    return this.#admitting((on, atCommit, id) => admitOnce(on, atCommit, id, ask, { request }));
  }

  /** A new job like one that has ended, which it leaves as it is. `ask` null: each time another one. */
  rerun(request: RerunRequest, ask: Ask | null): Promise<Scheduled> {
    return this.#admitting(async (on, atCommit, id) =>
      ask === null
        ? { ...(await admit(on, atCommit, id, await rerunOf(on, request))), replayed: false }
        : admitOnce(on, atCommit, id, ask, {
            request: () => rerunOf(on, request),
            mayKnow: (known) => mustBeSeen(on, [known, request.jobId], request.caller),
          }),
    );
  }

  async #admitting<T extends Admitted>(
    work: (on: Transaction, atCommit: AtCommit, id: string) => Promise<T>,
  ): Promise<T> {
    const id = randomUUID();
    const admitted = await inTransaction(this.#database.pool, (on, atCommit) => work(on, atCommit, id));
    tell(this.#database.notifier, admitted.advanced);
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

  /** Ends or has tried again what a living worker should run and does not; returns how many tasks. */
  rescueAbsent(claims: readonly Claim[]): Promise<number> {
    return rescueAbsent(this.#database, claims);
  }

  /** At most `limit` ready tasks, from now on this worker's. */
  async claim(worker: string, limit: number): Promise<Claim[]> {
    const claims = await timed(claimDuration, claimTasks(this.#database.pool, worker, limit));
    this.#database.notifier.changed(claims.map(({ jobId }) => jobId));
    return claims;
  }

  /** The ends of a worker's tasks, all that follows from them, and at most `room` ready tasks for it. */
  finish(worker: string | null, reports: readonly Report[], room = 0): Promise<Finished> {
    return timed(finishDuration, finish(this.#database, worker, reports, room));
  }

  /**
   * Resolves once the cancel is committed; running tasks end later, and handlers run after them. A cancel beyond the
   * first, or one with `force`, ends `on_cancel` and `finally` once one of them is there. `force` kills without grace.
   */
  async cancel(
    jobId: string,
    by: Actor,
    { force }: { readonly force: boolean } = { force: false },
  ): Promise<void> {
    const advanced = await inTransaction(this.#database.pool, async (on, atCommit) => {
      // Who waits may be what others wait behind; its pipeline's lock comes before its own, as everywhere.
      const pipeline = await pipelineOfWaiting(on, jobId);
      if (pipeline !== null) await lockPipeline(on, pipeline);
      const [job, , tasks] = await Promise.all([
        lockJob(on, jobId),
        lockReadyTasks(on, [jobId]),
        listTasks(on, jobId),
      ]);
      if (job === null) throw jobNotFound();
      if (job.status === 'done' || job.status === 'error') throw jobCompleted();
      if (job.status === 'canceled') return NOTHING;
      void atCommit(requestCancel(on, jobId));
      if (!job.cancelRequested) void atCommit(insertAudit(on, { jobId, by, deed: { action: 'cancel' } }));
      const canceled = job.cancelRequested ? [] : [{ id: jobId, pipeline: job.pipeline, for: null, by }];
      const canceling = { ...job, cancelRequested: true, cancelHandlers: job.cancelRequested || force };
      const advanced = await advance(on, atCommit, [{ job: canceling, tasks }]);
      if (force) void atCommit(forceStop(on, jobId));
      return both({ ...NOTHING, canceled, stop: force }, advanced);
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

  /** The task of a job that failed first, `handlers` left out; null: nothing has failed. */
  failure(jobId: string, handlers: readonly HandlerName[]): Promise<Failure | null> {
    return readFailure(this.#database.pool, jobId, handlers);
  }

  /** How a job will end whose tasks have all ended, but for `handlers`; null: there is no such job. */
  end(jobId: string, handlers: readonly HandlerName[]): Promise<JobEnd | null> {
    return readEnd(this.#database.pool, jobId, handlers);
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
