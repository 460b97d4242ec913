import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { migrate, readMigrations, readSchema } from '../src/database/migrations/migrations.js';
import { withSchemaEngine } from '../src/database/migrations/schema-engine.js';
import { emptyDatabase, withClient } from './support/database.js';

const filters = { externalTables: [], externalEnums: [] };

/** Everything of a database that Prisma's schema can say; partial indexes, those over expressions, and CHECKs it cannot. */
const SHAPE = `
  SELECT 'column ' || table_name || '.' || column_name || ' ' || udt_name || coalesce('(' || character_maximum_length || ')', '')
         || ' ' || is_nullable || ' ' || coalesce(column_default, '') || ' ' || coalesce(datetime_precision::text, '') AS line
    FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE '\\_prisma%'
  UNION ALL
  SELECT 'constraint ' || conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype IN ('p', 'u', 'f')
         AND conrelid::regclass::text NOT LIKE '%\\_prisma%'
  UNION ALL
  SELECT 'index ' || indexrelid::regclass || ' ' || pg_get_indexdef(indexrelid)
    FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
    WHERE relnamespace = 'public'::regnamespace AND indpred IS NULL AND indexprs IS NULL AND indrelid::regclass::text NOT LIKE '%\\_prisma%'
  UNION ALL
  SELECT 'enum ' || typname || ' ' || string_agg(enumlabel, ',' ORDER BY enumsortorder)
    FROM pg_enum JOIN pg_type ON pg_type.oid = enumtypid GROUP BY typname
  ORDER BY line`;

const shapeOf = (url: string) =>
  withClient(url, async (client) =>
    (await client.query<{ line: string }>(SHAPE)).rows.map(({ line }) => line),
  );

describe('the migrations', () => {
  test('agree with schema.prisma', async () => {
    const [migrated, wanted] = [await emptyDatabase(), await emptyDatabase()];
    await migrate(migrated);
    const schema = await readSchema();
    const { stdout } = await withSchemaEngine(wanted, schema, (engine) =>
      engine.diff({
        from: { tag: 'empty' },
        to: { tag: 'schemaDatamodel', files: [{ path: 'schema.prisma', content: schema }] } as never,
        script: true,
        exitCode: null,
        filters,
      }),
    );
    await withClient(wanted, (client) => client.query(String(stdout)));
    const shape = await shapeOf(wanted);
    expect(shape).toContainEqual(expect.stringContaining('column jobs.status job_status NO'));
    expect(await shapeOf(migrated)).toEqual(shape);
  });

  test('are applied once when several processes start at once', async () => {
    const url = await emptyDatabase();
    const names = (await readMigrations()).migrationDirectories.map(({ path }) => path);
    const applied = await Promise.all([migrate(url), migrate(url), migrate(url), migrate(url)]);
    expect(applied.flat()).toEqual(names);
    expect(await migrate(url)).toEqual([]);
  });

  test('are kept in the books as prisma migrate deploy keeps them, so that it can take over', async () => {
    const url = await emptyDatabase();
    await migrate(url);
    const { migrationDirectories } = await readMigrations();
    const books = await withClient(url, async (client) => {
      const { rows } = await client.query(
        `SELECT migration_name AS name, checksum FROM _prisma_migrations
         WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL AND applied_steps_count = 1 ORDER BY name`,
      );
      return rows as unknown[];
    });
    const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
    expect(books).toEqual(
      migrationDirectories.map(({ path, migrationFile }) => ({
        name: path,
        checksum: sha256(migrationFile.content.value),
      })),
    );
  });

  test('do not stand in the way of a newer version’s', async () => {
    const url = await emptyDatabase();
    await migrate(url);
    await withClient(url, (client) =>
      client.query(`INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at, applied_steps_count)
                    VALUES ('x', 'x', '99999999999999_later', now(), 1)`),
    );
    expect(await migrate(url)).toEqual([]);
  });

  test('that fail say so, and leave no half of a table', async () => {
    const url = await emptyDatabase();
    await withClient(url, (client) => client.query('CREATE TABLE tasks (id int)'));
    await expect(migrate(url)).rejects.toThrow(
      /the migrations cannot be applied: .*(already exists|not empty)/s,
    );
  });
});

test('the schema is one that Prisma accepts', () => {
  const cli = join(__dirname, '..', 'node_modules', 'prisma', 'build', 'index.js');
  const env = { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath };
  expect(execFileSync(process.execPath, [cli, 'validate'], { encoding: 'utf8', env })).toContain('is valid');
});
