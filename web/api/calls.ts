/** The API's routes, a line each. */
import { ApiError, ask, askJson, bytesOf, type Query } from './client.js';
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
  readonly stream: OutputStream;
}

/** Its bytes from `first` on, so many at most; none where there are no more. */
export async function getOutput(key: OutputKey, first: number, most: number, signal: AbortSignal) {
  const headers = { range: `bytes=${first}-${first + most - 1}` };
  try {
    const response = await ask('job/logs/raw', { query: { ...key }, headers, signal });
    const bytes = await bytesOf(response, signal);
    // Whoever stands in between may pass over what was asked for, and send all of it.
    return response.status === 206 ? bytes : bytes.subarray(first);
  } catch (error) {
    if (error instanceof ApiError && error.status === 416) return new Uint8Array();
    throw error;
  }
}

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
