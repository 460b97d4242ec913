/** Reads jobs through Prisma and answers them as documented. */
import { Injectable } from '@nestjs/common';
import { jobNotFound, taskNotFound } from '../domain/errors.js';
import { isJobEnd } from '../domain/status.js';
import { Database } from '../database/database.js';
import type { OutputKey } from '../logs/output.sql.js';
import { toJob } from './job.mapper.js';
import type { JobsPageQuery } from './job.queries.js';
import { JOBS_LIMIT } from './job.queries.js';
import type { JobResponse } from './job.response.js';
import { cursorOf, firstPage, jobById, type JobRow, laterPage } from './job.row.js';

export interface JobsPage {
  readonly jobs: JobResponse[];
  readonly nextCursor?: string;
}

@Injectable()
export class JobsService {
  constructor(private readonly database: Database) {}

  /** `id` is canonical. */
  async detail(id: string): Promise<JobResponse> {
    const [row] = await this.database.prisma.$queryRaw<JobRow[]>(jobById(id));
    if (row === undefined) throw jobNotFound();
    return toJob(row);
  }

  async page({ limit, before }: Pick<JobsPageQuery, 'limit' | 'before'>): Promise<JobsPage> {
    const query = before === undefined ? firstPage(limit, JOBS_LIMIT) : laterPage(limit, before);
    const rows = await this.database.prisma.$queryRaw<JobRow[]>(query);
    const finished = rows.filter((row) => isJobEnd(row.status));
    const room = Math.max(limit - (rows.length - finished.length), 0);
    const next = finished[room];
    return {
      jobs: rows.filter((row) => row !== next).map(toJob),
      ...(next === undefined ? {} : { nextCursor: cursorOf(next) }),
    };
  }

  /** Where the output of a task's last attempt is kept; null before the first. */
  async output(id: string, task: string): Promise<OutputKey | null> {
    const job = await this.database.prisma.job.findUnique({
      where: { id },
      // No name has a NUL, and Postgres knows no text with one.
      select: {
        tasks: { where: { name: task.replaceAll('\0', '\uFFFF') }, select: { id: true, attempt: true } },
      },
    });
    if (job === null) throw jobNotFound();
    const [row] = job.tasks;
    if (row === undefined) throw taskNotFound();
    return row.attempt === 0 ? null : { taskId: String(row.id), attempt: row.attempt };
  }
}
