import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type pg from 'pg';
import { migrate, readMigrations } from '../src/database/migrations/migrations.js';
import { emptyDatabase, withClient } from './support/database.js';
import { anotherMigration, ledgerOf, shapeIn } from './support/migrations.js';
import { deployByPrisma, migrationsList, NO_FILTERS, withSchemaEngine } from './support/schema-engine.js';

/** Those of a released version, which users have applied. A new migration adds a line; none ever changes. */
const CHECKSUMS = {
  '20261123180000_jobs_tasks_output': 'cd7b349bd05946d0ffed15f036ead8a7e030efe3a84af5d0650d29d64a8ac088',
  '20261123191500_start_delay': 'f42aee1b383b87515fec329385531530518d7d0c2a9f46a121d4199aac0bbe12',
  '20261123193000_retention': 'fe2c1b7f18392c2bc622b3e2b8b2c215f0797ce56a37a4949c814dee5b260ceb',
  '20261125030000_nothing_lost': 'd13df0329ead1787c61916d38362051aa650dab35d9b748d9d1dedef2e3b8320',
  '20261125050000_trace': '865e3694d0f57aeb33f5180e31bcc3d2b0a849e39cc66f85d923090aea9bf1fe',
  '20261125133000_audit': 'cff98b8971565cf366187ee40b408be0d4c3889306afbe443a175a37a31bde0d',
  '20261125135000_lists': 'd7978fd6598cfbdc4c385acbc0ec50e56a688cdc852410816c18cd2b06bd8484',
  '20261125140000_rerun': '9381b2008b51fd765857cf8645a0152e55aa41e3aa999dd3bf08b3d0b60edd94',
  '20261125150000_ended': 'fef146dee948e77663ea58e06eafef4a16a1857c8906322a64db89f6bb30a6e1',
  '20261130233000_oldest_waiting': 'a70cc631363497d21ce807efe41bf51ab7cab0954234c7a8c1da01a68fa3b5a2',
  '20261201030000_arrivals': 'af9fc1251d084dbb12139b9056e5c9d7a6e3665a439e7387320ded2706a16e71',
};

