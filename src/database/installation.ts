/** Tells installations that share a database apart, by the schema of their tables, in locks and notifications. */

/** SQL for the number of the installation in a schema. In `public` locks and channels are those of older versions. */
export const installationIn = (schema: string): string =>
  `CASE ${schema}::text WHEN 'public' THEN 0 ELSE hashtextextended(${schema}::text, 0) END`;

/**
 * SQL for the number of the installation that a session works for. Asked of the catalog, because the same tables can be
 * reached in several ways: by the schema of the address, its options, or the search path of the role.
 */
export const INSTALLATION = `
  coalesce((SELECT ${installationIn('nspname')} FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
             WHERE pg_class.oid = to_regclass('jobs')), 0)`;

/** SQL for what the channels of the installation end with. */
export const CHANNEL_SUFFIX = `
  (SELECT CASE number WHEN 0 THEN '' ELSE '_' || to_hex(number) END FROM (SELECT ${INSTALLATION} AS number) AS own)`;
