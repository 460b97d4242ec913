/** How a database finds the lower case of letters that are not ASCII, which not every database does by itself. */
import { isAway } from '../../database/away.js';
import { Prisma } from '../../database/generated/client.js';
import type { Queryable } from '../../database/pool.js';

/**
 * The first one is Postgres's own since version 17, and twice as fast as that of ICU. The others are the operating
 * system's. Collations of a language that has rules of its own, such as Turkish, are left out.
 */
const PREFERRED = ['pg_c_utf8', 'und-x-icu', 'C.utf8', 'C.UTF-8', 'en_US.utf8'];

const COLLATIONS = `
  SELECT collname AS name FROM pg_collation
  WHERE collname = ANY($1) AND collnamespace = 'pg_catalog'::regnamespace
    AND collencoding IN (-1, (SELECT encoding FROM pg_database WHERE datname = current_database()))
  ORDER BY array_position($1::text[], collname::text)`;

const UPPER = 'ÄÉΩЖ';
const LOWER = 'äéωж';

export type LowerCase = (text: Prisma.Sql) => Prisma.Sql;

/** Returns the first way that works, or else the locale of the database itself. */
export async function readLowerCase(on: Queryable): Promise<LowerCase> {
  const { rows } = await on.query<{ name: string }>({ text: COLLATIONS, values: [PREFERRED] });
  for (const { name } of rows)
    if (await isKnown(on, name)) {
      const collation = Prisma.raw(`COLLATE pg_catalog."${name}"`);
      return (text) => Prisma.sql`lower(${text} ${collation})`;
    }
  return (text) => Prisma.sql`lower(${text})`;
}

/** A server that was built without ICU, on the files of one that was built with it, has its collations and refuses them. */
async function isKnown(on: Queryable, collation: string): Promise<boolean> {
  try {
    const text = `SELECT lower('${UPPER}' COLLATE pg_catalog."${collation}") AS lower`;
    return (await on.query<{ lower: string }>({ text })).rows[0]?.lower === LOWER;
  } catch (error) {
    if (isAway(error)) throw error;
    return false;
  }
}
