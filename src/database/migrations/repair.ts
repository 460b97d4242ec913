/** `npm run migrate -- --repair`: completes what an older version left half applied, once it is proven to be right. */
import pg from 'pg';
import { codeOf } from '../refused.js';
import { INSUFFICIENT_PRIVILEGE, isThereAlready, MigrationError } from './errors.js';
import type { Migration } from './files.js';
import { type History, recordChecksum } from './ledger.js';
import { troubleOf } from './retries.js';
import { differencesFromFresh } from './shape.js';

const UNIQUE_VIOLATION = '23505';
const MAX_DIFFERENCES_SHOWN = 10;

/**
 * Older versions sent a file piece by piece, cut at each semicolon, and committed each piece. So the pieces are applied
 * here again, except those whose tables, columns, indexes or rows are there; each of them fails if it is repeated.
 * Then all tables have to be what a fresh database gets, or nothing of this is kept.
 */
export async function completeHalfApplied(
  client: pg.ClientBase,
  { schema }: History,
  { migration, migrations }: { migration: Migration; migrations: readonly Migration[] },
): Promise<void> {
  for (const piece of migration.sql.split(';')) {
    if (piece.trim() === '') continue;
    await client.query('SAVEPOINT piece');
    try {
      await client.query(piece);
    } catch (error) {
      if (!isThereAlready(error) && codeOf(error) !== UNIQUE_VIOLATION)
        throw asUnrepairable(error, migration, piece);
      await client.query('ROLLBACK TO SAVEPOINT piece');
    }
    await client.query('RELEASE SAVEPOINT piece');
  }
  const until = migrations.slice(0, migrations.indexOf(migration) + 1);
  await requireFreshShape(client, schema, until, `migration ${migration.name} is half applied`);
}

/** Leaves errors as they are that another try may change. */
function asUnrepairable(error: unknown, { name }: Migration, piece: string): unknown {
  if (troubleOf(error) !== null) return error;
  const statement = piece.replace(/--.*$/gm, '').trim().split('\n')[0];
  return new MigrationError(
    `migration ${name} is half applied, and cannot be repaired: ${(error as Error).message}, at "${String(statement)}". ` +
      'Nothing was changed. Make the tables as they are in prisma/migrations and run it again, or restore a backup.',
    { cause: error },
  );
}

/** Notes this version's checksums for migrations that were applied from another text, if their tables are the same. */
export async function repairChecksums(
  client: pg.ClientBase,
  { schema, edited }: History,
  migrations: readonly Migration[],
): Promise<void> {
  if (edited.length === 0) return;
  const names = edited.map(({ name }) => name).join(', ');
  await requireFreshShape(client, schema, migrations, `${names} was applied from another text`);
  for (const migration of edited) await recordChecksum(client, migration);
}

async function requireFreshShape(
  client: pg.ClientBase,
  schema: string,
  migrations: readonly Migration[],
  problem: string,
): Promise<void> {
  const differences = await differencesFromFresh(client, schema, migrations).catch((error: unknown) => {
    if (codeOf(error) !== INSUFFICIENT_PRIVILEGE) throw error;
    throw new MigrationError(
      `${problem}, and cannot be compared with a fresh schema: ${(error as Error).message}. ` +
        'Run it with a role that may create a schema in this database, by HOLDFAST_MIGRATION_URL.',
      { cause: error },
    );
  });
  if (differences.length === 0) return;
  const shown = differences.slice(0, MAX_DIFFERENCES_SHOWN).join('; ');
  const more = differences.length - MAX_DIFFERENCES_SHOWN;
  throw new MigrationError(
    `${problem}, and cannot be repaired, because its tables are not what this version makes: ` +
      `${shown}${more > 0 ? `; and ${more} more` : ''}. Nothing was changed. ` +
      'Make these as they are in prisma/migrations and run it again, or restore a backup.',
  );
}
