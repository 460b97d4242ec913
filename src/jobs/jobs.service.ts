/** Reads jobs through Prisma and answers them as documented. */
import { Injectable } from '@nestjs/common';
import type { Caller } from '../domain/caller.js';
import { attemptNotFound, jobNotFound, outputNotKept, taskNotFound } from '../domain/errors.js';
import { fits } from '../domain/pipeline-pattern.js';
import { isJobEnd, type TaskStatus } from '../domain/status.js';
import { Database } from '../database/database.js';
import type { OutputKey } from '../logs/output.sql.js';
import { toDetail } from './job.mapper.js';
import type { LogsQuery } from './job.queries.js';
import { JobReader } from './job.reader.js';
import type { JobDetailResponse } from './job.response.js';
import { type EndState, endStateOf, type Kept } from './unchanged.js';

/** Whose output it is: another job's task, where that has done it. */
export interface OutputTask {
  readonly taskId: string;
  /** The last one; 0 before the first. */
  readonly attempt: number;
}

/** Also before there is any. */
export interface TaskWithOutput extends OutputTask {
  readonly name: string;
  readonly status: TaskStatus;
  /** When the last attempt began. */
  readonly startedAt: Date | null;
}

export interface WatchedJob {
  readonly pipeline: string;
  readonly status: string;
  readonly ended: boolean;
  /** As `GET /job/detail` answers it. */
  readonly json: string;
}

export interface OutputPlace {
  /** null before the first attempt. */
  readonly key: OutputKey | null;
  readonly ended: EndState;
}

@Injectable()
export class JobsService {
  readonly #reader: JobReader;
  /** Every now and then all that are watched are read, and nobody else is to wait behind them. */
  readonly #watched: JobReader;

  constructor(private readonly database: Database) {
    this.#reader = new JobReader(database.pool);
    this.#watched = new JobReader(database.pool);
  }

  /** What a caller is not let to see is not there. `id` is canonical, here and below. */
  async mustExist(id: string, caller: Caller): Promise<void> {
    const job = await this.database.prisma.job.findUnique({ where: { id }, select: { pipeline: true } });
    if (job === null || !fits(job.pipeline, caller.pipelines)) throw jobNotFound();
  }

  async detail(id: string, caller: Caller): Promise<JobDetailResponse> {
    const row = await this.#reader.row(id);
    if (row === undefined || !fits(row.pipeline, caller.pipelines)) throw jobNotFound();
    return toDetail(row);
  }

  /** The same as JSON. */
  async detailAndEnd(id: string, caller: Caller): Promise<Kept<string>> {
    const answer = await this.#reader.answer(id);
    if (answer === undefined || !fits(answer.pipeline, caller.pipelines)) throw jobNotFound();
    return answer;
  }

  /** For who watches it; whether it may be seen is for the caller to ask. null: it is not there. */
  async watched(id: string): Promise<WatchedJob | null> {
    const found = await this.#watched.answer(id);
    if (found === undefined) return null;
    const { pipeline, status, answer } = found;
    return { pipeline, status, ended: isJobEnd(status), json: answer };
  }

  /** A job that is not there for this caller has not ended. */
  async ended(id: string, caller: Caller): Promise<EndState> {
    const job = await this.#reader.end(id);
    return job === undefined || !fits(job.pipeline, caller.pipelines) ? null : job.ended;
  }

  /** Where the output of a task's last attempt, or of that one, is kept. */
  async output(query: LogsQuery, caller: Caller): Promise<OutputPlace> {
    const { task, ended } = await this.taskWithOutput(query, caller);
    const { taskId, attempt } = task;
    return { key: attempt === 0 ? null : { taskId, attempt: query.attempt ?? attempt }, ended };
  }

  async taskWithOutput(
    { id, task: name, attempt }: Omit<LogsQuery, 'attempt'> & { readonly attempt?: number | undefined },
    caller: Caller,
  ): Promise<{ readonly task: TaskWithOutput; readonly ended: EndState }> {
    const { tasks, ended } = await this.#tasksOf(id, caller, name);
    const [row] = tasks;
    if (row === undefined) throw taskNotFound();
    if (attempt !== undefined && attempt > row.attempt) throw attemptNotFound();
    if (row.outputOf !== null) await this.#mustBeKept(row.outputOf);
    return { task: withOutput(row), ended };
  }

  /** In the order of their ids, so that each keeps its place. */
  async tasksWithOutput(
    id: string,
    caller: Caller,
  ): Promise<{ readonly tasks: readonly TaskWithOutput[]; readonly ended: EndState }> {
    const { tasks, ended } = await this.#tasksOf(id, caller);
    return { tasks: tasks.map(withOutput), ended };
  }

  /** Without a name, all. */
  async #tasksOf(id: string, caller: Caller, name?: string) {
    const job = await this.database.prisma.job.findUnique({
      where: { id },
      select: {
        pipeline: true,
        endedAt: true,
        tasks: {
          // No name has a NUL, and Postgres knows no text with one.
          where: name === undefined ? {} : { name: name.replaceAll('\0', '\uFFFF') },
          select: { id: true, name: true, status: true, attempt: true, startedAt: true, outputOf: true },
          orderBy: { id: 'asc' },
        },
      },
    });
    if (job === null || !fits(job.pipeline, caller.pipelines)) throw jobNotFound();
    return {
      tasks: job.tasks,
      ended: endStateOf(job.endedAt && BigInt(job.endedAt.getTime()) * 1000n),
    };
  }

  /** Of a job that was carried on from where it failed: the one before may have been removed, with its output. */
  async #mustBeKept(id: bigint): Promise<void> {
    const task = await this.database.prisma.task.findUnique({ where: { id }, select: { id: true } });
    if (task === null) throw outputNotKept();
  }
}

const withOutput = (
  row: Omit<TaskWithOutput, 'taskId'> & { id: bigint; outputOf: bigint | null },
): TaskWithOutput => ({
  taskId: String(row.outputOf ?? row.id),
  name: row.name,
  status: row.status,
  attempt: row.attempt,
  startedAt: row.startedAt,
});
