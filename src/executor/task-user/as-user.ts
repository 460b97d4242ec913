/** The user that tasks run as, and how a program is started as that user. */
import { existsSync } from 'node:fs';

export interface TaskUser {
  readonly uid: number;
  readonly gid: number;
  /** Null for a number without an account. */
  readonly name: string | null;
  /** The account's own home; null: it has none that it can use. */
  readonly home: string | null;
}

export type Ids = Pick<TaskUser, 'uid' | 'gid'>;

export interface Program {
  readonly file: string;
  readonly args: readonly string[];
  /** For Node's `spawn`. */
  readonly ids: Partial<Ids>;
}

export const isRoot = (): boolean => process.getuid?.() === 0;

/** Of util-linux. */
export const SETPRIV = ['/usr/bin/setpriv', '/bin/setpriv', '/usr/sbin/setpriv'].find(existsSync);

/**
 * Null: as the service's own user. As root, Node drops user, group, supplementary groups and, by that, all
 * capabilities. A service that is not root has its capabilities as ambient ones, which a change of the user does not
 * take away, so that the task could become root: `setpriv` gives them up.
 */
export function asUser(user: Ids | null, file: string, args: readonly string[]): Program {
  if (user === null) return { file, args, ids: {} };
  const { uid, gid } = user;
  if (isRoot()) return { file, args, ids: { uid, gid } };
  const identity = [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups'];
  const rights = ['--inh-caps=-all', '--ambient-caps=-all'];
  return { file: SETPRIV ?? 'setpriv', args: [...identity, ...rights, '--', file, ...args], ids: {} };
}
