/** What follows for a job from the states of its tasks: the whole of 5.5, 6.2 and 6.6 as one function of what is there. */
import { ON_ERROR_TASK } from './definition.js';
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
  readonly cancelRequested: boolean;
  readonly continueAfterFailure: boolean;
  /** Whether its definition has an `on_error`. */
  readonly hasHandler: boolean;
}

/** Names of the tasks that change, and how the job ends, if it does. Nothing listed: nothing to do. */
export interface Progress {
  readonly ready: readonly string[];
  readonly skipped: readonly string[];
  readonly canceled: readonly string[];
  /** Running tasks that are to be killed and have not been told so yet. */
  readonly stop: readonly string[];
  /** Whether the task `on_error` is to be added, ready to run. */
  readonly handle: boolean;
  readonly end: JobEnd | null;
}

const names = (tasks: readonly ProgressTask[]) => tasks.map((task) => task.name);
const isOpen = (task: ProgressTask) => task.status === 'waiting' || task.status === 'ready';
const mustStop = (task: ProgressTask) => task.status === 'running' && !task.stopRequested;
const NOTHING: Progress = { ready: [], skipped: [], canceled: [], stop: [], handle: false, end: null };

/** Depends on the rows alone, so it may be asked again at any time and after any loss. */
export function progress(job: ProgressJob): Progress {
  if (job.cancelRequested) {
    return {
      ...NOTHING,
      canceled: names(job.tasks.filter(isOpen)),
      stop: names(job.tasks.filter(mustStop)),
      end: job.tasks.some((task) => task.status === 'running') ? null : 'canceled',
    };
  }

  const graph = job.tasks.filter((task) => task.name !== ON_ERROR_TASK);
  const failed = graph.some((task) => task.status === 'error');
  const next = failed && !job.continueAfterFailure ? failFast(graph) : goOn(graph);
  if (!failed || next.end === null) return next;

  // The graph has come to rest; its failure is handled before the job ends, once, and whatever comes of it (6.6).
  const handler = job.tasks.find((task) => task.name === ON_ERROR_TASK);
  if (handler === undefined) return job.hasHandler ? { ...next, handle: true, end: null } : next;
  return isTaskEnd(handler.status) ? next : { ...next, end: null };
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
