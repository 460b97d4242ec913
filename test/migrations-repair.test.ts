import type pg from 'pg';
import type { Migration } from '../src/database/migrations/files.js';
import { migrate, readMigrations } from '../src/database/migrations/migrations.js';
import { copyOf, dropDatabase, emptyDatabase, withClient } from './support/database.js';
import { ended } from './support/holdfast.js';
import { anotherMigration, appliedIn, ledgerOf, migrateProcess, shapeIn } from './support/migrations.js';
import { deployByPrisma, migrationsList, NO_FILTERS, withSchemaEngine } from './support/schema-engine.js';

/** Dozens of databases, one for each statement of each migration. */
const EVERY_STATEMENT_MS = 600_000;

const query = <R extends pg.QueryResultRow>(url: string, text: string, values: unknown[] = []) =>
  withClient(url, async (client) => (await client.query<R>(text, values)).rows);

/** A job that an older version runs, so that migrations find rows. */
const DATA = `
  INSERT INTO definitions VALUES (repeat('0', 64), '{}');
  INSERT INTO jobs (id, pipeline, definition_id, status, started_at)
    VALUES ('00000000-0000-0000-0000-000000000001', 'p', repeat('0', 64), 'running', now());
  INSERT INTO tasks (job_id, name, status, attempt, worker, started_at, exit_code)
    VALUES ('00000000-0000-0000-0000-000000000001', 't', 'running', 1, 'w1', now(), -1)`;

let migrations: readonly Migration[] = [];
let names: string[] = [];
/** Databases with none, one, two … of the migrations. */
const templates: string[] = [];
let fresh: unknown;

beforeAll(async () => {
  migrations = await readMigrations();
  names = migrations.map(({ name }) => name);
  let last: string | null = null;
  for (let count = 0; count <= migrations.length; count += 1) {
    const url: string = last === null ? await emptyDatabase() : await copyOf(last);
    await migrate(url, { migrations: migrations.slice(0, count) });
    if (count === 1) await query(url, DATA);
    templates.push(url);
    last = url;
  }
  fresh = await shapeIn(String(last));
});

/** As older versions cut a file into statements, each of which they committed. */
const piecesOf = ({ sql }: Migration): string[] =>
  sql
    .split(';')
    .map((piece) => piece.trim())
    .filter((piece) => piece !== '');

/** What an older version leaves that is killed after `count` statements of the migration at `index`. */
async function interrupted(index: number, count: number): Promise<string> {
  const url = await copyOf(templates[index] as string);
  const migration = migrations[index] as Migration;
  await query(
    url,
    `CREATE TABLE IF NOT EXISTS _prisma_migrations (id varchar(36) PRIMARY KEY, checksum varchar(64) NOT NULL,
       finished_at timestamptz, migration_name varchar(255) NOT NULL, logs text, rolled_back_at timestamptz,
       started_at timestamptz NOT NULL DEFAULT now(), applied_steps_count integer NOT NULL DEFAULT 0);
     INSERT INTO _prisma_migrations (id, checksum, migration_name)
       VALUES (gen_random_uuid()::text, '${migration.checksum}', '${migration.name}')`,
  );
  for (const piece of piecesOf(migration).slice(0, count)) await query(url, piece);
  return url;
}

const stateOf = async (url: string) => [await shapeIn(url), await ledgerOf(url)];

async function expectWhole(url: string, { hasData = true } = {}): Promise<void> {
  expect(await shapeIn(url)).toEqual(fresh);
  expect(await appliedIn(url)).toEqual(names);
  const count = async (table: string) => (await query(url, `SELECT FROM ${table}`)).length;
  expect([await count('sweep'), await count('workers'), await count('tasks')]).toEqual(
    hasData ? [1, 1, 1] : [1, 0, 0],
  );
  const diagnosis = await withSchemaEngine(url, async (engine) =>
    engine.diagnoseMigrationHistory({
      migrationsList: await migrationsList(migrations),
      optInToShadowDatabase: false,
      filters: NO_FILTERS,
    }),
  );
  expect(diagnosis).toMatchObject({ editedMigrationNames: [], failedMigrationNames: [], history: null });
}

