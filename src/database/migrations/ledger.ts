/** Reads and writes `_prisma_migrations`, row for row as Prisma does, so that `prisma migrate deploy` can take over. */
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { MigrationError } from './errors.js';
import { matchesChecksum, type Migration } from './files.js';

interface LedgerRow {
  readonly id: string;
  readonly name: string;
  readonly checksum: string;
  readonly state: 'applied' | 'unfinished' | 'rolled back';
}

/** What a database has of this version's migrations. */
export interface History {
  /** Schema where the tables are, or will be created. */
  readonly schema: string;
  /** Whether that has to be created first. */
  readonly lacksSchema: boolean;
  /** Whether `_prisma_migrations` is there. */
  readonly hasLedger: boolean;
  readonly rows: readonly LedgerRow[];
  /** In the order in which they have to be applied. */
  readonly missing: readonly Migration[];
  /** Applied from a text that is not this version's. */
  readonly edited: readonly Migration[];
  /** Names of applied or unfinished migrations that this version does not know. */
  readonly unknown: readonly string[];
}

const LOCATE = `
  SELECT current_schema()::text AS "creationSchema",
         (SELECT nspname::text FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
           WHERE pg_class.oid = to_regclass('_prisma_migrations')) AS "ledgerSchema",
         EXISTS (SELECT FROM pg_namespace WHERE nspname = $1) AS "hasWanted", current_user::text AS role`;

interface Location {
  readonly creationSchema: string | null;
  readonly ledgerSchema: string | null;
  readonly hasWanted: boolean;
  readonly role: string;
}

const readRows = (schema: string) => `
  SELECT id, migration_name AS name, checksum,
         CASE WHEN rolled_back_at IS NOT NULL THEN 'rolled back'
              WHEN finished_at IS NULL THEN 'unfinished' ELSE 'applied' END AS state
    FROM ${pg.escapeIdentifier(schema)}._prisma_migrations ORDER BY started_at, migration_name`;

/** As Prisma creates it. */
const CREATE = `
  CREATE TABLE _prisma_migrations (
    id                      VARCHAR(36) PRIMARY KEY NOT NULL,
    checksum                VARCHAR(64) NOT NULL,
    finished_at             TIMESTAMPTZ,
    migration_name          VARCHAR(255) NOT NULL,
    logs                    TEXT,
    rolled_back_at          TIMESTAMPTZ,
    started_at              TIMESTAMPTZ NOT NULL DEFAULT now(),
    applied_steps_count     INTEGER NOT NULL DEFAULT 0
  )`;

/** As `prisma migrate resolve` marks a row that never finished. */
const RETIRE = `
  UPDATE _prisma_migrations SET rolled_back_at = clock_timestamp()
   WHERE migration_name = ANY($1) AND finished_at IS NULL AND rolled_back_at IS NULL`;

const RECORD = `
  INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
  VALUES ($1, $2, $3, now(), clock_timestamp(), 1)`;

const SET_CHECKSUM = `
  UPDATE _prisma_migrations SET checksum = $2
   WHERE migration_name = $1 AND finished_at IS NOT NULL AND rolled_back_at IS NULL`;

/** `wanted`: the schema of the address; null: it says nothing of one. */
export async function readHistory(
  on: pg.ClientBase,
  migrations: readonly Migration[],
  wanted: string | null,
): Promise<History> {
  const { rows: places } = await on.query<Location>(LOCATE, [wanted]);
  const { creationSchema, ledgerSchema, hasWanted, role } = places[0] as Location;
  if (ledgerSchema !== null) {
    const { rows } = await on.query<LedgerRow>(readRows(ledgerSchema));
    const isOurs = rows.some(({ name }) => migrations.some((migration) => migration.name === name));
    // Another schema of the search path may hold the tables of another application that uses Prisma.
    if (isOurs || ledgerSchema === creationSchema) return historyOf(ledgerSchema, rows, migrations);
  }
  const schema = creationSchema ?? wanted;
  if (schema === null)
    throw new MigrationError(
      'there is no schema to create tables in: none of the search_path exists, or the role may use none of them',
    );
  if (creationSchema === null && hasWanted)
    throw new MigrationError(
      `the role "${role}" may not use the schema "${schema}": grant it USAGE on the schema`,
    );
  return {
    ...historyOf(schema, [], migrations),
    hasLedger: false,
    lacksSchema: creationSchema === null,
  };
}

function historyOf(schema: string, rows: readonly LedgerRow[], migrations: readonly Migration[]): History {
  const applied = (name: string) => rows.find((row) => row.name === name && row.state === 'applied');
  return {
    schema,
    lacksSchema: false,
    hasLedger: true,
    rows,
    missing: migrations.filter(({ name }) => applied(name) === undefined),
    edited: migrations.filter((migration) => {
      const row = applied(migration.name);
      return row !== undefined && !matchesChecksum(migration, row.checksum);
    }),
    unknown: [...new Set(rows.filter(({ state }) => state !== 'rolled back').map(({ name }) => name))].filter(
      (name) => !migrations.some((migration) => migration.name === name),
    ),
  };
}

export async function createSchema(on: pg.ClientBase, schema: string): Promise<void> {
  await on.query(`CREATE SCHEMA ${pg.escapeIdentifier(schema)}`);
}

/** The functions below expect the schema of the tables to be first in the search path. */
export async function createLedger(on: pg.ClientBase): Promise<void> {
  await on.query(CREATE);
}

/** Returns the id of the new row. Rows of attempts that never finished become rolled back. */
export async function recordApplied(on: pg.ClientBase, { name, checksum }: Migration): Promise<string> {
  const id = randomUUID();
  await on.query(RETIRE, [[name]]);
  await on.query(RECORD, [id, checksum, name]);
  return id;
}

export async function recordChecksum(on: pg.ClientBase, { name, checksum }: Migration): Promise<void> {
  await on.query(SET_CHECKSUM, [name, checksum]);
}
