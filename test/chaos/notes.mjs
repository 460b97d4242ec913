// What really ran: the files that the tasks wrote, and the processes that are there.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** By `job.task.attempt`: the starts, when it lived for the first and the last time (ms), and how it ended. */
export function readNotes(folder) {
  const notes = new Map();
  for (const name of readdirSync(folder)) {
    const lines = readFileSync(join(folder, name), 'utf8')
      .trim()
      .split('\n')
      .map((line) => line.split(' '));
    const times = lines.map(([, microseconds]) => Number(microseconds) / 1000);
    const end = lines.findIndex(([what]) => what.startsWith('end:'));
    notes.set(name, {
      starts: lines.filter(([what]) => what === 'start').length,
      first: Math.min(...times),
      last: Math.max(...times),
      /** null: it did not come to its end. */
      code: end < 0 ? null : Number(lines[end][0].slice('end:'.length)),
      ended: end < 0 ? null : times[end],
    });
  }
  return notes;
}

/** Processes of the run; of its tasks alone, if `tasks` is set. Zombies have no environment. */
export function processesOf(token, { tasks }) {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      const environment = readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0');
      return (
        environment.includes(`CHAOS_RUN=${token}`) &&
        (!tasks || environment.some((entry) => entry.startsWith('TASK_ATTEMPT=')))
      );
    } catch {
      return false;
    }
  });
}
