/** Reads the list of jobs, page by page. */
import { Injectable } from '@nestjs/common';
import type { Caller } from '../../domain/caller.js';
import { formatCursor, pageOf } from '../../domain/listing.js';
import { Database } from '../../database/database.js';
import type { JobsListQuery } from './list.query.js';
import { findJobs, type FoundRow, placeOf } from './list.sql.js';
import { type LowerCase, readLowerCase } from './lower-case.js';
import { toSummary } from './summary.mapper.js';
import type { JobsListResponse } from './summary.response.js';
import { summariesById, type SummaryRow } from './summary.row.js';

@Injectable()
export class JobsListService {
  #lowerCase: LowerCase | undefined;

  constructor(private readonly database: Database) {}

  /** Jobs that are removed meanwhile are left out. */
  async page(query: JobsListQuery, { pipelines }: Caller): Promise<JobsListResponse> {
    const lowerCase = (this.#lowerCase ??= await readLowerCase(this.database.pool));
    const { text, values } = findJobs(query, pipelines, lowerCase);
    // Without a name, so that it is planned for these values: a plan for any user would be a bad one for a rare one.
    const { rows } = await this.database.pool.query<FoundRow>({ text, values });
    const edge = rows.find(({ found }) => !found);
    const { jobs, end } = pageOf(
      rows.filter(({ found }) => found).map(placeOf),
      edge === undefined ? null : placeOf(edge),
      query.limit,
    );
    return {
      jobs: await this.#summaries(jobs.map(({ id }) => id)),
      ...(end === null ? {} : { nextCursor: formatCursor(end) }),
    };
  }

  async #summaries(ids: readonly string[]) {
    if (ids.length === 0) return [];
    return (await this.database.prisma.$queryRaw<SummaryRow[]>(summariesById(ids))).map(toSummary);
  }
}
