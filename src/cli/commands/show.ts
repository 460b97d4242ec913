/** `holdfast show`: one job with its tasks, as it is or until it ends. */
import type { Job } from '../ask/answers.js';
import { EXIT, type ExitCode } from '../exit.js';
import { localTime } from '../text/took.js';
import { writtenOf } from '../variables.js';
import { headLine, taskLines } from '../view/job-lines.js';
import type { Context } from './context.js';
import { follow } from './follow.js';

export interface ShowOptions {
  readonly follow?: true;
}

export async function show(context: Context, id: string, options: ShowOptions): Promise<ExitCode> {
  if (options.follow === true) return follow(context, id);
  const { service, out, json } = context;
  const job = await service.get<Job>('job/detail', { id });
  if (json) {
    await out.json(job);
    return EXIT.done;
  }
  const now = service.now();
  const facts = factsOf(job, context).map(
    ([name, text]) => `${out.paint('dim', name.padEnd(9))} ${out.name(text)}`,
  );
  await out.line([headLine(job, out, now), ...facts, ...taskLines(job.tasks, out, now)].join('\n'));
  return EXIT.done;
}

function factsOf(job: Job, { out }: Context): (readonly [string, string])[] {
  const { created, user, variables = {}, rerunOf, reruns = [], lastError, id } = job;
  const facts = [
    ['id', id],
    ['created', `${out.isTerminal ? localTime(created) : created}${user === '' ? '' : ` by ${user}`}`],
    ['error', lastError ?? ''],
    ['variables', writtenOf(variables).join(' ')],
    ['rerun of', rerunOf ?? ''],
    ['reruns', reruns.join(' ')],
  ] as const;
  return facts.filter(([, text]) => text !== '');
}
