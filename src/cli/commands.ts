/** What each command does; answers its exit code. */
import { randomUUID } from 'node:crypto';
import type { WriteStream } from 'node:tty';
import type { Client } from './client.js';
import { type Console, lookOf, note, pass, say, sayJson } from './console.js';
import { watch } from './events.js';
import { EXIT } from './exit-codes.js';
import { followJob } from './follow-job.js';
import { oneLine } from './harmless.js';
import { durationText, headOf, statusText, tasksOf } from './job-text.js';
import { table } from './table.js';
import type { Job, JobsPage, JobSummary, PipelineOverview } from './types.js';
import { variablesIn } from './variables.js';

export interface Context {
  readonly client: Client;
  readonly console: Console;
  /** Ctrl-C. */
  readonly signal: AbortSignal;
}

export interface RunOptions {
  readonly variable?: readonly string[];
  readonly queuePartition?: string;
  readonly idempotencyKey?: string;
  readonly follow?: boolean;
}

/** With a key of its own, so that an answer that was lost is asked for again, and there is one job. */
export async function run(context: Context, pipeline: string, options: RunOptions): Promise<number> {
  const { variable = [], queuePartition, idempotencyKey = randomUUID(), follow = false } = options;
  const body = {
    pipeline,
    variables: variablesIn(variable),
    ...(queuePartition === undefined ? {} : { queuePartition }),
  };
  const headers = { 'idempotency-key': idempotencyKey };
  const call = { method: 'POST', body, headers } as const;
  return scheduled(
    context,
    await context.client.json<{ jobId: string }>('/pipelines/schedule', call),
    follow,
  );
}

export interface RerunOptions {
  readonly fromFailed?: boolean;
  readonly follow?: boolean;
}

export async function rerun(context: Context, id: string, options: RerunOptions): Promise<number> {
  const { fromFailed = false, follow = false } = options;
  const query = { id, from: fromFailed ? 'failed' : undefined };
  const call = { method: 'POST', query, headers: { 'idempotency-key': randomUUID() } } as const;
  return scheduled(context, await context.client.json<{ jobId: string }>('/job/rerun', call), follow);
}

function scheduled(context: Context, answer: { jobId: string }, follow: boolean): Promise<number> | number {
  const { console, client, signal } = context;
  if (console.json) sayJson(console, answer);
  else if (!follow || !console.out.isTTY) say(console, answer.jobId);
  return follow ? followUntilInterrupted(client, answer.jobId, console, signal) : EXIT.done;
}

