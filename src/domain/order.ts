/** The order in which a job's tasks are shown: dependencies first, then by name (3.5). */
import { HANDLERS, isHandlerName } from './handlers.js';
import { Heap } from './heap.js';

interface Ordered {
  readonly name: string;
  readonly dependsOn: readonly string[];
}

/** By code unit, not by locale, so that every machine answers the same. */
export const byName = (a: Ordered, b: Ordered): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);

/**
 * Puts next the task that comes first by name, of those whose dependencies have come; handlers last, in the order in
 * which they run.
 * Dependencies that do not exist are passed over. Tasks in a circle, and those behind them, come after all
 * others, where the first by name breaks the circle: rows written by something else still get one stable order.
 */
export function topologicalOrder<T extends Ordered>(tasks: readonly T[]): T[] {
  const handlers = HANDLERS.flatMap((name) => tasks.filter((task) => task.name === name));
  const rest = tasks.filter((task) => !isHandlerName(task.name)).sort(byName);
  const open = new Map<T, number>();
  const successors = new Map<string, T[]>(rest.map((task) => [task.name, []]));
  for (const task of rest) {
    const known = [...new Set(task.dependsOn)].filter((name) => successors.has(name));
    open.set(task, known.length);
    for (const name of known) successors.get(name)?.push(task);
  }

  const free = new Heap<T>(byName);
  for (const task of rest) if (open.get(task) === 0) free.push(task);
  const ordered: T[] = [];
  const placed = new Set<T>();
  let circular = 0;
  /** The first by name of those that are left. */
  const breakCircle = (): T => {
    while (placed.has(rest[circular] as T)) circular += 1;
    return rest[circular] as T;
  };
  while (ordered.length < rest.length) {
    const next = free.pop() ?? breakCircle();
    placed.add(next);
    ordered.push(next);
    for (const successor of successors.get(next.name) ?? []) {
      const left = (open.get(successor) ?? 0) - 1;
      open.set(successor, left);
      if (left === 0 && !placed.has(successor)) free.push(successor);
    }
  }
  return [...ordered, ...handlers];
}
