/** Finds the password for a host when the server asks for one: in the address, in a file, or in libpq's password file. */
import { readFile, stat } from 'node:fs/promises';
import type { DatabaseAddress, DatabaseHost } from '../../config/database/address.js';
import { isSocket } from '../../config/database/hosts.js';
import { logger } from '../../telemetry/log.js';

const log = logger('database');

const OTHERS_MAY_READ = 0o077;
const warned = new Set<string>();

export async function passwordFor(address: DatabaseAddress, host: DatabaseHost): Promise<string> {
  const { password, passFile } = address;
  if (password.kind === 'text') return password.text;
  if (password.kind === 'file') return (await readFile(password.file, 'utf8')).replace(/\r?\n$/, '');
  const found = passFile === null ? null : findPassword(await textOf(passFile), address, host);
  if (found === null) throw new Error('the server asks for a password, and none is set');
  return found;
}

/** As libpq, it takes none from a file that others can read. */
async function textOf(file: string): Promise<string> {
  try {
    const { mode } = await stat(file);
    if ((mode & OTHERS_MAY_READ) === 0) return await readFile(file, 'utf8');
    if (!warned.has(file))
      log.warn(`the password file ${file} is not used, because others may read it: chmod 600`);
    warned.add(file);
  } catch {
    // It need not be there.
  }
  return '';
}

/** A line is `host:port:database:user:password`; `*` stands for any, and a backslash before `:` or itself. */
export function findPassword(
  text: string,
  { database, user }: Pick<DatabaseAddress, 'database' | 'user'>,
  host: DatabaseHost,
): string | null {
  const wanted = [
    [host.host, ...(isSocket(host) ? ['localhost'] : [])],
    [String(host.port)],
    [database],
    [user],
  ];
  for (const line of text.split(/\r?\n/)) {
    if (line.startsWith('#')) continue;
    const fields = (line.match(/(?:^|:)((?:\\.|[^:\\])*)/g) ?? []).map((field, at) =>
      (at === 0 ? field : field.slice(1)).replace(/\\(.)/g, '$1'),
    );
    if (fields.length < 5) continue;
    if (wanted.every((values, at) => fields[at] === '*' || values.includes(fields[at] ?? '')))
      return fields.slice(4).join(':');
  }
  return null;
}
