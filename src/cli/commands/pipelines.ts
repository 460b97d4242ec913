/** `holdfast pipelines`: what can be run, and how it is doing. */
import type { Pipeline, Pipelines } from '../ask/answers.js';
import { EXIT, type ExitCode } from '../exit.js';
import { signOf } from '../text/paint.js';
import { seconds } from '../text/took.js';
import { type Cell, Table } from '../view/table.js';
import type { Out } from '../view/out.js';
import type { Context } from './context.js';

const HEADING = ['PIPELINE', 'RUNNING', 'WAITING', 'LAST', 'USUALLY', 'VARIABLES'];
const LAST_SHOWN = 10;

export async function pipelines({ service, out, json }: Context): Promise<ExitCode> {
  const answer = await service.get<Pipelines>('pipelines/overview');
  if (json) await out.json(answer);
  else await new Table(out, HEADING).rows(answer.pipelines.map((pipeline) => rowOf(pipeline, out)));
  return EXIT.done;
}

function rowOf(pipeline: Pipeline, out: Out): Cell[] {
  const {
    pipeline: name,
    runningJobs,
    concurrency,
    waitingJobs,
    schedulable,
    last,
    usual,
    variables,
  } = pipeline;
  // The newest stands last, as time goes on to the right.
  const shown = last.slice(0, LAST_SHOWN).reverse();
  return [
    { text: out.name(name) },
    { text: `${runningJobs}/${concurrency}` },
    { text: `${waitingJobs}${schedulable ? '' : ' (full)'}` },
    {
      text: ' '.repeat(shown.length),
      painted: shown.map(({ status }) => signOf(status, out.paint)).join(''),
    },
    { text: usual.jobSeconds === null ? '' : seconds(usual.jobSeconds) },
    { text: out.name(variables.join(' ')) },
  ];
}
