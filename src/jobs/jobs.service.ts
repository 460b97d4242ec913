/** Reads jobs through Prisma and answers them as documented. */
import { Injectable } from '@nestjs/common';
import { attemptNotFound, jobNotFound, taskNotFound } from '../domain/errors.js';
import { Database } from '../database/database.js';
import type { OutputKey } from '../logs/output.sql.js';
import { toJob } from './job.mapper.js';
import type { JobsPageQuery } from './job.queries.js';
import { JOBS_LIMIT } from './job.queries.js';
import type { JobResponse } from './job.response.js';
import {
  cursorOf,
  endById,
  firstPage,
  jobById,
  type JobRow,
  jobsById,
  laterPage,
  type ListedJob,
} from './job.row.js';
import type { EndedMicros, Kept } from './unchanged.js';

export interface JobsPage {
  readonly ids: readonly string[];
  readonly nextCursor?: string;
}

export interface OutputPlace {
  /** null before the first attempt. */
  readonly key: OutputKey | null;
  readonly ended: EndedMicros;
}

/** Jobs that are read at once, of however many are answered. */
const AT_ONCE = 50;

@Injectable()
export class JobsService {
  constructor(private readonly database: Database) {}

  /** `id` is canonical. */
  async detail(id: string): Promise<JobResponse> {
    return (await this.detailAndEnd(id)).answer;
  }

  async detailAndEnd(id: string): Promise<Kept<JobResponse>> {
    const [row] = await this.database.prisma.$queryRaw<JobRow[]>(jobById(id));
    if (row === undefined) throw jobNotFound();
    return { answer: toJob(row), ended: row.endedMicros };
  }

  /** A job that is not there has not ended. */
  async ended(id: string): Promise<EndedMicros> {
    const [row] = await this.database.prisma.$queryRaw<{ endedMicros: EndedMicros }[]>(endById(id));
    return row?.endedMicros ?? null;
  }

  async page({ limit, before }: Pick<JobsPageQuery, 'limit' | 'before'>): Promise<JobsPage> {
    const query = before === undefined ? firstPage(limit, JOBS_LIMIT) : laterPage(limit, before);
    const listed = await this.database.prisma.$queryRaw<ListedJob[]>(query);
    const finished = listed.filter((job) => job.finished);
    const room = Math.max(limit - (listed.length - finished.length), 0);
    const next = finished[room];
    return {
      ids: listed.filter((job) => job !== next).map(({ id }) => id),
      ...(next === undefined ? {} : { nextCursor: cursorOf(next) }),
    };
  }

  /** In the order of `ids`, a few at a time; those that have been removed meanwhile are left out. */
  async *details(ids: readonly string[]): AsyncGenerator<JobResponse[]> {
    for (let from = 0; from < ids.length; from += AT_ONCE) {
      const rows = await this.database.prisma.$queryRaw<JobRow[]>(jobsById(ids.slice(from, from + AT_ONCE)));
      yield rows.map(toJob);
    }
  }

  /** Where the output of a task's last attempt, or of that one, is kept. */
  async output(id: string, task: string, attempt?: number): Promise<OutputPlace> {
    const job = await this.database.prisma.job.findUnique({
      where: { id },
      // No name has a NUL, and Postgres knows no text with one.
      select: {
        endedAt: true,
        tasks: { where: { name: task.replaceAll('\0', '\uFFFF') }, select: { id: true, attempt: true } },
      },
    });
    if (job === null) throw jobNotFound();
    const [row] = job.tasks;
    if (row === undefined) throw taskNotFound();
    if (attempt !== undefined && attempt > row.attempt) throw attemptNotFound();
    const key = row.attempt === 0 ? null : { taskId: String(row.id), attempt: attempt ?? row.attempt };
    return { key, ended: job.endedAt === null ? null : BigInt(job.endedAt.getTime()) * 1000n };
  }
}
