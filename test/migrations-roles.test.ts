import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { migrate, readMigrations } from '../src/database/migrations/migrations.js';
import { emptyDatabase, withClient } from './support/database.js';
import { ended } from './support/holdfast.js';
import { anotherMigration, appliedIn, ledgerOf, migrateProcess, shapeIn } from './support/migrations.js';
import { pipelinesFolder, taskStates, TestService } from './support/service.js';

const HOLDFAST_PATH = pipelinesFolder('pipelines: { p: { tasks: { t: { script: [echo hi] } } } }');

let names: string[] = [];
let fresh: unknown;

beforeAll(async () => {
  names = (await readMigrations()).map(({ name }) => name);
  const url = await emptyDatabase();
  await migrate(url);
  fresh = await shapeIn(url);
});

const execute = (url: string, ...statements: string[]) =>
  withClient(url, async (client) => {
    for (const statement of statements) await client.query(statement);
  });

/** A role that may do nothing yet, as which the address leads to the same database. */
async function roleIn(url: string): Promise<{ role: string; url: string }> {
  const role = `role_${randomBytes(6).toString('hex')}`;
  await execute(url, `CREATE ROLE ${role} LOGIN PASSWORD 'x'`);
  const own = new URL(url);
  own.username = role;
  own.password = 'x';
  return { role, url: own.href };
}

/** Those of docs/operators.md, for these roles. */
function grants(owner: string, role: string): string[] {
  const page = readFileSync(join(__dirname, '..', 'docs', 'operators.md'), 'utf8');
  const [, sql = ''] = /### By another role.*?```sql\n(.*?)```/s.exec(page) ?? [];
  const statements = sql.trim().split('\n');
  expect(statements).toHaveLength(3);
  return statements.map((one) => one.replace(/\bowner\b/, owner).replace(/\bapp\b/, role));
}

/** How a start that fails ends. */
async function failing(env: Record<string, string>): Promise<{ code: number | null; output: string }> {
  const service = new TestService({ HOLDFAST_PATH, ...env });
  const code = await service.exited;
  return { code, output: service.output };
}

async function expectToRun(env: Record<string, string>): Promise<void> {
  const service = new TestService({ HOLDFAST_PATH, ...env });
  const job = await service.completed(await service.schedule('p'));
  expect(taskStates(job)).toEqual({ t: 'done' });
  expect(await service.stop()).toBe(0);
}

const inSchema = (url: string, searchPath: string): string => {
  const own = new URL(url);
  own.searchParams.set('options', `-c search_path=${searchPath}`);
  return own.href.replaceAll('+', '%20');
};

describe('a first start', () => {
  test('in a schema with tables of others leaves them alone', async () => {
    const url = await emptyDatabase();
    await execute(
      url,
      'CREATE TABLE spatial_ref_sys (srid int)',
      'CREATE VIEW geometry_columns AS SELECT 1 AS a',
    );
    await expectToRun({ DATABASE_URL: url });
    expect(await shapeIn(url)).toMatchObject(fresh as object);
    expect(await appliedIn(url)).toEqual(names);
  });

  test.each([
    ['CREATE TABLE tasks (id int)', 'relation "tasks" already exists'],
    ['CREATE TYPE job_status AS ENUM ()', 'type "job_status" already exists'],
    [
      'CREATE TABLE others (id int); CREATE INDEX jobs_waiting ON others (id)',
      'relation "jobs_waiting" already exists',
    ],
  ])('says what is in its way, and changes nothing: %s', async (statement, message) => {
    const url = await emptyDatabase();
    await execute(url, statement);
    const before = await shapeIn(url);
    const { code, output } = await failing({ DATABASE_URL: url });
    expect(code).toBe(1);
    expect(output).toContain(
      `holdfast: migration ${String(names[0])} cannot be applied: ${message}. It was rolled back. ` +
        "This is not Holdfast's, and in the way: rename it, or give Holdfast a schema of its own",
    );
    expect(output).toContain('it now uses "public"');
    expect(await shapeIn(url)).toEqual(before);
    expect(await ledgerOf(url)).toEqual([]);
    // Nor does a repair take it for ours.
    await expect(migrate(url, { repair: true })).rejects.toThrow('Nothing was changed');
    expect(await shapeIn(url)).toEqual(before);

    await execute(url, 'CREATE SCHEMA own');
    await expectToRun({ DATABASE_URL: inSchema(url, 'own') });
    expect(await shapeIn(url, 'own')).toEqual(fresh);
    expect(await shapeIn(url)).toEqual(before);
  });

  test('does not mix its ledger with that of another application that uses Prisma', async () => {
    const url = await emptyDatabase();
    const others = [anotherMigration('CREATE TABLE others (id int)')];
    await migrate(url, { migrations: others });
    const before = [await shapeIn(url), await ledgerOf(url)];
    await expect(migrate(url)).rejects.toThrow(
      /^the table _prisma_migrations in schema "public" is another application's, which uses Prisma as well: give Holdfast a database or a schema of its own/,
    );
    expect([await shapeIn(url), await ledgerOf(url)]).toEqual(before);

    await execute(url, 'CREATE SCHEMA own');
    await expectToRun({ DATABASE_URL: inSchema(url, 'own,public') });
    expect(await shapeIn(url, 'own')).toEqual(fresh);
    expect([await shapeIn(url), await ledgerOf(url)]).toEqual(before);
  });

  test('needs a schema that exists', async () => {
    const url = await emptyDatabase();
    await expect(migrate(inSchema(url, 'nowhere'))).rejects.toThrow(
      'there is no schema to create tables in: none of the search_path exists',
    );
  });

  test('by a role without rights says so, and which setting helps', async () => {
    const url = await emptyDatabase();
    const { role, url: limited } = await roleIn(url);
    const { code, output } = await failing({ DATABASE_URL: limited });
    expect(code).toBe(1);
    expect(output).toContain(
      `cannot be applied: permission denied for schema public. It was rolled back. The role "${role}" may not change ` +
        'these tables: set HOLDFAST_MIGRATION_URL to the same database with a role that may.',
    );
  });
});

