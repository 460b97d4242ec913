// npm run test:chaos -- [--seed N] [--seconds N] [--plan] [--keep]: a run under a monkey, and whether the promises held.
import { randomBytes } from 'node:crypto';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { openAudit } from './audit.mjs';
import { startClient } from './client.mjs';
import { startCrew } from './crew.mjs';
import { historyOf } from './history.mjs';
import { startMonkey } from './monkey.mjs';
import { processesOf, readNotes } from './notes.mjs';
import { fileOf, makePipelines } from './pipelines.mjs';
import { actionsOf, requestsOf } from './plan.mjs';
import { randomOf } from './random.mjs';
import { judge, printCounts } from './report.mjs';

const LEASE_SECONDS = 4;
const CLIENTS = 4;
/** Open jobs of a pipeline at which clients leave it out, so that the end of a run is not far; more than its limits allow. */
const CROWD = 8;
const QUIET_MS = 180_000;
const GONE_MS = 15_000;

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    seconds: { type: 'string', default: '60' },
    keep: { type: 'boolean', default: false },
    plan: { type: 'boolean', default: false },
  },
});
const { seed } = values;
const seconds = Number(values.seconds);
const random = randomOf(seed);
const pipelines = makePipelines(random.stream('pipelines'));
const actions = actionsOf(random.stream('monkey'));
const clients = Array.from({ length: CLIENTS }, (_, index) =>
  requestsOf(random.stream(`client ${index}`), `c${index}`, pipelines),
);

async function waitFor(look, milliseconds) {
  for (const end = Date.now() + milliseconds; Date.now() < end; await sleep(200)) {
    if (await look()) return true;
  }
  return false;
}

async function run() {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-chaos-'));
  const token = randomBytes(8).toString('hex');
  const leaseMs = LEASE_SECONDS * 1000;
  const ledger = new Map();
  console.log(`chaos: seed ${seed}, ${seconds} s, in ${folder}`);
  const crew = await startCrew({ folder, token, leaseSeconds: LEASE_SECONDS, pipelines });
  const audit = await openAudit(crew.postgres.url);
  const log = (text) => appendFileSync(join(folder, 'monkey.log'), `${new Date().toISOString()} ${text}\n`);
  const crowded = (pipeline) => audit.openOf(pipeline) >= CROWD;
  const monkey = startMonkey({ crew, actions, leaseMs, log });
  const running = clients.map((requests) => startClient({ url: crew.url, requests, ledger, crowded }));
  await sleep(seconds * 1000);
  log('stop');
  await Promise.all([monkey.stop(), ...running.map((client) => client.stop())]);
  log('all is back');

  const troubles = [];
  if (!(await waitFor(audit.isQuiet, QUIET_MS))) {
    for (const row of await audit.stuck()) troubles.push(`still open: ${JSON.stringify(row)}`);
  }
  if (!(await waitFor(() => processesOf(token, { tasks: true }).length === 0, GONE_MS)))
    troubles.push(`processes of tasks are left: ${processesOf(token, { tasks: true })}`);
  log('quiet');
  const facts = await audit.facts();
  const members = [crew.api, ...crew.workers];
  for (const member of members) {
    if ((await member.end()) !== 0) troubles.push(`${member.name} did not end well`);
    troubles.push(...member.troubles);
  }
  if (!(await waitFor(() => processesOf(token, { tasks: false }).length === 0, GONE_MS)))
    troubles.push(`processes are left: ${processesOf(token, { tasks: false })}`);
  await audit.close();
  await crew.postgres.end();

  writeFileSync(join(folder, 'facts.json'), JSON.stringify({ facts, ledger: [...ledger.values()] }));
  const notes = readNotes(join(folder, 'notes'));
  const history = historyOf(facts, notes, pipelines);
  const all = { seed, seconds, ledger, facts, notes, pipelines, members, leaseMs, monkey, ...history };
  printCounts(all);
  const held = judge(all, troubles);
  if (held && !values.keep) rmSync(folder, { recursive: true, force: true });
  else console.log(`  what there is to look at: ${folder}`);
  return held;
}

/** What the seed decides, without doing it. */
function printPlan() {
  const first = (steps, count) => Array.from({ length: count }, () => JSON.stringify(steps.next().value));
  console.log(
    [...first(actions, 50), ...clients.flatMap((one) => first(one, 50)), fileOf(pipelines)].join('\n'),
  );
}

if (values.plan) printPlan();
else process.exitCode = (await run()) ? 0 : 1;
