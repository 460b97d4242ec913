/** Which tasks have decided how long a job took: from the one that ended last back to what it waited for last. */
import { byName, endOrNow, firstStart, isHandler, type Timed } from './graph-shape.js';

export function criticalPath(tasks: readonly Timed[], now: number): ReadonlySet<string> {
  const known = byName(tasks);
  const path = new Set<string>();
  let next = latest(tasks, now);
  while (next !== null && !path.has(next.name)) {
    path.add(next.name);
    const before =
      next.name === 'on_error'
        ? tasks.filter((task) => !isHandler(task) && task.status === 'error')
        : isHandler(next)
          ? tasks.slice(0, tasks.indexOf(next))
          : (next.dependsOn ?? []).flatMap((name) => known.get(name) ?? []);
    next = latest(before, now);
  }
  return path;
}

/** Of those that have begun. Times are whole seconds: of two that ended in the same one, what began later came after. */
function latest(tasks: readonly Timed[], now: number): Timed | null {
  let found: Timed | null = null;
  for (const task of tasks) {
    if (endOrNow(task, now) === null) continue;
    if (found === null || isLater(task, found, now)) found = task;
  }
  return found;
}

function isLater(one: Timed, other: Timed, now: number): boolean {
  const [end, otherEnd] = [endOrNow(one, now) ?? 0, endOrNow(other, now) ?? 0];
  return end > otherEnd || (end === otherEnd && (firstStart(one) ?? 0) >= (firstStart(other) ?? 0));
}
