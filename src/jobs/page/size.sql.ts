/** Estimates how large jobs are as JSON before they are read. */
import { Prisma } from '../../database/generated/client.js';

/** Bytes of a job, and of a task or an attempt, without their texts of any length. */
const [JOB_BYTES, TASK_BYTES] = [512, 256];
/** Assumed ratio of compressed values, whose true size is known only by reading them: some 90 at most, mostly far less. */
const COMPRESSED = 32;

/** Estimates the bytes that a stored value has when it is read, rather too many than too few. */
export const unpackedSize = (column: Prisma.Sql) => Prisma.sql`
  coalesce(pg_column_size(${column})::bigint
           * CASE WHEN pg_column_compression(${column}) IS NULL THEN 1 ELSE ${COMPRESSED}::int END, 0)`;

export interface JobSize {
  readonly id: string;
  /** Bytes, about, or more. */
  readonly variables: number;
  readonly rest: number;
}

/** In any order; a job that is not there has no row. */
export const sizesById = (ids: readonly string[]) => Prisma.sql`
  SELECT job.id, ${unpackedSize(Prisma.sql`job.variables`)}::float8 AS variables,
         (${JOB_BYTES}::int + task.size)::float8 AS rest
  FROM jobs AS job
  CROSS JOIN LATERAL (
    SELECT coalesce(sum(${TASK_BYTES}::int * greatest(attempt, 1) + ${unpackedSize(Prisma.sql`depends_on`)}
                        + coalesce(octet_length(error), 0)), 0) AS size
    FROM tasks WHERE job_id = job.id
  ) AS task
  WHERE job.id = ANY (${ids}::uuid[])`;
