/** From rows to the documented answer: the only place where the API's booleans come from. */
import { ON_ERROR_TASK } from '../domain/definition.js';
import { topologicalOrder } from '../domain/order.js';
import { isJobEnd } from '../domain/status.js';
import type { JobResponse, TaskResponse } from './job.response.js';
import type { JobRow, TaskRow } from './job.row.js';

/** Keys in the contract's order (3.2), the empty ones left out (3.3). */
export function toJob(row: JobRow): JobResponse {
  const tasks = topologicalOrder(row.tasks);
  const lastError = lastErrorOf(tasks);
  return {
    id: row.id,
    pipeline: row.pipeline,
    tasks: tasks.map(toTask),
    completed: isJobEnd(row.status),
    canceled: row.status === 'canceled' || row.cancelRequested,
    errored: tasks.some((task) => task.status === 'error'),
    created: row.created,
    start: row.start,
    end: row.end,
    ...(lastError === null || lastError === '' ? {} : { lastError }),
    ...(isEmpty(row.variables) ? {} : { variables: row.variables }),
    user: row.user,
  };
}

const isEmpty = (variables: JobRow['variables']): variables is null =>
  variables === null || Object.keys(variables).length === 0;

function toTask(row: TaskRow): TaskResponse {
  return {
    name: row.name,
    ...(row.dependsOn.length === 0 ? {} : { dependsOn: row.dependsOn }),
    status: row.status === 'ready' ? 'waiting' : row.status,
    start: row.start,
    end: row.end,
    skipped: row.status === 'skipped',
    exitCode: row.exitCode,
    errored: row.status === 'error',
    ...(row.error === null || row.error === '' ? {} : { error: row.error }),
    ...(row.attempts === null ? {} : { attempts: row.attempts }),
    ...(row.retryAt === null ? {} : { retryAt: row.retryAt }),
  };
}

/** Of the task that failed last on its own; the handler's own outcome does not count (5.8, 6.6). */
function lastErrorOf(tasks: readonly TaskRow[]): string | null {
  let last: TaskRow | null = null;
  for (const task of tasks) {
    if (task.status !== 'error' || task.name === ON_ERROR_TASK) continue;
    if (last === null || (task.ended ?? 0) >= (last.ended ?? 0)) last = task;
  }
  return last?.error ?? null;
}
