/** Reads this version's migrations: a folder each below `prisma/migrations`, as Prisma lays them out. */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** `prisma` stands beside `src` and `dist`. */
const FOLDER = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', 'prisma', 'migrations');

export interface Migration {
  /** Name of its folder. Migrations are applied in the order of their names. */
  readonly name: string;
  readonly sql: string;
  /** As Prisma keeps it: SHA-256 of the file, in hexadecimal. */
  readonly checksum: string;
}

export async function readMigrations(folder = FOLDER): Promise<readonly Migration[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  return Promise.all(
    names.sort().map(async (name) => {
      const sql = await readFile(join(folder, name, 'migration.sql'), 'utf8');
      return { name, sql, checksum: sha256(sql) };
    }),
  );
}

/** Line ends do not count, because a checkout on Windows may have changed them. */
export function matchesChecksum({ sql }: Migration, checksum: string): boolean {
  const lines = sql.split(/\r?\n/);
  return [sql, lines.join('\n'), lines.join('\r\n')].some((text) => sha256(text) === checksum);
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
