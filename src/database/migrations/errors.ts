/** Explains why migrations failed, in sentences that say what to do. */
import pg from 'pg';
import { codeOf } from '../refused.js';
import type { Migration } from './files.js';

/** Its message is meant for an operator. */
export class MigrationError extends Error {}

/** What is known about a migration that failed. */
export interface FailureContext {
  readonly migration: Migration;
  /** Whether it was a statement of the file that failed, not one about `_prisma_migrations`. */
  readonly isInFile: boolean;
  /** Schema of the tables. */
  readonly schema: string;
  /** Database role of the session. */
  readonly role: string;
  /** Whether it was begun before and did not finish. */
  readonly wasBegun: boolean;
}

/** The fields of a Postgres error that are shown. Its detail is not, because it may hold a row. */
interface PostgresError extends Error {
  /** Number of the character in the file, from 1. */
  readonly position?: string;
  readonly hint?: string;
}

export const REPAIR = '`npm run migrate -- --repair` (in the image: `node /app/dist/migrate.js --repair`)';

/** A table, column, type, constraint or function of this name exists. */
const EXISTS = ['42P07', '42701', '42710', '42723'];
export const INSUFFICIENT_PRIVILEGE = '42501';
const READ_ONLY_TRANSACTION = '25006';

export const isThereAlready = (error: unknown): boolean => EXISTS.includes(codeOf(error));

export function explain(error: unknown, context: FailureContext): MigrationError {
  const { migration, isInFile } = context;
  const { message, position, hint } = error as PostgresError;
  const where =
    position === undefined || !isInFile ? '' : ` (line ${lineAt(migration.sql, Number(position))})`;
  const what = hint === undefined ? message : `${message}; ${hint}`;
  const text = `migration ${migration.name} cannot be applied${where}: ${what}. It was rolled back.`;
  const advice = adviceFor(error, context);
  return new MigrationError(advice === null ? text : `${text} ${advice}`, { cause: error });
}

function adviceFor(error: unknown, { schema, role, wasBegun }: FailureContext): string | null {
  const code = codeOf(error);
  if (isThereAlready(error)) {
    if (wasBegun)
      return `An older version of Holdfast was interrupted in it and left it half applied: back up the database, then run ${REPAIR}.`;
    return (
      `This is not Holdfast's, and in the way: rename it, or give Holdfast a schema of its own ` +
      `(HOLDFAST_SCHEMA=holdfast); it now uses "${schema}". ` +
      `If an older version of Holdfast left it there, run ${REPAIR}.`
    );
  }
  if (code === INSUFFICIENT_PRIVILEGE)
    return `The role "${role}" may not change these tables: set HOLDFAST_MIGRATION_URL to the same database with a role that may.`;
  if (code === READ_ONLY_TRANSACTION)
    return `The database is a replica, or the role "${role}" has default_transaction_read_only: use the primary, and a role that may write.`;
  return null;
}

/** Explains errors of Postgres outside of a migration's statements. Returns others as they are. */
export function explainAccess(error: unknown): unknown {
  if (!(error instanceof pg.DatabaseError)) return error;
  const advice =
    codeOf(error) === INSUFFICIENT_PRIVILEGE
      ? '; which migrations are applied is read from _prisma_migrations: grant the role USAGE on its schema and SELECT on it'
      : '';
  return new MigrationError(`the migrations cannot be applied: ${error.message}${advice}`, { cause: error });
}

/** Postgres counts characters, not UTF-16 code units. */
const lineAt = (sql: string, position: number) =>
  Array.from(sql)
    .slice(0, position - 1)
    .filter((character) => character === '\n').length + 1;
