/** The API's routes, a line each. */
import { askJson, type Query } from './client.js';
import type { Job, JobsPage, OutputStream, PastJob, Pipeline, PipelineOverview, Variables } from './types.js';

export const getPipelines = (signal?: AbortSignal) =>
  askJson<{ pipelines: readonly Pipeline[] }>('pipelines', { signal }).then(({ pipelines }) => pipelines);

export const getOverview = (signal?: AbortSignal) =>
  askJson<{ pipelines: readonly PipelineOverview[] }>('pipelines/overview', { signal }).then(
    ({ pipelines }) => pipelines,
  );

export const getDurations = (pipeline: string, signal?: AbortSignal) =>
  askJson<{ jobs: readonly PastJob[] }>('pipelines/durations', { query: { pipeline }, signal }).then(
    ({ jobs }) => jobs,
  );

export const getJobs = (query: Query, signal?: AbortSignal) => askJson<JobsPage>('jobs', { query, signal });

export const getJob = (id: string, signal?: AbortSignal) =>
  askJson<Job>('job/detail', { query: { id }, signal });

export interface OutputKey {
  readonly id: string;
  readonly task: string;
  readonly attempt: number;
  /** null: both. */
  readonly stream: OutputStream | null;
}

export interface OutputLine {
  readonly stream: OutputStream;
  /** ISO 8601; null: not known. */
  readonly time: string | null;
  readonly text: string;
  /** No newline follows. */
  readonly partial?: true;
}

export interface OutputPage {
  readonly lines: readonly OutputLine[];
  /** Missing where nothing more will come. */
  readonly nextCursor?: string;
}

/** Its lines behind the cursor, in the order in which they were written. */
export const getLines = (key: OutputKey, cursor: string, limit: number, signal: AbortSignal) =>
  askJson<OutputPage>('job/logs/merged', { query: { ...key, cursor, limit }, signal });

export interface Schedule {
  readonly pipeline: string;
  readonly variables: Variables;
  readonly queuePartition?: string;
}

/** `key` makes one job of it, however often it is sent. */
export const schedule = (body: Schedule, key: string) =>
  askJson<{ jobId: string }>('pipelines/schedule', {
    method: 'POST',
    body,
    headers: { 'idempotency-key': key },
  });

export const cancelJob = (id: string) => askJson<boolean>('job/cancel', { method: 'POST', query: { id } });

export const rerunJob = (id: string, from: 'failed' | null, key: string) =>
  askJson<{ jobId: string }>('job/rerun', {
    method: 'POST',
    query: { id, from },
    headers: { 'idempotency-key': key },
  });
