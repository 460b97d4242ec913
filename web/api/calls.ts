/** The API's routes, a line each. */
import { askJson, type Query } from './client.js';
import type { Job, JobsPage, PastJob, Pipeline, PipelineOverview, Variables } from './types.js';

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

export const getOutput = (id: string, task: string, attempt: number | null, signal?: AbortSignal) =>
  askJson<{ stdout: string; stderr: string }>('job/logs', { query: { id, task, attempt }, signal });

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
