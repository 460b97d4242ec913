/** Finds the user that HOLDFAST_TASK_USER names, and refuses one that tasks cannot, or must not, be run as. */
import { fileURLToPath } from 'node:url';
import { findBash } from '../find-bash.js';
import { type Account, findAccount, findGroup } from './accounts.js';
import type { TaskUser } from './as-user.js';
import { missingRights } from './capabilities.js';
import { tryAsUser } from './trial.js';

/** Says why tasks do not run as the user of the setting; the service must not start then. */
export class TaskUserError extends Error {}

export interface TaskUserContext {
  /** What tasks inherit. */
  readonly environment: Readonly<Record<string, string>>;
  /** Files with settings that tasks must not see. */
  readonly hidden: readonly string[];
  /** Files from which the service reads its settings. */
  readonly settings: readonly string[];
}

const VARIABLE = 'HOLDFAST_TASK_USER';
/** Where the service's code is. */
const PROGRAM = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
/** Node takes no greater one. */
const MAX_ID = 2 ** 31 - 1;

/** `setting`: a name or a number, with `:` and a group's behind it perhaps. */
export async function findTaskUser(setting: string, context: TaskUserContext): Promise<TaskUser> {
  const [user = '', group] = setting.split(':');
  const refuse = (why: string) => new TaskUserError(`${VARIABLE}: tasks cannot be run as ${setting}: ${why}`);
  const account = await orRefuse(findAccount(user), refuse);
  const uid = account?.uid ?? numberIn(user);
  if (uid === null) throw refuse('there is no such user');
  const gid = group === undefined ? account?.gid : await gidOf(group, refuse);
  if (gid === undefined)
    throw refuse(`there is no account with this number: name its group, too, such as ${uid}:${uid}`);
  if (gid === null) throw refuse('there is no such group');
  if (uid === 0) throw refuse('it is root');
  if (gid === 0) throw refuse("its group is root's");
  if (uid > MAX_ID || gid > MAX_ID) throw refuse(`numbers end at ${MAX_ID}`);
  if (uid === process.getuid?.()) throw refuse('it is the user of the service itself');
  const missing = missingRights();
  if (missing !== null) throw refuse(missing);
  return checked({ uid, gid, account }, context, refuse);
}

type Refuse = (why: string) => TaskUserError;

const numberIn = (text: string): number | null => (/^\d{1,10}$/.test(text) ? Number(text) : null);

async function orRefuse<T>(work: Promise<T>, refuse: Refuse): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw refuse((error as Error).message);
  }
}

const gidOf = (group: string, refuse: Refuse): Promise<number | null> | number =>
  numberIn(group) ?? orRefuse(findGroup(group), refuse);

interface Found {
  readonly uid: number;
  readonly gid: number;
  readonly account: Account | null;
}

async function checked(
  { uid, gid, account }: Found,
  { environment, hidden, settings }: TaskUserContext,
  refuse: Refuse,
): Promise<TaskUser> {
  const path = environment['PATH'];
  const home = account?.home ?? null;
  const reach = {
    ...{ bash: findBash(path), path, home, hidden },
    ...{ folder: process.cwd(), temporary: environment['TMPDIR'] || '/tmp' },
    trusted: [...settings, PROGRAM],
  };
  const { problems, usesHome } = await orRefuse(tryAsUser({ uid, gid }, reach), refuse);
  if (problems.length > 0) throw refuse(problems.join('; '));
  return { uid, gid, name: account?.name ?? null, home: usesHome ? home : null };
}