describe('what an older version left of a migration', () => {
  test(
    'is applied again if it is nothing, and otherwise repaired on request: after each statement of each migration',
    async () => {
      let repaired = 0;
      for (const [index, migration] of migrations.entries()) {
        for (let count = 0; count <= piecesOf(migration).length; count += 1) {
          const url = await interrupted(index, count);
          const before = await stateOf(url);
          if (count === 0) {
            expect(await migrate(url)).toEqual(names.slice(index));
          } else {
            await expect(migrate(url)).rejects.toThrow(
              new RegExp(
                `^migration ${migration.name} cannot be applied: .* already exists. It was rolled back. ` +
                  'An older version of Holdfast was interrupted .*: back up the database, then run `npm run migrate -- --repair`',
              ),
            );
            expect(await stateOf(url)).toEqual(before);
            expect(await migrate(url, { repair: true })).toEqual(names.slice(index));
            repaired += 1;
          }
          // The first migration was interrupted before there was a job.
          await expectWhole(url, { hasData: index > 0 });
          await dropDatabase(url);
        }
      }
      expect(repaired).toBe(migrations.flatMap(piecesOf).length);
    },
    EVERY_STATEMENT_MS,
  );

  test('is found also where an older version, run by Prisma’s engine, met a lock', async () => {
    const url = await copyOf(templates[3] as string);
    const name = new URL(url).pathname.slice(1);
    await query(url, `ALTER DATABASE ${name} SET lock_timeout = 200`);
    await withClient(url, async (client) => {
      await client.query('BEGIN; LOCK TABLE tasks IN ACCESS SHARE MODE');
      await expect(deployByPrisma(url, migrations)).rejects.toThrow('lock timeout');
    });
    expect((await ledgerOf(url)).at(-1)).toMatchObject({
      state: 'unfinished',
      logs: expect.stringContaining('lock timeout') as unknown,
    });
    await expect(deployByPrisma(url, migrations)).rejects.toThrow('failed migrations');
    const start = await ended(migrateProcess({ DATABASE_URL: url }));
    expect(start).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('--repair') as unknown,
    });
    expect(await ended(migrateProcess({ DATABASE_URL: url }, '--repair'))).toEqual({
      code: 0,
      stdout: `holdfast: applied ${names.slice(3).join(', ')}\n`,
      stderr: '',
    });
    await expectWhole(url);
    expect(await deployByPrisma(url, migrations)).toEqual([]);
  });

  test.each([
    ['has been removed', 'DELETE FROM _prisma_migrations WHERE finished_at IS NULL'],
    [
      'is marked as rolled back',
      'UPDATE _prisma_migrations SET rolled_back_at = now() WHERE finished_at IS NULL',
    ],
  ])('is repaired also where its row %s', async (_how, statement) => {
    const url = await interrupted(3, 7);
    await query(url, statement);
    await expect(migrate(url)).rejects.toThrow(/"workers" already exists.* --repair/);
    expect(await migrate(url, { repair: true })).toEqual(names.slice(3));
    await expectWhole(url);
  });

  test('is repaired beside what an administrator has added', async () => {
    const url = await interrupted(3, 7);
    await query(
      url,
      `CREATE INDEX own ON jobs (ended_at); ALTER TABLE jobs ADD COLUMN own int; CREATE TABLE others (id int)`,
    );
    expect(await migrate(url, { repair: true })).toEqual(names.slice(3));
    expect(await appliedIn(url)).toEqual(names);
  });

  test.each([
    [
      'ALTER TABLE workers ALTER lease_ms TYPE bigint',
      'column workers.lease_ms is "bigint NOT NULL", not "integer NOT NULL"',
    ],
    [
      'ALTER TABLE workers RESET (fillfactor)',
      'table workers is "TABLE WITH ()", not "TABLE WITH (fillfactor=50)"',
    ],
    ['ALTER TABLE workers DROP CONSTRAINT workers_lease', 'there is no constraint workers.workers_lease'],
    [
      'DROP INDEX workers_name; CREATE INDEX workers_name ON workers (name)',
      'index workers_name is "CREATE INDEX workers_name ON workers USING btree (name)", not "CREATE UNIQUE INDEX',
    ],
    ['ALTER TABLE jobs ALTER created_at DROP DEFAULT', 'column jobs.created_at is'],
    [
      "ALTER TYPE job_status ADD VALUE 'lost'",
      'type job_status is "waiting, running, done, error, canceled, lost"',
    ],
    ['ALTER SEQUENCE tasks_id_seq INCREMENT 2', 'sequence tasks_id_seq is "bigint 1 2 '],
    [
      'ALTER TABLE workers RENAME TO own',
      'cannot be repaired: relation "workers" does not exist, at "CREATE UNIQUE INDEX',
    ],
  ])('is left as it is where its tables are not ours: %s', async (statement, difference) => {
    const url = await interrupted(3, 7);
    await query(url, statement);
    const before = await stateOf(url);
    const repairing = migrate(url, { repair: true });
    await expect(repairing).rejects.toThrow(
      `migration ${String(names[3])} is half applied, and cannot be repaired`,
    );
    await expect(repairing).rejects.toThrow(difference);
    expect(await stateOf(url)).toEqual(before);
  });

  test('is left as it is where the role may not create a schema to compare with', async () => {
    const url = await interrupted(3, 7);
    const database = new URL(url).pathname.slice(1);
    const owner = `owner_${database}`;
    await query(
      url,
      `CREATE ROLE ${owner} LOGIN PASSWORD 'x'; GRANT ALL ON SCHEMA public TO ${owner};
       DO $$ DECLARE object record; BEGIN
         FOR object IN SELECT oid::regclass AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
         LOOP EXECUTE format('ALTER TABLE %s OWNER TO ${owner}', object.name); END LOOP;
         FOR object IN SELECT oid::regtype AS name FROM pg_type WHERE typnamespace = 'public'::regnamespace AND typtype = 'e'
         LOOP EXECUTE format('ALTER TYPE %s OWNER TO ${owner}', object.name); END LOOP;
       END $$`,
    );
    const limited = new URL(url);
    limited.username = owner;
    limited.password = 'x';
    await expect(migrate(limited.href, { repair: true })).rejects.toThrow(
      /cannot be compared with a fresh schema: permission denied for database .* HOLDFAST_MIGRATION_URL/,
    );
    await query(url, `GRANT CREATE ON DATABASE ${database} TO ${owner}`);
    expect(await migrate(limited.href, { repair: true })).toEqual(names.slice(3));
    await expectWhole(url);
  });
});