async function followUntilInterrupted(client: Client, id: string, console: Console, signal: AbortSignal) {
  try {
    return await followJob(client, id, console, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
    note(
      console,
      `job ${id} goes on. To follow it: holdfast show ${id} -f. To end it: holdfast cancel ${id}`,
    );
    return EXIT.interrupted;
  }
}

export async function show(
  context: Context,
  id: string,
  { follow = false }: { follow?: boolean },
): Promise<number> {
  const { client, console, signal } = context;
  if (follow) return followUntilInterrupted(client, id, console, signal);
  const job = await client.json<Job>('/job/detail', { query: { id } });
  if (console.json) sayJson(console, job);
  else {
    const look = lookOf(console);
    const about = [
      `created ${job.created}${job.user === '' ? '' : ` by ${oneLine(job.user)}`}`,
      ...(job.rerunOf === undefined ? [] : [`runs ${job.rerunOf} again`]),
      ...(job.reruns ?? []).map((again) => `run again as ${again}`),
      ...Object.entries(job.variables ?? {}).map(
        ([name, value]) => `${oneLine(name)} = ${oneLine(JSON.stringify(value))}`,
      ),
    ];
    say(console, [headOf(job, look), ...about.map((line) => `  ${line}`), ...tasksOf(job, look)].join('\n'));
  }
  return EXIT.done;
}

export interface JobsOptions {
  readonly pipeline?: string;
  readonly status?: string;
  readonly user?: string;
  readonly from?: string;
  readonly to?: string;
  readonly query?: string;
  readonly limit: number;
}

/** Of one page of the API. */
const MOST = 200;

export async function jobs(context: Context, { query: q, limit, ...filters }: JobsOptions): Promise<number> {
  const { client, console } = context;
  const found: JobSummary[] = [];
  let cursor: string | undefined;
  do {
    const query = { ...filters, q, cursor, limit: Math.min(limit - found.length, MOST) };
    const page = await client.json<JobsPage>('/jobs', { query });
    found.push(...page.jobs);
    cursor = page.nextCursor;
  } while (cursor !== undefined && found.length < limit);
  if (console.json)
    sayJson(console, { jobs: found, ...(cursor === undefined ? {} : { nextCursor: cursor }) });
  else if (found.length === 0) note(console, 'no jobs');
  else {
    const look = lookOf(console);
    const rows = found.map(({ id, pipeline, status, created, user, tasks }) => [
      id,
      statusText(status, look),
      oneLine(pipeline),
      created,
      `${tasks.done}/${tasks.total}`,
      oneLine(user),
    ]);
    say(console, table(['JOB', 'STATUS', 'PIPELINE', 'CREATED', 'TASKS', 'USER'], rows));
    if (cursor !== undefined) note(console, `there are more; --limit ${limit * 2} shows as many`);
  }
  return EXIT.done;
}

export async function pipelines({ client, console }: Context): Promise<number> {
  const answer = await client.json<{ pipelines: readonly PipelineOverview[] }>('/pipelines/overview');
  if (console.json) sayJson(console, answer);
  else {
    const look = lookOf(console);
    const rows = answer.pipelines.map(({ pipeline, runningJobs, waitingJobs, last, usual, schedulable }) => [
      oneLine(pipeline),
      String(runningJobs),
      String(waitingJobs),
      last[0] === undefined ? '' : statusText(last[0].status, look),
      usual.jobSeconds === null ? '' : durationText(usual.jobSeconds),
      schedulable ? '' : 'full',
    ]);
    say(console, table(['PIPELINE', 'RUNNING', 'WAITING', 'LAST', 'USUALLY', ''], rows));
  }
  return EXIT.done;
}

export async function cancel({ client, console }: Context, id: string): Promise<number> {
  const answer = await client.json<boolean>('/job/cancel', { method: 'POST', query: { id } });
  if (console.json) sayJson(console, answer);
  else note(console, `job ${id} is canceled; what runs of it is being ended`);
  return EXIT.done;
}

export interface LogsOptions {
  readonly follow?: boolean;
  readonly stream?: 'stdout' | 'stderr';
  readonly attempt?: string;
}

/** stdout goes to stdout, and stderr to stderr. */
export async function logs(
  context: Context,
  id: string,
  task: string,
  options: LogsOptions,
): Promise<number> {
  const { client, console } = context;
  const { follow = false, stream, attempt } = options;
  const query = { id, task, attempt };
  if (follow) return followLogs(context, { ...query, stream });
  if (console.json) {
    sayJson(console, await client.json('/job/logs', { query }));
    return EXIT.done;
  }
  for (const one of stream === undefined ? (['stdout', 'stderr'] as const) : [stream]) {
    const { body } = await client.ask('/job/logs/raw', { query: { ...query, stream: one } });
    for await (const bytes of body ?? []) await pass(targetOf(console, one), bytes as Uint8Array);
  }
  return EXIT.done;
}

const targetOf = ({ out, err }: Console, stream: string): WriteStream => (stream === 'stdout' ? out : err);

async function followLogs(
  { client, console, signal }: Context,
  query: Record<string, string | undefined>,
): Promise<number> {
  const onLost = (reason: string) => {
    note(console, `${reason}; trying again`);
  };
  try {
    for await (const event of watch(client, '/job/logs/stream', { query, signal, onLost })) {
      if (console.json) sayJson(console, event);
      else if (event.name === 'output') {
        const { stream, text } = event.data as { stream: string; text: string };
        await pass(targetOf(console, stream), text);
      }
    }
  } catch (error) {
    if (!signal.aborted) throw error;
    return EXIT.interrupted;
  }
  return EXIT.done;
}
