/** Applies one migration, with its row, in a transaction that no other migrating process runs beside. */
import pg from 'pg';
import { installationIn } from '../installation.js';
import { codeOf } from '../refused.js';
import { explain, INSUFFICIENT_PRIVILEGE, isThereAlready, MigrationError } from './errors.js';
import type { Migration } from './files.js';
import { createLedger, createSchema, type History, readHistory, recordApplied } from './ledger.js';
import { completeHalfApplied, repairChecksums } from './repair.js';
import { troubleOf } from './retries.js';
import type { Transaction } from './session.js';

const OWN_LOCK = `4018330117 # ${installationIn('$1')}`;
/** `prisma migrate` and older versions of Holdfast hold it alone while they migrate, whatever the schema. */
const PRISMA_LOCK = 72_707_369;

const LOCK = `
  SELECT pg_try_advisory_xact_lock(${OWN_LOCK}) AND pg_try_advisory_xact_lock_shared(${PRISMA_LOCK}) AS locked`;

const HOLDER = `
  SELECT pg_locks.pid, nullif(application_name, '') AS application
    FROM pg_locks LEFT JOIN pg_stat_activity USING (pid)
   WHERE locktype = 'advisory' AND granted AND objsubid = 1 AND mode = 'ExclusiveLock'
     AND pg_locks.pid <> pg_backend_pid()
     AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
     AND (classid::bigint << 32) | objid::bigint IN (${OWN_LOCK}, ${PRISMA_LOCK})
   LIMIT 1`;

export type Step =
  /** `holder` is the process that migrates. */
  | { readonly kind: 'busy'; readonly holder: string }
  /** `id` is that of the new row. */
  | { readonly kind: 'applied'; readonly id: string }
  /** There is nothing left to do. */
  | { readonly kind: 'current' };

export interface StepOptions {
  readonly migrations: readonly Migration[];
  /** Whether a half applied migration is completed. */
  readonly repair: boolean;
  /** Schema of the address; null: it says nothing of one. */
  readonly wantedSchema: string | null;
  /** Where the tables are, or will be. */
  readonly schema: string;
}

export async function applyNext(transaction: Transaction, options: StepOptions): Promise<Step> {
  const { client } = transaction;
  const { rows } = await client.query<{ locked: boolean }>(LOCK, [options.schema]);
  if (rows[0]?.locked !== true) return { kind: 'busy', holder: await findHolder(client, options.schema) };

  // Read under the lock: another process may have applied it meanwhile.
  const history = await readHistory(client, options.migrations, options.wantedSchema);
  if (history.schema !== options.schema) return { kind: 'busy', holder: 'another process' };
  if (history.lacksSchema) await create(transaction, history.schema);
  await client.query(`SELECT set_config('search_path', $1, true)`, [pg.escapeIdentifier(history.schema)]);
  const [migration] = history.missing;
  if (migration !== undefined) {
    refuseForeignLedger(history);
    return { kind: 'applied', id: await apply(transaction, migration, history, options) };
  }
  if (options.repair) await repairChecksums(client, history, options.migrations);
  return { kind: 'current' };
}

async function create({ client, role }: Transaction, schema: string): Promise<void> {
  try {
    await createSchema(client, schema);
  } catch (error) {
    if (codeOf(error) !== INSUFFICIENT_PRIVILEGE) throw error;
    throw new MigrationError(
      `there is no schema "${schema}", and the role "${role}" may not create it: ` +
        `CREATE SCHEMA ${pg.escapeIdentifier(schema)} AUTHORIZATION ${pg.escapeIdentifier(role)}`,
      { cause: error },
    );
  }
}

async function findHolder(client: pg.ClientBase, schema: string): Promise<string> {
  const { rows } = await client.query<{ pid: number; application: string | null }>(HOLDER, [schema]);
  const [holder] = rows;
  if (holder === undefined) return 'another process';
  const { pid, application } = holder;
  return application === null ? `process ${pid} of the database` : `process ${pid} (${application})`;
}

/** A database of a newer version has at least some migrations of this one. */
function refuseForeignLedger({ schema, rows, unknown }: History): void {
  if (unknown.length === 0 || rows.length > unknown.length) return;
  throw new MigrationError(
    `the table _prisma_migrations in schema "${schema}" is another application's, which uses Prisma as well: ` +
      'give Holdfast a database or a schema of its own (HOLDFAST_SCHEMA=holdfast)',
  );
}

/** Returns the id of the new row. */
async function apply(
  { client, role }: Transaction,
  migration: Migration,
  history: History,
  options: StepOptions,
): Promise<string> {
  const { schema, hasLedger, rows } = history;
  let isInFile = false;
  try {
    if (!hasLedger) await createLedger(client);
    isInFile = true;
    await execute(client, migration, history, options);
    isInFile = false;
    return await recordApplied(client, migration);
  } catch (error) {
    if (error instanceof MigrationError || troubleOf(error) !== null) throw error;
    const wasBegun = rows.some(({ name }) => name === migration.name);
    throw explain(error, { migration, isInFile, schema, role, wasBegun });
  }
}

/** Sends the file as a whole: Postgres alone knows where its statements end. */
async function execute(
  client: pg.ClientBase,
  migration: Migration,
  history: History,
  { migrations, repair }: StepOptions,
): Promise<void> {
  if (repair) await client.query('SAVEPOINT migration');
  try {
    await client.query(migration.sql);
  } catch (error) {
    if (!repair || !isThereAlready(error)) throw error;
    await client.query('ROLLBACK TO SAVEPOINT migration');
    await completeHalfApplied(client, history, { migration, migrations });
  }
}
