/** Prisma's schema engine as WASM: the same as `prisma migrate`'s, without its download. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import pg from 'pg';
import * as engine from '@prisma/schema-engine-wasm/schema_engine_bg';

type Exports = Readonly<Record<string, unknown>>;

/** Node has it; its types for version 20 do not say so. */
declare const WebAssembly: {
  instantiate(bytes: Uint8Array, imports: object): Promise<{ instance: { exports: Exports } }>;
};

/** wasm-bindgen's own name, which its type declarations leave out. */
interface Loadable {
  __wbg_set_wasm(exports: Exports): void;
}

let loaded: Promise<void> | undefined;

async function load(): Promise<void> {
  const script = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg');
  const bytes = await readFile(join(dirname(script), 'schema_engine_bg.wasm'));
  const { instance } = await WebAssembly.instantiate(bytes, { './schema_engine_bg.js': engine });
  (engine as unknown as Loadable).__wbg_set_wasm(instance.exports);
  (instance.exports['__wbindgen_start'] as () => void)();
}

/** `schema` is the text of schema.prisma. */
export async function withSchemaEngine<T>(
  url: string,
  schema: string,
  use: (engine: engine.SchemaEngine) => Promise<T>,
): Promise<T> {
  await (loaded ??= load());
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
      return await use(opened);
    } finally {
      opened.free();
    }
  } finally {
    await pool.end();
  }
}
