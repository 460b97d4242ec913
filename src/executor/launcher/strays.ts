/** Names a launcher in a way that says whether it still lives, and ends what dead ones have left: tasks and pipes. */
import { lstatSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { endLeftovers } from '../processes/leftovers.js';
import { FOLDER, MARK, type Owner } from '../processes/search.js';
import type { Ids } from '../task-user/as-user.js';
import { removeFolder } from './remove-folder.js';
import { allPids, environmentOf, ownerOf, PID_NAMESPACE, processOf } from '../processes/proc.js';

/** The value of its tasks' mark, less their own number; and in the name of the folder of its pipes. */
export function launcherName(token: string, since: number): string {
  return [token, PID_NAMESPACE, process.pid, since].join('-');
}

const NAME = '[0-9a-f]+-(\\d+)-(\\d+)-(\\d+)';
const MARKED = new RegExp(`\\0${MARK}=(${NAME})\\.`);
const PIPES = new RegExp(`^${FOLDER}(${NAME})$`);

interface Name {
  readonly text: string;
  readonly namespace: string;
  readonly pid: number;
  readonly since: number;
}

/**
 * Resolves when nothing is left of launchers of this user that are not there any more. Their tasks may have been
 * another user's: `user`, or the one of then, whose tasks are found by the name of the folder that was left.
 */
export async function endStrays(user: Ids | null): Promise<void> {
  const alive = new Map<string, boolean>();
  const isStray = (name: Name | null): name is Name => {
    if (name === null) return false;
    const lives = alive.get(name.text) ?? isAlive(name);
    alive.set(name.text, lives);
    return !lives;
  };
  const owners = [process.getuid?.(), user?.uid];
  for (const pid of allPids()) {
    await setImmediate();
    const name = owners.includes(ownerOf(pid) ?? -1) ? nameIn(environmentOf(pid), MARKED) : null;
    if (isStray(name)) await endLeftovers(everythingOfStray(name));
  }
  for (const folder of ownFolders()) {
    const name = nameIn(folder, PIPES);
    if (!isStray(name)) continue;
    await endLeftovers(everythingOfStray(name));
    await removeFolder(join(tmpdir(), folder));
  }
}

/** By its whole name: a mark is what a task says of itself, and may have the token of a launcher that lives. */
const everythingOfStray = ({ text, since }: Name): Owner => ({
  mark: `${MARK}=${text}.`,
  pipes: [`/${FOLDER}${text}/`],
  shells: [],
  since,
});

function nameIn(text: string, pattern: RegExp): Name | null {
  const [, name, namespace, pid, since] = pattern.exec(text) ?? [];
  if (name === undefined || namespace === undefined) return null;
  return { text: name, namespace, pid: Number(pid), since: Number(since) };
}

function ownFolders(): string[] {
  try {
    return readdirSync(tmpdir()).filter(
      (name) => name.startsWith(FOLDER) && lstatSync(join(tmpdir(), name)).uid === process.getuid?.(),
    );
  } catch {
    return [];
  }
}

function isAlive({ namespace, pid, since }: Name): boolean {
  // The pid of one in another container says nothing here.
  if (namespace !== PID_NAMESPACE) return true;
  const one = processOf(pid);
  if (one !== null) return one.started === since && !one.ended;
  try {
    // It is there, and /proc hides it from us.
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
