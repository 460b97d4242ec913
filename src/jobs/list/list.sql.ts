/** Which jobs a page of the list has, in a time that does not depend on how many jobs there are. */
import { asLike } from '../../domain/pipeline-pattern.js';
import type { Place } from '../../domain/listing.js';
import { JOB_STATUSES } from '../../domain/status.js';
import { Prisma } from '../../database/generated/client.js';
import { instantOf, micros } from '../job.row.js';
import { unpackedSize } from '../page/size.sql.js';
import type { JobsListQuery } from './list.query.js';
import type { LowerCase } from './lower-case.js';

/** Jobs that are looked at for a page where no index knows the answer: some 50 ms of it. */
export const LOOKED_AT = 5_000;

/**
 * Bytes of variables that are searched for a page, or little more: some 300 ms of it. A page of jobs with large ones
 * ends sooner, and the next one goes on there.
 */
export const SEARCHED = 32 * 1024 * 1024;

/** What it costs to search a job, to be known without reading its variables. */
const SEARCHING = unpackedSize(Prisma.sql`variables`);

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
function looked(
  { pipeline, user, q }: JobsListQuery,
  patterns: readonly string[] | null,
  lower: LowerCase,
): Prisma.Sql[] {
  const conditions: Prisma.Sql[] = [];
  if (pipeline !== undefined && user !== undefined) conditions.push(Prisma.sql`job."user" = ${user}`);
  if (patterns !== null) conditions.push(Prisma.sql`job.pipeline LIKE ANY (${patterns.map(asLike)}::text[])`);
  // As JSON writes it, which is how variables are kept.
  if (isSearched(q)) {
    const [text, variables] = [
      Prisma.sql`${JSON.stringify(q).slice(1, -1)}`,
      Prisma.sql`job.variables::text`,
    ];
    conditions.push(Prisma.sql`position(${lower(text)} IN ${lower(variables)}) > 0`);
  }
  return conditions;
}

const isSearched = (q: string | undefined): q is string => q !== undefined && q !== '';

/**
 * At most `limit` jobs and one more; and, where that was the end of looking and not of the list, the last job that was
 * looked at. `patterns`: pipelines that the caller may see; null: all. Each job is looked up by itself (OFFSET 0),
 * because a planner who thinks that few fit would rather look at all there are, and join those that do.
 */
export function findJobs(
  query: JobsListQuery,
  patterns: readonly string[] | null,
  lower: LowerCase,
): Prisma.Sql {
  const { status = JOB_STATUSES, limit, q } = query;
  const narrow = [Prisma.sql`jobs.status = wanted.status`, ...indexed(query)];
  const conditions = looked(query, patterns, lower);
  const most = conditions.length === 0 ? limit + 1 : LOOKED_AT;
  const fits = conditions.length === 0 ? Prisma.sql`true` : Prisma.join(conditions, ' AND ');
  const cost = isSearched(q) ? SEARCHING : Prisma.sql`0`;
  return Prisma.sql`
    WITH next AS MATERIALIZED (
      SELECT one.id, one.created_at, one.cost
      FROM unnest(${status}::job_status[]) AS wanted (status)
      CROSS JOIN LATERAL (
        SELECT id, created_at, ${cost} AS cost FROM jobs WHERE ${Prisma.join(narrow, ' AND ')}
        ORDER BY created_at DESC, id DESC LIMIT ${most}::int
      ) AS one
      ORDER BY one.created_at DESC, one.id DESC LIMIT ${most}::int
    ), looked AS MATERIALIZED (
      SELECT id, created_at FROM (
        SELECT id, created_at, sum(cost) OVER (ORDER BY created_at DESC, id DESC ROWS UNBOUNDED PRECEDING) - cost AS before
        FROM next
      ) AS one
      WHERE before < ${SEARCHED}::int
    ), page AS (
      SELECT looked.id, looked.created_at FROM looked
      CROSS JOIN LATERAL (SELECT FROM jobs AS job WHERE job.id = looked.id AND ${fits} OFFSET 0) AS fitting
      ORDER BY looked.created_at DESC, looked.id DESC LIMIT ${limit + 1}::int
    ), edge AS (
      SELECT id, created_at FROM looked ORDER BY created_at, id LIMIT 1
    )
    SELECT id, ${micros('created_at')} AS micros, true AS found, created_at FROM page
    UNION ALL
    SELECT id, ${micros('created_at')}, false, created_at FROM edge
    WHERE ${conditions.length > 0}
      AND ((SELECT count(*) FROM next) = ${most}::int OR (SELECT count(*) FROM looked) < (SELECT count(*) FROM next))
    ORDER BY found DESC, created_at DESC, id DESC`;
}

export const placeOf = ({ id, micros }: FoundRow): Place => ({ id, micros: BigInt(micros) });
