// npm run test:chaos -- [--seed N] [--seconds N] [--standby] [--plan] [--keep]: a run under a monkey, and whether the promises held.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fileOf, makePipelines } from './pipelines.mjs';
import { actionsOf, requestsOf } from './plan.mjs';
import { randomOf } from './random.mjs';
import { judge, printCounts } from './report.mjs';
import { holdSession } from './session.mjs';

const CLIENTS = 4;
const SHOWN = 50;

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    seconds: { type: 'string', default: '60' },
    standby: { type: 'boolean', default: false },
    plan: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
  },
});

/** Each with a stream of its own. */
function decide({ seed, standby }) {
  const random = randomOf(seed);
  const pipelines = makePipelines(random.stream('pipelines'));
  const clients = Array.from({ length: CLIENTS }, (_, index) =>
    requestsOf(random.stream(`client ${index}`), `c${index}`, pipelines),
  );
  return { pipelines, clients, actions: actionsOf(random.stream('monkey'), { standby }) };
}

/** What a seed decides, without doing it. */
function printPlan({ actions, clients, pipelines }) {
  const first = (steps) => Array.from({ length: SHOWN }, () => JSON.stringify(steps.next().value));
  console.log([...first(actions), ...clients.flatMap(first), fileOf(pipelines)].join('\n'));
}

/** Answers whether all held. What there is to look at is kept where something did not. */
async function run({ seed, seconds, standby, keep }) {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-chaos-'));
  console.log(`chaos: seed ${seed}, ${seconds} s, in ${folder}`);
  const decisions = decide({ seed, standby });
  const session = await holdSession({ folder, seconds: Number(seconds), decisions, standby });
  printCounts({ seed, seconds, ...session });
  const held = judge(session);
  if (held && !keep) rmSync(folder, { recursive: true, force: true });
  else console.log(`  what there is to look at: ${folder}`);
  return held;
}

if (values.plan) printPlan(decide(values));
else process.exitCode = (await run(values)) ? 0 : 1;
