/** Names the tasks of a launcher in a way that says whether it still lives, and kills what dead ones have left. */
import { setImmediate } from 'node:timers/promises';
import { endLeftovers, everythingOf, MARK } from './leftovers.js';
import { allPids, environmentOf, ownerOf, PID_NAMESPACE, processOf } from './proc.js';

/** The value of the mark, less the task's own number. */
export function launcherName(token: string): string {
  return [token, PID_NAMESPACE, process.pid, processOf(process.pid)?.started ?? 0].join('-');
}

const LAUNCHER = new RegExp(`\\0${MARK}=([0-9a-f]+)-(\\d+)-(\\d+)-(\\d+)\\.`);

export async function endStrays(): Promise<void> {
  const user = process.getuid?.();
  const alive = new Map<string, boolean>();
  for (const pid of allPids()) {
    await setImmediate();
    if (ownerOf(pid) !== user) continue;
    const [name, token, namespace, launcher, started] = LAUNCHER.exec(environmentOf(pid)) ?? [];
    if (name === undefined || token === undefined || alive.has(name)) continue;
    // The pid of one in another container says nothing here.
    const lives = namespace !== PID_NAMESPACE || isAlive(Number(launcher), Number(started));
    alive.set(name, lives);
    if (!lives) await endLeftovers(everythingOf(token));
  }
}

function isAlive(pid: number, started: number): boolean {
  const one = processOf(pid);
  if (one !== null) return one.started === started && !one.ended;
  try {
    // It is there, and /proc hides it from us.
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
