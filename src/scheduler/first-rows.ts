/** The rows that a job begins with. */
import { handlersOf, type PipelineDefinition } from '../domain/definition.js';
import { progress } from '../domain/progress.js';
import type { JobStatus } from '../domain/status.js';
import type { NewTask } from './task.sql.js';

export interface FirstRows {
  readonly status: JobStatus;
  readonly tasks: readonly NewTask[];
}

/**
 * One without tasks has nothing to wait for once it is admitted, nor has one whose tasks are all `carried` over from
 * another job as done, but for its `finally`. The rows of carried tasks are not among these.
 */
export function firstRows(
  definition: PipelineDefinition,
  start: boolean,
  carried: readonly string[] = [],
): FirstRows {
  const done = new Set(carried);
  const tasks = definition.tasks.map(({ name, dependsOn }) => ({
    name,
    dependsOn,
    status: done.has(name) ? ('done' as const) : ('waiting' as const),
    stopRequested: false,
    delayed: false,
  }));
  const job = {
    started: start,
    cancelRequested: false,
    continueAfterFailure: definition.continueRunningTasksAfterFailure,
    handlers: handlersOf(definition),
  };
  const first = start ? progress({ ...job, tasks }) : null;
  const ready = new Set(first?.ready);
  const status: JobStatus = first === null ? 'waiting' : (first.end ?? 'running');
  const rows = tasks
    .filter(({ name }) => !done.has(name))
    .map(({ name, dependsOn }) => ({
      name,
      depends_on: dependsOn,
      status: ready.has(name) ? ('ready' as const) : ('waiting' as const),
    }));
  const handlers = (first?.added ?? []).map((handler) => ({ ...handler, depends_on: [] }));
  return { status, tasks: [...rows, ...handlers] };
}
