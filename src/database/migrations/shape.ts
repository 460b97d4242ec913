/** Says what tables look like, from Postgres's catalogs, so that two schemas can be compared. */
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import type { Migration } from './files.js';

/** Definitions by object, such as `column jobs.user` or `index jobs_running`. */
export type Shape = ReadonlyMap<string, string>;

/** Names stand without their schema, as long as that is the search path. */
const SHAPE = `
  WITH tables AS (
    SELECT * FROM pg_class
     WHERE relnamespace = to_regnamespace(quote_ident($1)) AND relname <> '_prisma_migrations'
  )
  SELECT 'table ' || relname AS object,
         concat_ws(' ', CASE relpersistence WHEN 'u' THEN 'UNLOGGED' END,
                   CASE relkind WHEN 'r' THEN 'TABLE' WHEN 'p' THEN 'PARTITIONED TABLE' ELSE 'VIEW' END,
                   'WITH (' || array_to_string(ARRAY(SELECT unnest(reloptions) ORDER BY 1), ', ') || ')') AS definition
    FROM tables WHERE relkind IN ('r', 'p', 'v', 'm')
  UNION ALL
  SELECT 'view ' || relname, pg_get_viewdef(oid, true) FROM tables WHERE relkind IN ('v', 'm')
  UNION ALL
  SELECT 'column ' || relname || '.' || attname,
         concat_ws(' ', format_type(atttypid, atttypmod), CASE WHEN attnotnull THEN 'NOT NULL' END,
                   'DEFAULT ' || pg_get_expr(adbin, adrelid), nullif(attidentity::text, ''), nullif(attgenerated::text, ''))
    FROM tables JOIN pg_attribute ON attrelid = tables.oid LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
   WHERE relkind IN ('r', 'p') AND attnum > 0 AND NOT attisdropped
  UNION ALL
  SELECT 'constraint ' || relname || '.' || conname, pg_get_constraintdef(pg_constraint.oid, true)
    FROM tables JOIN pg_constraint ON conrelid = tables.oid
  UNION ALL
  SELECT 'index ' || tables.relname,
         concat_ws(' ', pg_get_indexdef(indexrelid, 0, true), CASE WHEN NOT indisvalid THEN 'INVALID' END)
    FROM tables JOIN pg_index ON indexrelid = tables.oid JOIN tables AS indexed ON indexed.oid = indrelid
  UNION ALL
  SELECT 'sequence ' || relname,
         concat_ws(' ', format_type(seqtypid, NULL), seqstart, seqincrement, seqmax, seqmin, seqcycle,
                   'OWNED BY ' || attrelid::regclass || '.' || attname)
    FROM tables JOIN pg_sequence ON seqrelid = tables.oid
    LEFT JOIN pg_depend ON classid = 'pg_class'::regclass AND objid = seqrelid AND deptype IN ('a', 'i')
    LEFT JOIN pg_attribute ON attrelid = refobjid AND attnum = refobjsubid
  UNION ALL
  SELECT 'trigger ' || relname || '.' || tgname, pg_get_triggerdef(pg_trigger.oid, true)
    FROM tables JOIN pg_trigger ON tgrelid = tables.oid WHERE NOT tgisinternal
  UNION ALL
  SELECT 'type ' || typname, string_agg(enumlabel, ', ' ORDER BY enumsortorder)
    FROM pg_type JOIN pg_enum ON enumtypid = pg_type.oid
   WHERE typnamespace = to_regnamespace(quote_ident($1)) GROUP BY typname
  UNION ALL
  SELECT 'function ' || proname || '(' || pg_get_function_identity_arguments(oid) || ')',
         concat_ws(' ', pg_get_function_result(oid), prolang, provolatile, prosecdef, prosrc)
    FROM pg_proc WHERE pronamespace = to_regnamespace(quote_ident($1)) AND prokind IN ('f', 'p')
  ORDER BY object`;

/** Expects a transaction with `schema` as its search path. Prisma's table of migrations is left out. */
export async function shapeOf(client: pg.ClientBase, schema: string): Promise<Shape> {
  const { rows } = await client.query<{ object: string; definition: string }>(SHAPE, [schema]);
  return new Map(rows.map(({ object, definition }) => [object, definition]));
}

/**
 * Compares `schema` with what these migrations make in an empty one, a line for each object that differs. What a schema
 * has besides does not count: it may be an administrator's. Expects `schema` as search path, and leaves no trace.
 */
export async function differencesFromFresh(
  client: pg.ClientBase,
  schema: string,
  migrations: readonly Migration[],
): Promise<readonly string[]> {
  const fresh = `holdfast_compare_${randomBytes(6).toString('hex')}`;
  await client.query(`SAVEPOINT compare; CREATE SCHEMA ${fresh}; SET LOCAL search_path = ${fresh}`);
  for (const { sql } of migrations) await client.query(sql);
  const wanted = await shapeOf(client, fresh);
  await client.query('ROLLBACK TO SAVEPOINT compare');
  const found = await shapeOf(client, schema);
  return [...wanted].flatMap(([object, definition]) => {
    const now = found.get(object);
    if (now === definition) return [];
    return [now === undefined ? `there is no ${object}` : `${object} is "${now}", not "${definition}"`];
  });
}
