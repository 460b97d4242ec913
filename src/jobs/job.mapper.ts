/** From rows to the documented answer: the only place where the API's booleans come from. */
import { isClosingHandler, isHandlerName } from '../domain/handlers.js';
import { topologicalOrder } from '../domain/order.js';
import { isJobEnd } from '../domain/status.js';
import type { JobDetailResponse, JobResponse, TaskDetailResponse, TaskResponse } from './job.response.js';
import type { JobAmongOthersRow, JobRow, TaskRow } from './job.row.js';

/** Keys in the contract's order (3.2), the empty ones left out (3.3). */
export const toJob = (row: JobRow): JobResponse => jobOf(row, toTask);

/** The same, then what is ours: the status itself, attempts, and what is to be said of the job among the others. */
export function toDetail(row: JobAmongOthersRow): JobDetailResponse {
  const { status, rerunOf, reruns, queuePosition } = row;
  return {
    ...jobOf(row, toTaskDetail),
    status,
    ...(rerunOf === null ? {} : { rerunOf }),
    ...(reruns.length === 0 ? {} : { reruns }),
    ...(queuePosition === null ? {} : { queuePosition }),
  };
}

function jobOf<T>(row: JobRow, toOne: (task: TaskRow) => T): Omit<JobResponse, 'tasks'> & { tasks: T[] } {
  const tasks = topologicalOrder(row.tasks);
  const lastError = lastErrorOf(tasks);
  const canceled = row.status === 'canceled' || row.cancelRequested;
  return {
    id: row.id,
    pipeline: row.pipeline,
    tasks: tasks.map(toOne),
    completed: isJobEnd(row.status),
    canceled,
    errored: tasks.some(({ status, name }) => status === 'error' && !(canceled && isClosingHandler(name))),
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

function toTaskDetail(row: TaskRow): TaskDetailResponse {
  const { attempt, carriedOver } = row;
  return Object.assign(toTask(row), attempt === 0 ? {} : { attempt }, carriedOver ? { carriedOver } : {});
}

/** Returns the error of the task that failed last on its own; the outcome of handlers does not count (5.8, 6.6, 6.8). */
function lastErrorOf(tasks: readonly TaskRow[]): string | null {
  let last: TaskRow | null = null;
  for (const task of tasks) {
    if (task.status !== 'error' || isHandlerName(task.name)) continue;
    if (last === null || (task.ended ?? 0) >= (last.ended ?? 0)) last = task;
  }
  return last?.error ?? null;
}
