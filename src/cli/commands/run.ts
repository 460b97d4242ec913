/** `holdfast run` and `holdfast rerun`: schedule a job, and follow it if that is wanted. */
import { schedule, type Wanted } from '../ask/schedule.js';
import { EXIT, type ExitCode } from '../exit.js';
import { objectOf, type Variables } from '../variables.js';
import type { Context } from './context.js';
import { follow } from './follow.js';

interface SchedulingOptions {
  readonly follow?: true;
  readonly idempotencyKey?: string;
}

export interface RunOptions extends SchedulingOptions {
  readonly variable?: Variables;
  readonly queuePartition?: string;
}

export function run(context: Context, pipeline: string, options: RunOptions): Promise<ExitCode> {
  const { variable = new Map<string, string>(), queuePartition } = options;
  const parts = [
    `"pipeline":${JSON.stringify(pipeline)}`,
    `"variables":${objectOf(variable)}`,
    ...(queuePartition === undefined ? [] : [`"queuePartition":${JSON.stringify(queuePartition)}`]),
  ];
  return scheduled(context, { path: 'pipelines/schedule', body: `{${parts.join(',')}}` }, options);
}

export interface RerunOptions extends SchedulingOptions {
  readonly fromFailed?: true;
}

export function rerun(context: Context, id: string, options: RerunOptions): Promise<ExitCode> {
  const query = { id, from: options.fromFailed === true ? 'failed' : undefined };
  return scheduled(context, { path: 'job/rerun', query }, options);
}

async function scheduled(
  context: Context,
  wanted: Omit<Wanted, 'key'>,
  { follow: isFollowed, idempotencyKey: key }: SchedulingOptions,
): Promise<ExitCode> {
  const { service, out, json, note } = context;
  const { jobId } = await schedule(service, { ...wanted, key }, note);
  if (!json) await out.line(jobId);
  else if (isFollowed === true) await out.ndjson({ event: 'scheduled', jobId });
  else await out.json({ jobId });
  return isFollowed === true ? follow(context, jobId) : EXIT.done;
}
