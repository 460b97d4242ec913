/** The loaded pipelines: listed, and scheduled by name. */
import { Injectable } from '@nestjs/common';
import { isSchedulable } from '../domain/admission.js';
import type { Caller } from '../domain/caller.js';
import { JOB_ID_VARIABLE } from '../domain/definition.js';
import { notSchedulable, shuttingDown, unknownPipeline } from '../domain/errors.js';
import { fits } from '../domain/pipeline-pattern.js';
import type { RerunFrom } from '../domain/rerun.js';
import { Database } from '../database/database.js';
import { PipelineSet } from '../pipelines/pipelines.store.js';
import { type Scheduled, Scheduler, type ScheduleRequest } from '../scheduler/scheduler.js';
import type { Asker } from './by.js';
import { shareOf } from './caller-share.js';
import type { AskedSchedule } from './checks/asked.js';
import { Checks } from './checks/checks.js';
import { fingerprintOfRerun } from './fingerprint.js';
import type { JobsPageQuery, RerunQuery } from './job.queries.js';
import { askOf } from './key-owner.js';
import type { PipelineResponse } from './other.responses.js';
import { JobsPage } from './page/jobs-page.js';

@Injectable()
export class PipelinesService {
  #closed = false;

  constructor(
    private readonly database: Database,
    private readonly pipelines: PipelineSet,
    private readonly scheduler: Scheduler,
    private readonly page: JobsPage,
    private readonly checks: Checks,
  ) {}

  /** From now on nothing is scheduled here any more (10.4). */
  close(): void {
    this.#closed = true;
  }

  /** `key`: the caller's name for this schedule; null: it has none, and every schedule is a new job. */
  async schedule(body: Uint8Array, key: string | null, caller: Asker): Promise<Scheduled> {
    const asked = await this.checks.read(body, key !== null, shareOf(caller));
    if (this.#closed) throw shuttingDown();
    // What a caller is not let to schedule is not there, nor is what was answered to others for it.
    if (!fits(asked.pipeline, caller.pipelines)) throw unknownPipeline(asked.pipeline);
    const request = this.#requestOf(asked, caller);
    if (key === null || asked.fingerprint === null)
      return { jobId: await this.scheduler.schedule(await request), replayed: false };
    // Checked before the transaction, which must not wait for it. A refusal matters only to a new key.
    await Promise.allSettled([request]);
    return this.scheduler.scheduleOnce(askOf(caller, key, asked.fingerprint), () => request);
  }

  /** A new job like that one. `key`: as above. */
  async rerun(query: RerunQuery, key: string | null, caller: Asker): Promise<Scheduled> {
    if (this.#closed) throw shuttingDown();
    const { id } = query;
    const from: RerunFrom = query.from ?? 'start';
    const isDefined = (pipeline: string) => this.pipelines.get(pipeline) !== undefined;
    return this.scheduler.rerun(
      { jobId: id, from, caller, traceParent: caller.traceParent, isDefined },
      key === null ? null : askOf(caller, key, fingerprintOfRerun(id, from)),
    );
  }

  async #requestOf(
    { pipeline, variables, queuePartition }: AskedSchedule,
    by: Asker,
  ): Promise<ScheduleRequest> {
    const definition = this.pipelines.get(pipeline);
    if (definition === undefined) throw unknownPipeline(pipeline);
    if (variables.hasJobId) throw notSchedulable(`variable ${JOB_ID_VARIABLE} is reserved`);
    const checked = await this.checks.check(definition.variables, variables, shareOf(by));
    if (checked.problems.length > 0) throw notSchedulable(checked.problems.join('; '));
    return {
      definition,
      variables: checked.variables,
      queuePartition,
      by,
      traceParent: by.traceParent,
    };
  }

  /** By name. */
  async list(caller: Caller): Promise<PipelineResponse[]> {
    const groups = await this.database.prisma.job.groupBy({
      by: ['pipeline', 'status'],
      where: { status: { in: ['running', 'waiting'] } },
      _count: true,
    });
    const counts = new Map(groups.map(({ pipeline, status, _count }) => [`${status} ${pipeline}`, _count]));
    return this.pipelines.names().flatMap((pipeline) => {
      const definition = this.pipelines.get(pipeline);
      if (definition === undefined || !fits(pipeline, caller.pipelines)) return [];
      const running = counts.get(`running ${pipeline}`) ?? 0;
      const waiting = counts.get(`waiting ${pipeline}`) ?? 0;
      const load = { running, waiting, waitingInPartition: 0, anyoneDue: waiting > 0 };
      const { variables } = definition;
      const declared = Object.keys(variables).length === 0 ? {} : { variables };
      return [{ pipeline, schedulable: isSchedulable(definition, load), running: running > 0, ...declared }];
    });
  }

  /** JSON of the pipelines and a page of jobs, piece by piece: the jobs of a page may be larger than memory. */
  async *listWithJobs(query: JobsPageQuery, caller: Asker): AsyncGenerator<string | Buffer> {
    const [pipelines, found] = await Promise.all([this.list(caller), this.page.find(query, caller)]);
    yield `{"pipelines":${JSON.stringify(pipelines)},"jobs":[`;
    let [isFirst, nextCursor]: [boolean, string | null] = [true, null];
    for await (const piece of this.page.pieces(found, shareOf(caller))) {
      ({ nextCursor } = piece);
      if (piece.bytes.length === 0) continue;
      if (!isFirst) yield ',';
      isFirst = false;
      yield piece.bytes;
    }
    yield nextCursor === null ? ']}' : `],"nextCursor":"${nextCursor}"}`;
  }
}