/** Partial indexes, those over expressions, CHECKs and storage parameters: Prisma's schema cannot say these. */
const ONLY_IN_SQL = / WHERE | USING \w+ \(.*\(|CHECK|^table /;

const LEDGER_TABLE = `
  SELECT attname, format_type(atttypid, atttypmod), attnotnull, pg_get_expr(adbin, adrelid)
    FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
   WHERE attrelid = '_prisma_migrations'::regclass AND attnum > 0 ORDER BY attnum`;

const namesOf = (migrations: readonly { name: string }[]) => migrations.map(({ name }) => name);

const query = <R extends pg.QueryResultRow>(url: string, text: string, values: unknown[] = []) =>
  withClient(url, async (client) => (await client.query<R>(text, values)).rows);

describe('the migrations', () => {
  test('agree with schema.prisma', async () => {
    const [migrated, wanted] = [await emptyDatabase(), await emptyDatabase()];
    await migrate(migrated);
    const script = await withSchemaEngine(wanted, async (engine, schema) => {
      const { stdout } = await engine.diff({
        from: { tag: 'empty' },
        to: { tag: 'schemaDatamodel', files: [{ path: 'schema.prisma', content: schema }] } as never,
        script: true,
        exitCode: null,
        filters: NO_FILTERS,
      });
      return String(stdout);
    });
    await query(wanted, script);
    const sayable = async (url: string) =>
      Object.entries(await shapeIn(url)).filter((entry) => !ONLY_IN_SQL.test(entry.join(' ')));
    const shape = await sayable(wanted);
    expect(shape).toContainEqual(['column jobs.status', 'job_status NOT NULL']);
    expect(shape).toContainEqual(['index jobs_definition', expect.stringContaining('(definition_id)')]);
    expect(await sayable(migrated)).toEqual(shape);
  });

  test('keep the text that they were released with', async () => {
    const checksums = (await readMigrations()).map(({ name, checksum }) => [name, checksum]);
    expect(Object.fromEntries(checksums)).toEqual(CHECKSUMS);
  });

  test('are applied once when several processes start at once', async () => {
    const url = await emptyDatabase();
    const applied = await Promise.all([migrate(url), migrate(url), migrate(url), migrate(url)]);
    expect(applied.flat().sort()).toEqual(namesOf(await readMigrations()));
    expect(await migrate(url)).toEqual([]);
  });

  test('each stay inside one transaction from their first statement to their last', async () => {
    const url = await emptyDatabase();
    const migrations = await readMigrations();
    const ids: unknown[] = [];
    for (const migration of migrations)
      await withClient(url, async (client) => {
        const transaction = async () =>
          ids.push(
            (await client.query<{ id: string }>('SELECT pg_current_xact_id()::text AS id')).rows[0]?.id,
          );
        await client.query('BEGIN');
        await transaction();
        await client.query(migration.sql);
        await transaction();
        await client.query('COMMIT');
      });
    const pairs = migrations.map((_, at) => ids.slice(2 * at, 2 * at + 2));
    expect(pairs).toEqual(pairs.map(([first]) => [first, first]));
    expect(new Set(ids).size).toBe(migrations.length);
  });

  test('each fail at their first statement if they are applied twice, so that one that succeeds was not applied', async () => {
    const url = await emptyDatabase();
    await migrate(url);
    for (const { sql } of await readMigrations()) {
      const first = sql.split(';')[0] as string;
      await expect(query(url, first)).rejects.toThrow(/already exists/);
    }
  });

  test('may hold semicolons in comments, texts and functions', async () => {
    const url = await emptyDatabase();
    const own = anotherMigration(`
      -- One; two; three
      CREATE TABLE "semi;colons" (id int, text text DEFAULT 'a;b' /* c;d /* e;f */ */);
      CREATE FUNCTION two() RETURNS int LANGUAGE plpgsql AS $body$ BEGIN PERFORM 1; RETURN 2; END; $body$;
      INSERT INTO "semi;colons" VALUES (two())`);
    const migrations = [...(await readMigrations()), own];
    expect(await migrate(url, { migrations })).toEqual(namesOf(migrations));
    expect(await query(url, 'SELECT id, text FROM "semi;colons"')).toEqual([{ id: 2, text: 'a;b' }]);
  });

  test.each([
    [
      'CREATE INDEX CONCURRENTLY own ON jobs (id)',
      'CREATE INDEX CONCURRENTLY cannot run inside a transaction block',
    ],
    ['VACUUM jobs', 'VACUUM cannot run inside a transaction block'],
    [
      'CREATE TABLE own (id int);\n\nCREATE TABLE others (\n  id int,\n  other no_type\n)',
      '(line 5): type "no_type" does not exist',
    ],
    [
      'INSERT INTO "jobs" DEFAULT VALUES',
      'null value in column "id" of relation "jobs" violates not-null constraint. It was',
    ],
    ['CREATE TABLE own (id int); SELECT 1 / 0', 'division by zero'],
  ])('that fail say where and why, and leave nothing: %s', async (sql, message) => {
    const url = await emptyDatabase();
    await migrate(url);
    const before = [await shapeIn(url), await ledgerOf(url)];
    const own = anotherMigration(sql);
    const failing = migrate(url, { migrations: [...(await readMigrations()), own] });
    await expect(failing).rejects.toThrow(message);
    await expect(failing).rejects.toThrow(
      new RegExp(`^migration ${own.name} cannot be applied.* It was rolled back\\.$`, 's'),
    );
    expect([await shapeIn(url), await ledgerOf(url)]).toEqual(before);
  });
});

describe('the ledger', () => {
  test('is the one that prisma migrate deploy keeps', async () => {
    const [ours, prismas] = [await emptyDatabase(), await emptyDatabase()];
    const migrations = await readMigrations();
    expect(await migrate(ours)).toEqual(await deployByPrisma(prismas, migrations));
    expect(await ledgerOf(ours)).toEqual(await ledgerOf(prismas));
    expect(await query(ours, LEDGER_TABLE)).toEqual(await query(prismas, LEDGER_TABLE));
    expect(await shapeIn(ours)).toEqual(await shapeIn(prismas));
  });

  test('lets prisma migrate deploy take over, and is taken over from it', async () => {
    const url = await emptyDatabase();
    const [migrations, next] = [await readMigrations(), anotherMigration('CREATE TABLE next (id int)')];
    await deployByPrisma(url, migrations.slice(0, 4));
    expect(await migrate(url)).toEqual(namesOf(migrations.slice(4)));
    const all = [...migrations, next];
    const diagnosis = await withSchemaEngine(url, async (engine) => {
      const list = await migrationsList(migrations);
      return engine.diagnoseMigrationHistory({
        migrationsList: list,
        optInToShadowDatabase: false,
        filters: NO_FILTERS,
      });
    });
    expect(diagnosis).toMatchObject({
      editedMigrationNames: [],
      failedMigrationNames: [],
      hasMigrationsTable: true,
      history: null,
    });
    expect(await deployByPrisma(url, all)).toEqual([next.name]);
    expect(await migrate(url, { migrations: all })).toEqual([]);
  });

  test('of a newer version does not disturb an older one', async () => {
    const url = await emptyDatabase();
    const migrations = await readMigrations();
    await migrate(url);
    expect(await migrate(url, { migrations: migrations.slice(0, 5) })).toEqual([]);
  });

  test('counts whatever the line ends of a checkout are', async () => {
    const url = await emptyDatabase();
    const migrations = await readMigrations();
    await migrate(url, {
      migrations: migrations.map(({ name, sql }) => anotherMigration(sql.replaceAll('\n', '\r\n'), name)),
    });
    expect(await migrate(url, { repair: true })).toEqual([]);
    const kept = (await ledgerOf(url)).map(({ checksum }) => checksum);
    expect(kept).not.toEqual(migrations.map(({ checksum }) => checksum));
  });
});

test('the schema is one that Prisma accepts', () => {
  const cli = join(__dirname, '..', 'node_modules', 'prisma', 'build', 'index.js');
  const env = { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath };
  expect(execFileSync(process.execPath, [cli, 'validate'], { encoding: 'utf8', env })).toContain('is valid');
});
