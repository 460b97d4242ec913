/** Brings a database to this version's tables; processes that start at once do it once. */
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import type { Queryable } from '../pool.js';
import { withSchemaEngine } from './schema-engine.js';

/** `prisma` beside `src` and `dist`. */
const PRISMA = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', 'prisma');

/** The engine has a lock of its own, for `prisma migrate` too, but gives up waiting for it after 10 s. */
const LOCK = 4_018_330_117;

const UNDEFINED_TABLE = '42P01';

export class MigrationError extends Error {}

export const readSchema = () => readFile(join(PRISMA, 'schema.prisma'), 'utf8');

export async function readMigrations() {
  const baseDir = join(PRISMA, 'migrations');
  const lockfile = 'migration_lock.toml';
  const folders = (await readdir(baseDir, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  const names = folders.map((entry) => entry.name).sort();
  return {
    baseDir,
    lockfile: { path: lockfile, content: await readFile(join(baseDir, lockfile), 'utf8') },
    shadowDbInitScript: '',
    migrationDirectories: await Promise.all(
      names.map(async (path) => {
        const value = await readFile(join(baseDir, path, 'migration.sql'), 'utf8');
        return { path, migrationFile: { path: 'migration.sql', content: { tag: 'ok' as const, value } } };
      }),
    ),
  };
}

/** Answers the names of the migrations that were applied. */
export async function migrate(url: string): Promise<string[]> {
  const migrationsList = await readMigrations();
  const names = migrationsList.migrationDirectories.map((directory) => directory.path);
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined);
  await client.connect();
  try {
    if (await isCurrent(client, names)) return [];
    await client.query('SELECT pg_advisory_lock($1)', [LOCK]);
    if (await isCurrent(client, names)) return [];
    return await withSchemaEngine(url, await readSchema(), async (engine) => {
      const filters = { externalTables: [], externalEnums: [] };
      const { appliedMigrationNames } = await engine.applyMigrations({ migrationsList, filters });
      return appliedMigrationNames;
    });
  } catch (error) {
    throw new MigrationError(`the migrations cannot be applied: ${(error as Error).message}`, {
      cause: error,
    });
  } finally {
    await client.end();
  }
}

const APPLIED =
  'SELECT migration_name AS name FROM _prisma_migrations WHERE migration_name = ANY($1) AND finished_at IS NOT NULL AND rolled_back_at IS NULL';

/** What this version needs and the database has not; it had it at the start, so somebody has put back an older one. */
export async function missingMigrations(on: Queryable): Promise<readonly string[]> {
  const names = await (ownNames ??= readMigrations().then((all) =>
    all.migrationDirectories.map(({ path }) => path),
  ));
  const { rows } = await on
    .query<{ name: string }>({ name: 'migrations', text: APPLIED, values: [names] })
    .catch((error: unknown) => {
      if ((error as { code?: string }).code === UNDEFINED_TABLE) return { rows: [] };
      throw error;
    });
  return names.filter((name) => !rows.some((row) => row.name === name));
}

let ownNames: Promise<string[]> | undefined;

/** Without the engine, which takes a tenth of a second to load. A newer version's migrations do not disturb. */
async function isCurrent(client: pg.Client, names: readonly string[]): Promise<boolean> {
  const { rows } = await client.query<{ there: boolean }>(
    `SELECT to_regclass('_prisma_migrations') IS NOT NULL AS there`,
  );
  if (rows[0]?.there !== true) return false;
  const applied = await client.query(APPLIED, [names]);
  return applied.rowCount === names.length;
}
