/** Brings a database to this version's tables. Processes that start at once do it once. */
import { logger, PROGRAM } from '../../telemetry/log.js';
import type { Queryable } from '../pool.js';
import { Target } from '../connect/target.js';
import { codeOf } from '../refused.js';
import { MigrationError } from './errors.js';
import { type Migration, readMigrations } from './files.js';
import type { RetryLimits } from './retries.js';
import { MigrationRun } from './run.js';

export { MigrationError, readMigrations };

const log = logger(PROGRAM);

const UNDEFINED_TABLE = '42P01';
const NEVER = new AbortController().signal;

export interface MigrateOptions {
  /** Ends it within seconds; the migration under way is rolled back. */
  readonly signal?: AbortSignal;
  /** Completes what an older version left half applied. */
  readonly repair?: boolean;
  readonly migrations?: readonly Migration[];
  readonly limits?: RetryLimits;
}

/** One database, for two roles. */
export interface MigrationTargets {
  readonly target: Target;
  /** For a role that may change tables. */
  readonly migrationTarget: Target;
}

/** Applies what is missing. With `apply: false` it throws a `MigrationError` that names what is missing. */
export async function ensureMigrated(
  { target, migrationTarget }: MigrationTargets,
  { apply, signal }: { readonly apply: boolean; readonly signal: AbortSignal },
): Promise<void> {
  const migrations = await readMigrations();
  if (apply) {
    const applied = await migrate(migrationTarget, { signal, migrations });
    // A new database gets its tables silently.
    if (applied.length > 0 && applied.length < migrations.length)
      log.info(`applied migrations: ${applied.join(', ')}`);
    if (migrationTarget === target) return;
  }
  const ifMissing = apply
    ? 'They were applied by HOLDFAST_MIGRATION_URL: it has to lead to the database and the schema of DATABASE_URL.'
    : 'HOLDFAST_MIGRATE is off: run `npm run migrate` (in the image: `node /app/dist/migrate.js`) first.';
  await new MigrationRun(target, { signal, migrations, repair: false, ifMissing }).finish();
}

/** Returns the names of the migrations that were applied. */
export async function migrate(
  database: Target | string,
  options: MigrateOptions = {},
): Promise<readonly string[]> {
  const migrations = options.migrations ?? (await readMigrations());
  return new MigrationRun(Target.of(database), {
    signal: NEVER,
    repair: false,
    ...options,
    migrations,
  }).finish();
}

const APPLIED =
  'SELECT migration_name AS name FROM _prisma_migrations WHERE migration_name = ANY($1) AND finished_at IS NOT NULL AND rolled_back_at IS NULL';

/** Returns what this version needs and the database has no more, such as after an older backup was restored. */
export async function missingMigrations(on: Queryable): Promise<readonly string[]> {
  const names = (await (ownMigrations ??= readMigrations())).map(({ name }) => name);
  const { rows } = await on
    .query<{ name: string }>({ name: 'migrations', text: APPLIED, values: [names] })
    .catch((error: unknown) => {
      if (codeOf(error) === UNDEFINED_TABLE) return { rows: [] };
      throw error;
    });
  return names.filter((name) => !rows.some((row) => row.name === name));
}

let ownMigrations: Promise<readonly Migration[]> | undefined;
