/** Prisma's schema engine as WASM: that of `prisma migrate`, without its download. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import pg from 'pg';
import * as engine from '@prisma/schema-engine-wasm/schema_engine_bg';
import type { Migration } from '../../src/database/migrations/files.js';

type Exports = Readonly<Record<string, unknown>>;

/** Node has it, though its types for version 20 do not say so. */
declare const WebAssembly: {
  instantiate(bytes: Uint8Array, imports: object): Promise<{ instance: { exports: Exports } }>;
};

/** wasm-bindgen's own name, which its type declarations leave out. */
interface Loadable {
  __wbg_set_wasm(exports: Exports): void;
}

let loaded: Promise<void> | undefined;

async function load(): Promise<void> {
  const script = createRequire(__filename).resolve('@prisma/schema-engine-wasm/schema_engine_bg');
  const bytes = await readFile(join(dirname(script), 'schema_engine_bg.wasm'));
  const { instance } = await WebAssembly.instantiate(bytes, { './schema_engine_bg.js': engine });
  (engine as unknown as Loadable).__wbg_set_wasm(instance.exports);
  (instance.exports['__wbindgen_start'] as () => void)();
}

const PRISMA = join(__dirname, '..', '..', 'prisma');

export const readSchema = () => readFile(join(PRISMA, 'schema.prisma'), 'utf8');

/** All tables of a schema are Prisma's. */
export const NO_FILTERS = { externalTables: [], externalEnums: [] };

/** As the engine wants to be given migrations. */
export async function migrationsList(migrations: readonly Pick<Migration, 'name' | 'sql'>[]) {
  const lockfile = 'migration_lock.toml';
  return {
    baseDir: join(PRISMA, 'migrations'),
    lockfile: { path: lockfile, content: await readFile(join(PRISMA, 'migrations', lockfile), 'utf8') },
    shadowDbInitScript: '',
    migrationDirectories: migrations.map(({ name, sql }) => ({
      path: name,
      migrationFile: { path: 'migration.sql', content: { tag: 'ok' as const, value: sql } },
    })),
  };
}

/** What `prisma migrate deploy` does, and what every start of an older version did. Returns the names that it applied. */
export const deployByPrisma = (url: string, migrations: readonly Pick<Migration, 'name' | 'sql'>[]) =>
  withSchemaEngine(url, async (one) => {
    const list = await migrationsList(migrations);
    return (await one.applyMigrations({ migrationsList: list, filters: NO_FILTERS })).appliedMigrationNames;
  });

export async function withSchemaEngine<T>(
  url: string,
  use: (engine: engine.SchemaEngine, schema: string) => Promise<T>,
): Promise<T> {
  await (loaded ??= load());
  const schema = await readSchema();
  const pool = new pg.Pool({ connectionString: url, max: 2, connectionTimeoutMillis: 10_000 });
  pool.on('error', () => undefined);
  const adapter = bindMigrationAwareSqlAdapterFactory(new PrismaPg(pool));
  const silent = () => undefined;
  try {
    const opened = await engine.SchemaEngine.new(
      { datamodels: [['schema.prisma', schema]] },
      silent,
      adapter,
    );
    try {
      return await use(opened, schema);
    } finally {
      opened.free();
    }
  } finally {
    await pool.end();
  }
}
