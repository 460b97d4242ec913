/** Runs a program of Postgres, as root under another user, because Postgres refuses to run as root. */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { promisify } from 'node:util';
import { EmbeddedError } from './binaries.js';

export interface User {
  readonly uid: number;
  readonly gid: number;
}

/** Who owns a new cluster; null: we ourselves, not being root. The owner of an existing one stays. */
export function clusterUser(cluster: string): User | null {
  if (process.getuid?.() !== 0) return null;
  if (existsSync(cluster)) {
    const { uid, gid } = statSync(cluster);
    if (uid !== 0) return { uid, gid };
  }
  const accounts = readFileSync('/etc/passwd', 'utf8').split('\n');
  for (const name of ['postgres', 'nobody']) {
    const [, , uid, gid] = accounts.find((line) => line.startsWith(`${name}:`))?.split(':') ?? [];
    if (uid !== undefined && gid !== undefined) return { uid: Number(uid), gid: Number(gid) };
  }
  throw new EmbeddedError(
    'Postgres does not run as root and there is no user postgres or nobody; run as another user or set DATABASE_URL',
  );
}

const SETPRIV = ['/usr/bin/setpriv', '/bin/setpriv', '/usr/sbin/setpriv'].find(existsSync);

/**
 * A clone below a root's private folder is out of reach for the other user, so where `setpriv` is there
 * the program keeps root's right to read and to pass through folders, and no other.
 */
function asUser(
  user: User,
  setpriv: string,
  program: string,
  args: readonly string[],
): [string, readonly string[]] {
  const rights = '+dac_read_search';
  return [
    setpriv,
    [
      `--reuid=${user.uid}`,
      `--regid=${user.gid}`,
      '--clear-groups',
      // Without it access(2) forgets the right for whoever is not root, and Postgres asks by it.
      '--securebits=+no_setuid_fixup',
      `--inh-caps=${rights}`,
      `--ambient-caps=${rights}`,
      '--',
      program,
      ...args,
    ],
  ];
}

/** Resolves to what it printed; rejects with an `EmbeddedError` that holds the end of it. */
export async function run(program: string, args: readonly string[], user: User | null): Promise<string> {
  const through = user === null ? undefined : SETPRIV;
  const [file, all] =
    user !== null && through !== undefined ? asUser(user, through, program, args) : [program, args];
  const identity = user !== null && through === undefined ? user : {};
  const options = { ...identity, cwd: '/', env: { LC_ALL: 'C' }, maxBuffer: 1024 ** 2 };
  const running = promisify(execFile)(file, all, options);
  running.child.stdin?.end();
  try {
    return (await running).stdout;
  } catch (error) {
    const { stdout = '', stderr = '', message } = error as Error & { stdout?: string; stderr?: string };
    throw new EmbeddedError(`${program} failed: ${lastLines(`${stdout}\n${stderr}`) || message}`);
  }
}

const lastLines = (text: string) => text.trim().split('\n').slice(-5).join('\n').trim();
