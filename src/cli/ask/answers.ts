/** What is read of the service's answers; they have more, which `--json` shows. */
import type { JobStatus, TaskStatus } from '../../domain/status.js';

export interface Task {
  readonly name: string;
  readonly dependsOn?: readonly string[];
  readonly status: Exclude<TaskStatus, 'ready'>;
  readonly start: string | null;
  readonly end: string | null;
  readonly exitCode: number;
  readonly error?: string;
  readonly attempt?: number;
  readonly retryAt?: string;
  readonly carriedOver?: boolean;
}

interface SomeJob {
  readonly id: string;
  readonly pipeline: string;
  readonly status: JobStatus;
  readonly created: string;
  readonly start: string | null;
  readonly end: string | null;
  readonly lastError?: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly user: string;
  readonly rerunOf?: string;
}

export interface Job extends SomeJob {
  readonly tasks: readonly Task[];
  readonly reruns?: readonly string[];
  readonly queuePosition?: number;
}

export interface JobSummary extends SomeJob {
  readonly tasks: Readonly<Record<Task['status'] | 'total', number>>;
  readonly variablesTruncated?: true;
}

export interface JobsPage {
  readonly jobs: readonly JobSummary[];
  readonly nextCursor?: string;
}

export interface Scheduled {
  readonly jobId: string;
}

export interface Pipeline {
  readonly pipeline: string;
  readonly schedulable: boolean;
  readonly concurrency: number;
  readonly waitingJobs: number;
  readonly runningJobs: number;
  readonly variables: readonly string[];
  readonly last: readonly { readonly status: JobStatus }[];
  readonly usual: { readonly jobSeconds: number | null };
}

export interface Pipelines {
  readonly pipelines: readonly Pipeline[];
}

export const STREAMS = ['stdout', 'stderr'] as const;
export type Stream = (typeof STREAMS)[number];
