/** The two state machines as data: which status a job or a task may take next, and which are ends. */

export const JOB_STATUSES = ['waiting', 'running', 'done', 'error', 'canceled'] as const;
export type JobStatus = (typeof JOB_STATUSES)[number];
export type JobEnd = Extract<JobStatus, 'done' | 'error' | 'canceled'>;

/** `ready` is a waiting task that may be claimed; outside it is called `waiting` (5.1). */
export const TASK_STATUSES = ['waiting', 'ready', 'running', 'skipped', 'done', 'error', 'canceled'] as const;
export type TaskStatus = (typeof TASK_STATUSES)[number];
export type TaskEnd = Extract<TaskStatus, 'skipped' | 'done' | 'error' | 'canceled'>;

export const JOB_TRANSITIONS: Readonly<Record<JobStatus, readonly JobStatus[]>> = {
  waiting: ['running', 'canceled'],
  running: ['done', 'error', 'canceled'],
  done: [],
  error: [],
  canceled: [],
};

export const TASK_TRANSITIONS: Readonly<Record<TaskStatus, readonly TaskStatus[]>> = {
  waiting: ['ready', 'skipped', 'canceled'],
  ready: ['running', 'skipped', 'canceled'],
  // Back to `waiting` for another attempt.
  running: ['waiting', 'done', 'error', 'canceled'],
  skipped: [],
  done: [],
  error: [],
  canceled: [],
};

export const isJobEnd = (status: JobStatus): status is JobEnd => JOB_TRANSITIONS[status].length === 0;
export const isTaskEnd = (status: TaskStatus): status is TaskEnd => TASK_TRANSITIONS[status].length === 0;
