/** What of a job's tasks both the graph and the timeline look at: who waits for whom, and when each could have begun. */
import type { Job, Task } from '../api/types.js';

export type Timed = Pick<Task, 'name' | 'dependsOn' | 'status' | 'start' | 'end' | 'attempts'>;

/** Run after all other tasks, in the order in which they stand. */
export const isHandler = ({ name }: { readonly name: string }): boolean =>
  name === 'on_error' || name === 'on_cancel' || name === 'finally';

/** By name; of a name that is not there, nothing. */
export const byName = <T extends { readonly name: string }>(tasks: readonly T[]): ReadonlyMap<string, T> =>
  new Map(tasks.map((task) => [task.name, task]));

/** Also of a task that is tried again, and so has no start at the moment. */
export const firstStart = (task: Timed): number | null => {
  const start = task.attempts?.[0]?.start ?? task.start;
  return start === null ? null : Date.parse(start);
};

/** When it ended, or now if it has not but has begun; null: it has not begun. */
export const endOrNow = (task: Timed, now: number): number | null => {
  if (firstStart(task) === null) return null;
  return task.end === null ? now : Date.parse(task.end);
};

/** When all that it depends on had ended, and for a handler all that stands before it; null: not yet. */
export function readyAt(task: Timed, job: Pick<Job, 'start'> & { readonly tasks: readonly Timed[] }) {
  if (job.start === null) return null;
  const tasks = byName(job.tasks);
  const before = isHandler(task)
    ? job.tasks.slice(0, job.tasks.indexOf(task)).map((one) => one.name)
    : task.dependsOn;
  let ready = Date.parse(job.start);
  for (const name of before ?? []) {
    const end = tasks.get(name)?.end;
    if (end === undefined) continue;
    if (end === null && !isHandler(task)) return null;
    if (end !== null) ready = Math.max(ready, Date.parse(end));
  }
  return ready;
}
