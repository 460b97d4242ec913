/** What the page shows of a service that does not have all of the page's routes yet: made of prunner's, which it has. */
import { ApiError, askJson } from './client.js';
import {
  isFinished,
  type Job,
  type JobStatus,
  type PastJob,
  type Pipeline,
  type PipelineOverview,
} from './types.js';

export type OldJob = Omit<Job, 'status'> & { readonly status?: JobStatus; readonly errored: boolean };
interface Old {
  readonly pipelines: readonly Pipeline[];
  readonly jobs: readonly OldJob[];
}

const LAST = 20;

/** `old` where the route is not there. */
export async function orWithout<T>(asked: Promise<T>, old: () => Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404 && error.message === 'Not found') return old();
    throw error;
  }
}

export const statusOf = (job: OldJob): JobStatus =>
  job.status ??
  (!job.completed
    ? job.start === null
      ? 'waiting'
      : 'running'
    : job.canceled
      ? 'canceled'
      : job.errored
        ? 'error'
        : 'done');

export const withStatus = (job: OldJob): Job => ({ ...job, status: statusOf(job) });

const read = (signal?: AbortSignal) => askJson<Old>('pipelines/jobs', { query: { limit: 1000 }, signal });

export async function oldDurations(pipeline: string, signal?: AbortSignal): Promise<readonly PastJob[]> {
  const { jobs } = await read(signal);
  return jobs
    .filter((job) => job.pipeline === pipeline && job.completed)
    .slice(0, 200)
    .map(pastOf);
}

const pastOf = (job: OldJob): PastJob => {
  const { id, created, start, end } = job;
  return { id, created, start, end, status: statusOf(job) };
};

export async function oldOverview(signal?: AbortSignal): Promise<readonly PipelineOverview[]> {
  const { pipelines, jobs } = await read(signal);
  return pipelines.map((pipeline) =>
    overviewOf(
      pipeline,
      jobs.filter((job) => job.pipeline === pipeline.pipeline),
    ),
  );
}

function overviewOf({ pipeline, schedulable, running, variables = {} }: Pipeline, jobs: readonly OldJob[]) {
  const done = jobs.filter((job) => statusOf(job) === 'done').slice(0, LAST);
  const countOf = (status: JobStatus) => jobs.filter((job) => statusOf(job) === status).length;
  const names = new Set(done.flatMap(({ tasks }) => tasks.map(({ name }) => name)));
  const medians = [...names].flatMap((name) => {
    const seconds = medianOf(done.flatMap(({ tasks }) => tasks.filter((task) => task.name === name)));
    return seconds === null ? [] : [[name, seconds] as const];
  });
  return {
    pipeline,
    schedulable,
    running,
    variables: Object.keys(variables),
    waitingJobs: countOf('waiting'),
    runningJobs: countOf('running'),
    tasks: (jobs[0]?.tasks ?? []).filter(({ name }) => name !== 'on_error'),
    last: jobs
      .filter((job) => statusOf(job) === 'running' || isFinished(statusOf(job)))
      .slice(0, LAST)
      .map(pastOf),
    usual: { jobSeconds: medianOf(done), tasks: Object.fromEntries(medians) },
  };
}

function medianOf(
  ones: readonly { readonly start: string | null; readonly end: string | null }[],
): number | null {
  const seconds = ones
    .flatMap(({ start, end }) =>
      start === null || end === null ? [] : [(Date.parse(end) - Date.parse(start)) / 1000],
    )
    .sort((one, other) => one - other);
  return seconds[seconds.length >> 1] ?? null;
}
