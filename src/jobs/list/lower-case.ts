/** How a database finds the lower case of letters that are not ASCII, which not every database does by itself. */
import { Prisma } from '../../database/generated/client.js';
import type { Queryable } from '../../database/pool.js';

/** Of Postgres 17 and newer, and of one that is built with ICU, as those that are handed out are; the first is twice as fast. */
const COLLATIONS = `
  SELECT collname AS name FROM pg_collation
  WHERE collname IN ('pg_c_utf8', 'und-x-icu') AND collnamespace = 'pg_catalog'::regnamespace
    AND collencoding IN (-1, (SELECT encoding FROM pg_database WHERE datname = current_database()))
  ORDER BY collname LIMIT 1`;

export type LowerCase = (text: Prisma.Sql) => Prisma.Sql;

/** Where a database has neither, as its own locale has it. */
export async function readLowerCase(on: Queryable): Promise<LowerCase> {
  const [collation] = (await on.query<{ name: string }>({ text: COLLATIONS })).rows;
  const by = collation === undefined ? Prisma.empty : Prisma.raw(`COLLATE pg_catalog."${collation.name}"`);
  return (text) => Prisma.sql`lower(${text} ${by})`;
}
