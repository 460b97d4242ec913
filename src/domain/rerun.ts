/** What of a job that has ended need not be done once more. */
import type { TaskDefinition } from './definition.js';
import { topologicalOrder } from './order.js';
import type { TaskStatus } from './status.js';

/** `start`: all of it is run again. `failed`: only what was not done. */
export type RerunFrom = 'start' | 'failed';

interface Outcome {
  readonly name: string;
  readonly status: TaskStatus;
}

/**
 * Names of the tasks that are carried over as done. One that depends on something that is run again is run again too;
 * the handler is no task of the definition, and runs if this job fails as well.
 */
export function carriedOver(
  tasks: readonly Pick<TaskDefinition, 'name' | 'dependsOn'>[],
  outcomes: readonly Outcome[],
  from: RerunFrom,
): string[] {
  if (from === 'start') return [];
  const done = new Set(outcomes.filter(({ status }) => status === 'done').map(({ name }) => name));
  const carried = new Set<string>();
  for (const { name, dependsOn } of topologicalOrder(tasks)) {
    if (done.has(name) && dependsOn.every((dependency) => carried.has(dependency))) carried.add(name);
  }
  return [...carried];
}
