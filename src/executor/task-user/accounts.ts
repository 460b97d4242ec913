/** Looks up users and groups of this machine: by `getent`, which knows directories such as LDAP, or in /etc. */
import { execFile, type ExecFileException } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
}

/** Some directories answer late. */
const TIMEOUT_MS = 10_000;
/** Exit code of `getent`. */
const NOT_FOUND = 2;

const run = promisify(execFile);

/** `key`: a name or a number. Null: there is none. */
export async function findAccount(key: string): Promise<Account | null> {
  const [name = '', , uid, gid, , home = ''] = (await entryOf('passwd', key)) ?? [];
  return name === '' ? null : { name, uid: Number(uid), gid: Number(gid), home };
}

export async function findGroup(key: string): Promise<number | null> {
  const [, , gid] = (await entryOf('group', key)) ?? [];
  return gid === undefined ? null : Number(gid);
}

/** The fields of a line whose first or third is the key. */
async function entryOf(database: 'passwd' | 'group', key: string): Promise<readonly string[] | null> {
  const lines = (await byGetent(database, key)) ?? (await readFile(`/etc/${database}`, 'utf8'));
  const entries = lines.split('\n').map((line) => line.split(':'));
  const at = /^\d+$/.test(key) ? 2 : 0;
  return entries.find((fields) => fields.length > 2 && fields[at] === key) ?? null;
}

/** Null where there is no such program. */
async function byGetent(database: string, key: string): Promise<string | null> {
  try {
    return (await run('getent', [database, key], { timeout: TIMEOUT_MS })).stdout;
  } catch (error) {
    const { code, message } = error as ExecFileException;
    if (code === NOT_FOUND) return '';
    if (code === 'ENOENT') return null;
    throw new Error(`getent ${database} ${key} failed: ${message}`, { cause: error });
  }
}
