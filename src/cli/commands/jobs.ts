/** `holdfast jobs`: the newest jobs that fit. */
import type { JobsPage, JobSummary } from '../ask/answers.js';
import { EXIT, type ExitCode } from '../exit.js';
import { instantIn } from '../since.js';
import { signOf, wordOf } from '../text/paint.js';
import { localTime, took } from '../text/took.js';
import { writtenOf } from '../variables.js';
import { type Cell, Table } from '../view/table.js';
import type { Context } from './context.js';

export interface JobsOptions {
  readonly pipeline?: string;
  readonly status?: readonly string[];
  readonly user?: string;
  readonly from?: string;
  readonly to?: string;
  readonly query?: string;
  readonly limit: number;
}

/** The service's limit. */
const MOST_ON_PAGE = 200;
const HEADING = ['ID', 'PIPELINE', 'STATUS', 'TASKS', 'CREATED', 'TOOK', 'USER', 'VARIABLES'];

export async function jobs(context: Context, options: JobsOptions): Promise<ExitCode> {
  const { service, out, json, note } = context;
  const { pipeline, status, user, query: q, limit } = options;
  const now = service.now();
  const from = options.from === undefined ? undefined : instantIn('--from', options.from, now);
  const to = options.to === undefined ? undefined : instantIn('--to', options.to, now);
  const table = new Table(out, HEADING);
  const found: JobSummary[] = [];
  let cursor: string | undefined;
  do {
    const size = Math.min(limit - found.length, MOST_ON_PAGE);
    const page: JobsPage = await service.get('jobs', {
      pipeline,
      status,
      user,
      from,
      to,
      q,
      cursor,
      limit: size,
    });
    found.push(...page.jobs);
    cursor = page.nextCursor;
    // A page at a time, because looking for a text in many jobs takes a while.
    if (!json && page.jobs.length > 0) await table.rows(page.jobs.map((job) => rowOf(job, context)));
  } while (cursor !== undefined && found.length < limit);
  if (json) await out.json({ jobs: found, ...(cursor !== undefined && { nextCursor: cursor }) });
  else if (found.length === 0) note('no jobs');
  else if (cursor !== undefined) note('there may be more; -n tells how many are shown');
  return EXIT.done;
}

function rowOf(job: JobSummary, { out, service }: Context): Cell[] {
  const { id, pipeline, status, tasks, created, user, variables = {}, variablesTruncated } = job;
  const { paint, isTerminal } = out;
  const written = variablesTruncated === true ? '…' : writtenOf(variables).join(' ');
  return [
    { text: id },
    { text: out.name(pipeline) },
    isTerminal
      ? { text: `  ${status}`, painted: `${signOf(status, paint)} ${wordOf(status, paint)}` }
      : { text: status },
    { text: `${tasks.done}/${tasks.total}` },
    { text: isTerminal ? localTime(created) : created },
    { text: took(job, service.now()) },
    { text: out.name(user) },
    { text: out.name(written) },
  ];
}
