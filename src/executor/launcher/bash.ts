/** Starts a bash for a task, in a session of its own and with a mark by which all that it starts is known. */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { DRIVER } from './driver.js';
import type { Environment } from '../environment.js';
import { guarded } from './launcher-guard.js';
import { MARK } from '../processes/search.js';
import { type Process, processOf } from '../processes/proc.js';
import { asUser, type TaskUser } from '../task-user/as-user.js';

export interface Bash {
  readonly child: ChildProcess;
  readonly pid: number;
  /** Errors of a bash that waits, and TAKEN. Null for a bash that was started for its task. */
  readonly report: Readable | null;
  /** A variable of its environment, with the NUL behind it. */
  readonly mark: string;
  /** Null where there is no /proc; it may have ended already. */
  readonly shell: Process | null;
}

export interface BashOptions {
  readonly bash: string;
  readonly user: TaskUser | null;
  /** What the mark begins with. */
  readonly launcher: string;
  /** The driver's, and what it finds open. */
  readonly args: readonly string[];
  readonly env: Environment;
  readonly stdio: readonly (number | 'ignore' | 'pipe')[];
}

let started = 0;

/** Null where it cannot be started; why is said by a throw or to `failed`. */
export function startBash(options: BashOptions, failed: (problem: Error) => void): Bash | null {
  const { bash, user, launcher, args, env, stdio } = options;
  const mark = `${launcher}.${(started += 1)}`;
  const program = asUser(user, bash, ['--noprofile', '--norc', '-c', DRIVER, 'bash', ...args]);
  const child = spawn(program.file, program.args, {
    ...program.ids,
    detached: true,
    env: { ...env, [MARK]: mark },
    stdio: [...stdio],
  });
  child.on('error', guarded(failed));
  // A bash that is gone before it has read all, or said all, is an exit like any other.
  child.stdin?.on('error', () => undefined);
  const { pid } = child;
  if (pid === undefined) return null;
  const report = child.stderr;
  report?.on('error', () => undefined);
  return { child, pid, report, mark: `${MARK}=${mark}\0`, shell: processOf(pid) };
}
