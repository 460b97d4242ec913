/** What the API answers, as far as the page looks at it. */

export type JobStatus = 'waiting' | 'running' | 'done' | 'error' | 'canceled';
export type TaskStatus = JobStatus | 'skipped';

export const JOB_STATUSES: readonly JobStatus[] = ['waiting', 'running', 'done', 'error', 'canceled'];

export const isFinished = (status: JobStatus): boolean => status !== 'waiting' && status !== 'running';

export type Variables = Readonly<Record<string, unknown>>;

export interface Attempt {
  readonly attempt: number;
  readonly start: string;
  readonly end: string;
  readonly exitCode: number;
  readonly error: string;
}

export interface Task {
  readonly name: string;
  readonly dependsOn?: readonly string[];
  readonly status: TaskStatus;
  readonly start: string | null;
  readonly end: string | null;
  readonly exitCode: number;
  readonly error?: string;
  /** Done by the job that this one runs again. */
  readonly carriedOver?: boolean;
  /** Earlier ones than the last. */
  readonly attempts?: readonly Attempt[];
  /** The last one, from 1 on. */
  readonly attempt?: number;
  readonly retryAt?: string;
}

interface AnyJob {
  readonly id: string;
  readonly pipeline: string;
  readonly status: JobStatus;
  readonly created: string;
  readonly start: string | null;
  readonly end: string | null;
  readonly lastError?: string;
  readonly variables?: Variables;
  readonly variablesTruncated?: boolean;
  readonly user: string;
  readonly queuePartition?: string;
  readonly rerunOf?: string;
}

export interface Job extends AnyJob {
  readonly completed: boolean;
  readonly canceled: boolean;
  readonly tasks: readonly Task[];
  readonly reruns?: readonly string[];
  /** From 1, while it waits. */
  readonly queuePosition?: number;
}

export interface TaskCounts {
  readonly total: number;
  readonly waiting: number;
  readonly running: number;
  readonly done: number;
  readonly error: number;
  readonly skipped: number;
  readonly canceled: number;
}

export interface JobSummary extends AnyJob {
  readonly tasks: TaskCounts;
}

export interface JobsPage {
  readonly jobs: readonly JobSummary[];
  readonly nextCursor?: string;
}

export interface PastJob {
  readonly id: string;
  readonly status: JobStatus;
  readonly created: string;
  readonly start: string | null;
  readonly end: string | null;
  /** To the millisecond, as start and end are not; null: it has not had both. */
  readonly seconds: number | null;
}

export interface DefinedTask {
  readonly name: string;
  readonly dependsOn?: readonly string[];
}

export interface PipelineOverview {
  readonly pipeline: string;
  readonly schedulable: boolean;
  readonly running: boolean;
  readonly concurrency: number;
  readonly queueLimit?: number;
  readonly waitingJobs: number;
  readonly runningJobs: number;
  readonly variables: readonly string[];
  readonly tasks: readonly DefinedTask[];
  /** Newest first. */
  readonly last: readonly PastJob[];
  readonly usual: Usual;
}

/** Medians of what was done lately, in seconds. */
export interface Usual {
  readonly jobSeconds: number | null;
  readonly tasks: Readonly<Record<string, number>>;
}

export type Schema = Readonly<Record<string, unknown>>;

export interface DeclaredVariable {
  readonly schema: Schema;
  readonly required: boolean;
}

export interface Pipeline {
  readonly pipeline: string;
  readonly schedulable: boolean;
  readonly running: boolean;
  readonly variables?: Readonly<Record<string, DeclaredVariable>>;
}

export const STREAMS = ['stdout', 'stderr'] as const;
export type OutputStream = (typeof STREAMS)[number];
