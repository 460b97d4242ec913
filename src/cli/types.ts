/** What the API answers, as far as the command line looks at it. */
import type { JobStatus } from '../domain/status.js';

export interface Task {
  readonly name: string;
  readonly dependsOn?: readonly string[];
  readonly status: JobStatus | 'skipped';
  readonly start: string | null;
  readonly end: string | null;
  readonly exitCode: number;
  readonly error?: string;
  readonly attempt?: number;
  readonly retryAt?: string;
  readonly carriedOver?: boolean;
}

export interface Job {
  readonly id: string;
  readonly pipeline: string;
  readonly status: JobStatus;
  readonly completed: boolean;
  readonly created: string;
  readonly start: string | null;
  readonly end: string | null;
  readonly lastError?: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly user: string;
  readonly tasks: readonly Task[];
  readonly queuePosition?: number;
  readonly rerunOf?: string;
  readonly reruns?: readonly string[];
}

export interface JobSummary extends Omit<Job, 'tasks'> {
  readonly tasks: Readonly<Record<'total' | Task['status'], number>>;
}

export interface JobsPage {
  readonly jobs: readonly JobSummary[];
  readonly nextCursor?: string;
}

export interface PipelineOverview {
  readonly pipeline: string;
  readonly schedulable: boolean;
  readonly waitingJobs: number;
  readonly runningJobs: number;
  readonly last: readonly { readonly status: JobStatus }[];
  readonly usual: { readonly jobSeconds: number | null };
}