describe('a migration that was applied from another text', () => {
  const edited = () => migrations.map((one) => anotherMigration(`-- Another comment\n${one.sql}`, one.name));
  const WARNING = "holdfast: warning: migrations were applied from another text than this version's";

  test('is told and does not stop a start; on request its tables are compared, and the new text noted', async () => {
    const url = await emptyDatabase();
    await migrate(url, { migrations: edited() });
    const start = await ended(migrateProcess({ DATABASE_URL: url }));
    expect(start).toMatchObject({ code: 0, stderr: expect.stringContaining(WARNING) as unknown });
    expect(start.stderr.trim().split('\n')).toHaveLength(1);
    expect((await ended(migrateProcess({ DATABASE_URL: url }, '--repair'))).code).toBe(0);
    expect((await ledgerOf(url)).map(({ checksum }) => checksum)).toEqual(
      migrations.map(({ checksum }) => checksum),
    );
    expect((await ended(migrateProcess({ DATABASE_URL: url }))).stderr).toBe('');
    await expectWhole(url, { hasData: false });
  });

  test('whose tables are others is left as it is', async () => {
    const url = await emptyDatabase();
    await migrate(url, { migrations: edited() });
    await query(url, 'ALTER TABLE jobs DROP COLUMN due_at');
    const before = await stateOf(url);
    await expect(migrate(url, { repair: true })).rejects.toThrow(
      /there is no column jobs.due_at.*Nothing was changed/,
    );
    expect(await stateOf(url)).toEqual(before);
  });
});

describe('npm run migrate', () => {
  test('--repair of what is whole changes nothing', async () => {
    const url = await copyOf(templates.at(-1) as string);
    const before = await stateOf(url);
    expect(await ended(migrateProcess({ DATABASE_URL: url }, '--repair'))).toEqual({
      code: 0,
      stdout: 'holdfast: the database is up to date\n',
      stderr: '',
    });
    expect(await stateOf(url)).toEqual(before);
  });

  test.each([
    ['an unknown argument', ['--mend'], {}, "holdfast: Unknown option '--mend'"],
    ['no address', [], {}, 'holdfast: DATABASE_URL: expected the database to migrate'],
  ])('refuses %s', async (_what, args, env, message) => {
    const { code, stderr } = await ended(migrateProcess(env, ...args));
    expect([code, stderr]).toEqual([1, expect.stringContaining(message)]);
  });

  test('--help says what it does', async () => {
    const { code, stdout } = await ended(migrateProcess({}, '--help'));
    expect([code, stdout]).toEqual([0, expect.stringContaining('npm run migrate [-- --repair]')]);
  });
});
