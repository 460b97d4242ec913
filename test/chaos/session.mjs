// One run: a crew at work under a monkey for some time, brought back to rest, and what is known of it then.
import { randomBytes } from 'node:crypto';
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openAudit } from './audit.mjs';
import { startClient } from './client.mjs';
import { startCrew } from './crew.mjs';
import { historyOf } from './history.mjs';
import { startMonkey } from './monkey.mjs';
import { processesOf, readNotes } from './notes.mjs';

const LEASE_SECONDS = 4;
const LEASE_MS = LEASE_SECONDS * 1000;
/** Open jobs of a pipeline at which clients leave it out, so that the end of a run is not far; more than its limits allow. */
const CROWD = 8;
const QUIET_MS = 180_000;
const GONE_MS = 15_000;

/** Whatever happens, nothing of it goes on afterwards. */
export async function holdSession({ folder, seconds, decisions, standby }) {
  const token = randomBytes(8).toString('hex');
  const { pipelines } = decisions;
  const crew = await startCrew({ folder, token, leaseSeconds: LEASE_SECONDS, pipelines, standby });
  try {
    const session = await work({ folder, seconds, decisions, crew, token });
    writeFileSync(join(folder, 'facts.json'), JSON.stringify(session));
    const notes = readNotes(join(folder, 'notes'));
    const { ledger, facts } = session;
    const known = { ...session, ...historyOf(facts, notes, pipelines), notes, pipelines, leaseMs: LEASE_MS };
    return { ...known, ledger: new Map(ledger.map((request) => [request.token, request])) };
  } finally {
    for (const pid of processesOf(token, { tasks: false })) process.kill(Number(pid), 'SIGKILL');
    await crew.postgres.close().catch(() => undefined);
  }
}

async function work({ folder, seconds, decisions, crew, token }) {
  const log = (text) => appendFileSync(join(folder, 'monkey.log'), `${new Date().toISOString()} ${text}\n`);
  const ledger = new Map();
  const audit = await openAudit(crew.postgres.url);
  const crowded = (pipeline) => audit.openOf(pipeline) >= CROWD;
  const monkey = startMonkey({ crew, actions: decisions.actions, leaseMs: LEASE_MS, log });
  const clients = decisions.clients.map((requests) =>
    startClient({ url: crew.url, requests, ledger, crowded }),
  );
  await sleep(seconds * 1000);
  log('stop');
  await Promise.all([monkey.stop(), ...clients.map((client) => client.stop())]);
  log('all is back');

  const troubles = [];
  if (!(await waitFor(audit.isQuiet, QUIET_MS)))
    for (const row of await audit.stuck()) troubles.push(`still open: ${JSON.stringify(row)}`);
  await expectNone(troubles, 'processes of tasks', () => processesOf(token, { tasks: true }));
  log('quiet');
  const facts = await audit.facts();
  await audit.close();
  const members = [crew.api, ...crew.workers];
  for (const member of members) {
    if ((await member.end()) !== 0) troubles.push(`${member.name} did not end well`);
    troubles.push(...member.troubles);
  }
  await expectNone(troubles, 'processes', () => processesOf(token, { tasks: false }));
  const touched = members.map(({ names, disturbed }) => ({ names, disturbed }));
  const { slow } = audit;
  return { facts, ledger: [...ledger.values()], members: touched, slow, monkey: monkey.counts, troubles };
}

async function expectNone(troubles, what, look) {
  if (!(await waitFor(() => look().length === 0, GONE_MS)))
    troubles.push(`${what} are left: ${look().join(' ')}`);
}

async function waitFor(look, milliseconds) {
  for (const end = Date.now() + milliseconds; Date.now() < end; await sleep(200)) {
    if (await look()) return true;
  }
  return false;
}