describe('a role that may only use the tables', () => {
  test('starts where all migrations are applied, and waits for nobody who applies others', async () => {
    const url = await emptyDatabase();
    const { role, url: limited } = await roleIn(url);
    await execute(url, ...grants(new URL(url).username, role));
    await migrate(url);
    await withClient(url, async (client) => {
      await client.query('SELECT pg_advisory_lock(4018330117)');
      await expectToRun({ DATABASE_URL: limited });
    });
  });

  test('starts after another role has migrated by HOLDFAST_MIGRATION_URL', async () => {
    const url = await emptyDatabase();
    const [owner, limited] = [await roleIn(url), await roleIn(url)];
    const database = new URL(url).pathname.slice(1);
    await execute(url, `ALTER DATABASE ${database} OWNER TO ${owner.role}`);
    await execute(owner.url, ...grants(owner.role, limited.role));
    await expectToRun({ DATABASE_URL: limited.url, HOLDFAST_MIGRATION_URL: owner.url });
    expect(await shapeIn(url)).toEqual(fresh);
  });

  test('is told what it may not read', async () => {
    const url = await emptyDatabase();
    await migrate(url);
    const { url: limited } = await roleIn(url);
    const { code, output } = await failing({ DATABASE_URL: limited });
    expect(code).toBe(1);
    expect(output).toMatch(
      /permission denied for table _prisma_migrations; .* grant the role USAGE on its schema and SELECT on it/,
    );
  });
});

describe('HOLDFAST_MIGRATION_URL', () => {
  test('has to lead to the same tables', async () => {
    const [url, other] = [await emptyDatabase(), await emptyDatabase()];
    const { code, output } = await failing({ DATABASE_URL: url, HOLDFAST_MIGRATION_URL: other });
    expect(code).toBe(1);
    expect(output).toMatch(
      /the database lacks migrations of this version: .*HOLDFAST_MIGRATION_URL: it has to lead to/,
    );
    expect(await ledgerOf(url)).toEqual([]);
  });
});

describe('HOLDFAST_MIGRATE=off', () => {
  test('keeps a start from migrating, and says what is missing', async () => {
    const url = await emptyDatabase();
    await migrate(url, { migrations: (await readMigrations()).slice(0, 7) });
    const off = { DATABASE_URL: url, HOLDFAST_MIGRATE: 'off' };
    const { code, output } = await failing(off);
    expect([code, output]).toEqual([
      1,
      `holdfast: the database lacks migrations of this version: ${names.slice(7).join(', ')}. ` +
        'HOLDFAST_MIGRATE is off: run `npm run migrate` (in the image: `node /app/dist/migrate.js`) first.\n',
    ]);
    expect(await appliedIn(url)).toEqual(names.slice(0, 7));

    // It is for starts; this is what applies them.
    expect(await ended(migrateProcess(off))).toMatchObject({
      code: 0,
      stdout: `holdfast: applied ${names.slice(7).join(', ')}\n`,
    });
    await expectToRun(off);
  });

  test('npm run migrate applies them by the role that may', async () => {
    const url = await emptyDatabase();
    const limited = await roleIn(url);
    await execute(url, ...grants(new URL(url).username, limited.role));
    const env = { DATABASE_URL: limited.url, HOLDFAST_MIGRATION_URL: url, HOLDFAST_MIGRATE: 'off' };
    expect((await ended(migrateProcess(env))).code).toBe(0);
    await expectToRun(env);
  });
});

describe('a start that migrates an older database', () => {
  test('says what it has applied', async () => {
    const url = await emptyDatabase();
    await migrate(url, { migrations: (await readMigrations()).slice(0, 7) });
    const service = new TestService({ DATABASE_URL: url, HOLDFAST_PATH });
    await service.greeting();
    expect(await service.stop()).toBe(0);
    expect(service.output).toContain(`holdfast: applied migrations: ${names.slice(7).join(', ')}\n`);
  });
});
