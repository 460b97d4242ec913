/** Asks the processes of a task to end: each that is there gets the signal, and none that answers to it. */
import type { KillSignal } from '../../domain/stopping.js';
import { commandLineOf, ignores, type Process } from './proc.js';
import { type Owner, parentsFirst, Search } from './search.js';
import { send } from './send.js';

/**
 * Ends a shell of a script before its next command. The driver traps it in the script's own shell; subshells have its
 * default, which ends them after their EXIT trap. Nothing else uses it: the timer that it is named after is Node's and
 * bash's to start, and neither does.
 */
export const SCRIPT_STOP = 'SIGVTALRM';

/**
 * Sends the signal to programs, and `SCRIPT_STOP` to shells whose command line is `script`. Programs that ignore the
 * signal, such as background jobs of bash, get SIGTERM as well. All stand still until each has its signal, so that no
 * process is missed, and none that a trap or a handler starts is taken for one that was there before.
 *
 * Returns the processes that were signaled. Throws where a search fails; what stood still goes on all the same.
 */
export async function stopAll(owner: Owner, signal: KillSignal, script: string): Promise<Process[]> {
  const search = new Search(owner, { freezes: true });
  const shells: number[] = [];
  try {
    for (const { pid } of await search.run()) {
      if (commandLineOf(pid).includes(script)) {
        shells.push(pid);
        send(pid, SCRIPT_STOP);
        continue;
      }
      send(pid, signal);
      if (signal !== 'SIGTERM' && ignores(pid, signal)) send(pid, 'SIGTERM');
    }
  } finally {
    // Shells last: one with job control would take a child that stands still for suspended. Children before their
    // parents: where a parent ends, the kernel sends SIGHUP to a process group of its own that stands still.
    const childrenFirst = parentsFirst(search.found).reverse();
    const programs = childrenFirst.map(({ pid }) => pid).filter((pid) => !shells.includes(pid));
    for (const pid of [...programs, ...shells]) send(pid, 'SIGCONT');
  }
  return search.found;
}
