/** Which jobs a page of the list has, in a time that does not depend on how many jobs there are. */
import { asLike } from '../../domain/pipeline-pattern.js';
import type { Place } from '../../domain/listing.js';
import { JOB_STATUSES } from '../../domain/status.js';
import { Prisma } from '../../database/generated/client.js';
import { instantOf, micros } from '../job.row.js';
import type { JobsListQuery } from './list.query.js';

/** Jobs that are looked at for a page where no index knows the answer: some 50 ms of it. */
export const LOOKED_AT = 5_000;

export interface FoundRow {
  readonly id: string;
  /** Since 1970. */
  readonly micros: string;
  /** false: it is not on the page, but the last one that was looked at. */
  readonly found: boolean;
}

/** As the index has it. */
const USER_INDEXED = 100;

/** What an index answers: of jobs with one status, those of a pipeline, or else of a user, that were created when. */
function indexed({ pipeline, user, from, to, cursor }: JobsListQuery): Prisma.Sql[] {
  const conditions: Prisma.Sql[] = [];
  if (pipeline !== undefined) conditions.push(Prisma.sql`pipeline = ${pipeline}`);
  else if (user !== undefined)
    conditions.push(
      Prisma.sql`left("user", ${USER_INDEXED}::int) = left(${user}, ${USER_INDEXED}::int) AND "user" = ${user}`,
    );
  if (from !== undefined) conditions.push(Prisma.sql`created_at >= ${instantOf(from.micros)}`);
  if (to !== undefined) conditions.push(Prisma.sql`created_at < ${instantOf(to.micros)}`);
  if (cursor !== undefined)
    conditions.push(Prisma.sql`(created_at, id) < (${instantOf(cursor.micros)}, ${cursor.id}::uuid)`);
  return conditions;
}

/** What has to be looked up in each job. */
function looked({ pipeline, user, q }: JobsListQuery, patterns: readonly string[] | null): Prisma.Sql[] {
  const conditions: Prisma.Sql[] = [];
  if (pipeline !== undefined && user !== undefined) conditions.push(Prisma.sql`job."user" = ${user}`);
  if (patterns !== null) conditions.push(Prisma.sql`job.pipeline LIKE ANY (${patterns.map(asLike)}::text[])`);
  // As JSON writes it, which is how variables are kept.
  if (q !== undefined && q !== '')
    conditions.push(
      Prisma.sql`position(lower(${JSON.stringify(q).slice(1, -1)}) IN lower(job.variables::text)) > 0`,
    );
  return conditions;
}

/**
 * At most `limit` jobs and one more; and, where that was the end of looking and not of the list, the last job that was
 * looked at. `patterns`: pipelines that the caller may see; null: all.
 */
export function findJobs(query: JobsListQuery, patterns: readonly string[] | null): Prisma.Sql {
  const { status = JOB_STATUSES, limit } = query;
  const narrow = [Prisma.sql`jobs.status = wanted.status`, ...indexed(query)];
  const conditions = looked(query, patterns);
  const most = conditions.length === 0 ? limit + 1 : LOOKED_AT;
  const fits = conditions.length === 0 ? Prisma.sql`true` : Prisma.join(conditions, ' AND ');
  return Prisma.sql`
    WITH looked AS MATERIALIZED (
      SELECT one.id, one.created_at
      FROM unnest(${status}::job_status[]) AS wanted (status)
      CROSS JOIN LATERAL (
        SELECT id, created_at FROM jobs WHERE ${Prisma.join(narrow, ' AND ')}
        ORDER BY created_at DESC, id DESC LIMIT ${most}::int
      ) AS one
      ORDER BY one.created_at DESC, one.id DESC LIMIT ${most}::int
    ), page AS (
      SELECT job.id, job.created_at FROM looked JOIN jobs AS job ON job.id = looked.id
      WHERE ${fits}
      ORDER BY job.created_at DESC, job.id DESC LIMIT ${limit + 1}::int
    ), edge AS (
      SELECT id, created_at FROM looked ORDER BY created_at, id LIMIT 1
    )
    SELECT id, ${micros('created_at')} AS micros, true AS found, created_at FROM page
    UNION ALL
    SELECT id, ${micros('created_at')}, false, created_at FROM edge
    WHERE ${conditions.length > 0} AND (SELECT count(*) FROM looked) = ${most}::int
    ORDER BY found DESC, created_at DESC, id DESC`;
}

export const placeOf = ({ id, micros }: FoundRow): Place => ({ id, micros: BigInt(micros) });
