/** Migrations as tests look at them: made-up ones, the tables they leave, their ledger, and `npm run migrate`. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import pg from 'pg';
import type { Migration } from '../../src/database/migrations/files.js';
import { shapeOf } from '../../src/database/migrations/shape.js';
import { withClient } from './database.js';
import { Holdfast } from './holdfast.js';

/** As if it stood in prisma/migrations; the default name is behind all of them. */
export function anotherMigration(sql: string, name = '99990101000000_another'): Migration {
  return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
}

export interface LedgerRow {
  readonly name: string;
  readonly checksum: string;
  readonly state: string;
}

/** Leaves out what is random, or of the moment. */
const LEDGER = `
  SELECT migration_name AS name, checksum, logs, applied_steps_count, length(id), id ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$',
         rolled_back_at, started_at <= finished_at AS ordered, now() - finished_at < interval '1 hour' AS lately,
         CASE WHEN rolled_back_at IS NOT NULL THEN 'rolled back' WHEN finished_at IS NULL THEN 'unfinished' ELSE 'applied' END AS state
    FROM _prisma_migrations ORDER BY migration_name, started_at`;

/** Rows of `_prisma_migrations`; none without the table. */
export const ledgerOf = (url: string): Promise<LedgerRow[]> =>
  withClient(url, async (client) => {
    const { rows } = await client.query<{ there: boolean }>(
      `SELECT to_regclass('_prisma_migrations') IS NOT NULL AS there`,
    );
    return rows[0]?.there === true ? (await client.query<LedgerRow>(LEDGER)).rows : [];
  });

export const appliedIn = async (url: string): Promise<string[]> =>
  (await ledgerOf(url)).filter(({ state }) => state === 'applied').map(({ name }) => name);

/** Definitions by object of a schema. */
export const shapeIn = (url: string, schema = 'public'): Promise<Record<string, string>> =>
  withClient(url, async (client) => {
    await client.query(`SET search_path = ${pg.escapeIdentifier(schema)}`);
    return Object.fromEntries(await shapeOf(client, schema));
  });

/** `npm run migrate` without npm, which a signal to it would end alone. */
export const migrateProcess = (env: Readonly<Record<string, string>>, ...args: string[]): Holdfast =>
  new Holdfast({ HOLDFAST_LOG_FORMAT: 'text', ...env }, args, [
    process.execPath,
    join(__dirname, '..', '..', 'dist', 'migrate.js'),
  ]);
