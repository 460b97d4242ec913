/** Whose output is shown while nobody has chosen: what failed, else what runs, else what came last. */
import type { Task } from '../api/types.js';
import { isHandler } from './graph-shape.js';

export function taskToShow(tasks: readonly Task[], wanted: string | null): Task | null {
  const chosen = tasks.find(({ name }) => name === wanted);
  if (chosen !== undefined) return chosen;
  const failed = tasks.filter((task) => task.status === 'error' && !isHandler(task));
  const running = tasks.filter(({ status }) => status === 'running');
  const begun = tasks.filter(({ start }) => start !== null);
  const latest = begun.reduce<Task | null>(
    (best, task) => (best === null || (task.start ?? '') >= (best.start ?? '') ? task : best),
    null,
  );
  return failed[0] ?? running[0] ?? latest ?? tasks[0] ?? null;
}
