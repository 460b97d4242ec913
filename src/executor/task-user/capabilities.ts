/** Tells which rights this process lacks to run tasks as another user, to find their processes and to end them. */
import { readFileSync } from 'node:fs';
import { isRoot, SETPRIV } from './as-user.js';

/**
 * The numbers of their bits, of which one is enough. The last two open /proc/PID/environ and /proc/PID/fd of another
 * user, by which is found what a task leaves behind.
 */
const NEEDED: Readonly<Record<string, readonly number[]>> = {
  CAP_CHOWN: [0],
  CAP_KILL: [5],
  CAP_SETGID: [6],
  CAP_SETUID: [7],
  CAP_SYS_PTRACE: [19],
  'CAP_DAC_READ_SEARCH (or CAP_DAC_OVERRIDE)': [2, 1],
};

/** Returns a clause that says what is missing; null: nothing. */
export function missingRights(): string | null {
  const status = statusOfSelf();
  if (status === null) return isRoot() ? null : 'the service is not root';
  const missing = lacking(status, 'CapEff');
  if (missing !== '') return `the service is ${isRoot() ? 'root, but' : 'not root, and'} lacks ${missing}`;
  if (isRoot()) return null;
  // Only ambient ones are handed on to the launcher.
  const lost = lacking(status, 'CapAmb');
  if (lost !== '') return `the service is not root, and these are no ambient capabilities of it: ${lost}`;
  return SETPRIV === undefined ? 'the service is not root, and there is no setpriv (util-linux)' : null;
}

function lacking(status: string, set: 'CapEff' | 'CapAmb'): string {
  const bits = BigInt(`0x${new RegExp(`^${set}:\\s*([0-9a-f]+)$`, 'm').exec(status)?.[1] ?? '0'}`);
  const has = (bit: number) => ((bits >> BigInt(bit)) & 1n) === 1n;
  const names = Object.entries(NEEDED).flatMap(([name, enough]) => (enough.some(has) ? [] : name));
  return names.join(', ');
}

/** Null without /proc, as on macOS. */
function statusOfSelf(): string | null {
  try {
    return readFileSync('/proc/self/status', 'latin1');
  } catch {
    return null;
  }
}
