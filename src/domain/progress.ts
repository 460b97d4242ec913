/** What follows for a job from the states of its tasks: the whole of 5.5, 6.2, 6.6 and 6.8 as one function of what is there. */
import { CLOSING_HANDLERS, type HandlerName } from './handlers.js';
import { isTaskEnd, type JobEnd, type TaskStatus } from './status.js';

export interface ProgressTask {
  readonly name: string;
  readonly dependsOn: readonly string[];
  readonly status: TaskStatus;
  readonly stopRequested: boolean;
  /** It waits for the time of another attempt, and for nothing else. */
  readonly delayed: boolean;
}

export interface ProgressJob {
  readonly tasks: readonly ProgressTask[];
  /** A job that has only waited runs no handler. */
  readonly started: boolean;
  readonly cancelRequested: boolean;
  /** A cancel beyond the first, or one with force, is being handled: `on_cancel` and `finally` end too, if they have begun. */
  readonly cancelHandlers?: boolean;
  readonly continueAfterFailure: boolean;
  /** The handlers that its definition has. */
  readonly handlers: readonly HandlerName[];
}

/** A handler as a new task of its job: `ready`, or `canceled` where it is not to run any more. */
export interface AddedHandler {
  readonly name: HandlerName;
  readonly status: Extract<TaskStatus, 'ready' | 'canceled'>;
}

/** Names of the tasks that change, and how the job ends, if it does. Nothing listed: nothing to do. */
export interface Progress {
  readonly ready: readonly string[];
  readonly skipped: readonly string[];
  readonly canceled: readonly string[];
  /** Running tasks that are to be killed and have not been told so yet. */
  readonly stop: readonly string[];
  readonly added: readonly AddedHandler[];
  readonly end: JobEnd | null;
}

const names = (tasks: readonly ProgressTask[]) => tasks.map((task) => task.name);
const isOpen = (task: ProgressTask) => task.status === 'waiting' || task.status === 'ready';
const mustStop = (task: ProgressTask) => task.status === 'running' && !task.stopRequested;
const NOTHING: Progress = { ready: [], skipped: [], canceled: [], stop: [], added: [], end: null };

/** Depends on the rows alone, so it may be asked again at any time and after any loss. */
export function progress(job: ProgressJob): Progress {
  // Definitions of older versions may have tasks that are called as a handler is now.
  const handles = (task: ProgressTask) => task.name === 'on_error' || isOneOf(job.handlers, task.name);
  const graph = job.tasks.filter((task) => !handles(task));
  const handlers = new Map(job.tasks.filter(handles).map((task) => [task.name, task]));
  if (job.cancelRequested) {
    const onError = handlers.get('on_error');
    const next = cancel(onError === undefined ? graph : [...graph, onError]);
    // `finally` is the last: where it began before the cancel, no `on_cancel` comes after it.
    const due = CLOSING_HANDLERS.filter((name) => handlers.has(name) || !handlers.has('finally'));
    if (job.cancelHandlers === true && due.some((name) => handlers.has(name)))
      return cancelHandlers(job, next, handlers, due);
    return handle(job, next, handlers, due);
  }
  const failed = graph.some((task) => task.status === 'error');
  const next = failed && !job.continueAfterFailure ? failFast(graph) : goOn(graph);
  return handle(job, next, handlers, failed ? ['on_error', 'finally'] : ['finally']);
}

const isOneOf = (handlers: readonly HandlerName[], name: string) =>
  (handlers as readonly string[]).includes(name);

type Rows = ReadonlyMap<string, ProgressTask>;

/** Runs each due handler once, after all tasks have ended and the handler before it has ended, in whatever way. */
function handle(job: ProgressJob, next: Progress, rows: Rows, due: readonly HandlerName[]): Progress {
  if (next.end === null || !job.started) return next;
  for (const name of due) {
    const row = rows.get(name);
    if (row !== undefined ? !isTaskEnd(row.status) : isOneOf(job.handlers, name))
      return { ...next, added: row === undefined ? [{ name, status: 'ready' }] : [], end: null };
  }
  // A job that only its `finally` has failed is errored as well (5.7).
  return next.end === 'done' && rows.get('finally')?.status === 'error' ? { ...next, end: 'error' } : next;
}

/** Ends the handlers that have begun, and has those that have not begun appear as canceled, so that they never do. */
function cancelHandlers(job: ProgressJob, next: Progress, rows: Rows, due: readonly HandlerName[]): Progress {
  const begun = due.flatMap((name) => rows.get(name) ?? []);
  const never = due.filter((name) => !rows.has(name) && isOneOf(job.handlers, name));
  return {
    ...next,
    canceled: [...next.canceled, ...names(begun.filter(isOpen))],
    stop: [...next.stop, ...names(begun.filter(mustStop))],
    added: never.map((name) => ({ name, status: 'canceled' })),
    end: begun.some((task) => task.status === 'running') ? null : next.end,
  };
}

function cancel(tasks: readonly ProgressTask[]): Progress {
  return {
    ...NOTHING,
    canceled: names(tasks.filter(isOpen)),
    stop: names(tasks.filter(mustStop)),
    end: tasks.some((task) => task.status === 'running') ? null : 'canceled',
  };
}

function failFast(tasks: readonly ProgressTask[]): Progress {
  return {
    ...NOTHING,
    skipped: names(tasks.filter(isOpen)),
    stop: names(tasks.filter(mustStop)),
    end: tasks.some((task) => task.status === 'running') ? null : 'error',
  };
}

function goOn(tasks: readonly ProgressTask[]): Progress {
  const statuses = new Map(tasks.map((task) => [task.name, task.status]));
  const skipped = lost(tasks, statuses);
  const ready = tasks.filter(
    (task) =>
      task.status === 'waiting' &&
      !task.delayed &&
      task.dependsOn.every((name) => statuses.get(name) === 'done'),
  );
  const moving =
    ready.length > 0 ||
    tasks.some(({ status, delayed }) => status === 'ready' || status === 'running' || delayed);
  if (moving) return { ...NOTHING, ready: names(ready), skipped: names([...skipped]) };

  // Only rows that something else wrote, circular or without their dependency, are still open here.
  const stuck = tasks.filter(isOpen);
  return {
    ...NOTHING,
    skipped: names(stuck),
    end: tasks.every(({ status }) => status === 'done') ? 'done' : 'error',
  };
}

/** The open tasks that can no longer run, because something that they depend on, directly or not, never will. */
function lost(tasks: readonly ProgressTask[], statuses: ReadonlyMap<string, TaskStatus>): Set<ProgressTask> {
  const dependents = new Map<string, ProgressTask[]>();
  for (const task of tasks) {
    for (const name of task.dependsOn) {
      const list = dependents.get(name);
      if (list === undefined) dependents.set(name, [task]);
      else list.push(task);
    }
  }
  const found = new Set<ProgressTask>();
  const ended = tasks.filter((task) => isTaskEnd(task.status) && task.status !== 'done');
  const path = ended.map((task) => task.name);
  for (let name = path.pop(); name !== undefined; name = path.pop()) {
    for (const task of dependents.get(name) ?? []) {
      if (statuses.get(task.name) !== 'waiting' || found.has(task)) continue;
      found.add(task);
      path.push(task.name);
    }
  }
  return found;
}
