// npm run test:clients -- --count N: clients leave services of every role, directly and through nginx, in twenty ways.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { hasNginx, startNginx } from '../support/nginx.mjs';
import { startService } from '../support/services.mjs';
import { descriptorsOf } from './descriptors.mjs';
import { leave } from './leave.mjs';
import { bearer, SECRET, targetsOf } from './targets.mjs';
import { WAYS } from './ways.mjs';

const { values } = parseArgs({ options: { count: { type: 'string', default: '5000' } } });
/** Clients of each way, to each role, by each route. */
const count = Number(values.count);
const PATIENCE_MS = 60_000;
const DEPLOY = fileURLToPath(new URL('../../deploy', import.meta.url));
const PIPELINES = `pipelines:
  long: { tasks: { t: { script: ['echo hi; sleep 36000'] } } }
  quick: { tasks: { t: { script: ['echo hi'] } } }
`;

const folder = mkdtempSync(join(tmpdir(), 'holdfast-clients-'));
writeFileSync(join(folder, 'pipelines.yml'), PIPELINES);

const secret = { HOLDFAST_JWT_SECRET: SECRET };
const services = {
  // Behind proxies that are believed, an address is found in another way; a limit asks for it more often.
  all: await startService(folder, {
    ...secret,
    HOLDFAST_TRUSTED_PROXIES: '127.0.0.0/8',
    HOLDFAST_RATE_LIMIT: '100000',
  }),
  api: await startService(folder, { ...secret, HOLDFAST_ROLE: 'api' }),
  worker: await startService(folder, { HOLDFAST_ROLE: 'worker' }),
};
const portOf = (role) => Number(new URL(services[role].url).port);
const [, databasePort] = /database [^:/]+:(\d+)/.exec(services.api.said());
const problems = [];

async function until(what, look) {
  const end = Date.now() + PATIENCE_MS;
  while (!(await look())) {
    if (Date.now() > end) throw new Error(`waited in vain until ${what}`);
    await new Promise((done) => setTimeout(done, 50));
  }
}

const freePort = () =>
  new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });

const authorization = await bearer(SECRET);

/** On a connection of its own, which is not kept: it would be one of the descriptors that are counted. */
const ask = (port, path, method = 'GET', body = '') =>
  new Promise((done, fail) => {
    const options = { host: '127.0.0.1', port, path, method, headers: authorization, agent: false };
    const asked = request(options, (response) => {
      text(response).then((said) => done({ status: response.statusCode, said }), fail);
    });
    asked.once('error', fail).end(body);
  });

async function askApi(...asked) {
  return JSON.parse((await ask(portOf('api'), ...asked)).said);
}

const schedule = async (pipeline) =>
  (await askApi('/pipelines/schedule', 'POST', JSON.stringify({ pipeline }))).jobId;
const jobOf = (id) => askApi(`/job/detail?id=${id}`);

/** All ways by one route to the service of one role. */
async function leaveAll(role, route, port, targets) {
  const began = performance.now();
  for (const way of WAYS) {
    const kept = await leave(port, way, targets[way.targets], count);
    const { alive, said } = services[role];
    if (!alive()) throw new Error(`${role} has ended, ${route}, after "${way.name}": ${said().slice(-2000)}`);
    if (kept > 0) problems.push(`${role}, ${route}, "${way.name}": kept ${kept} clients that had left`);
  }
  const { status } = await ask(port, '/health/live');
  if (status !== 200) problems.push(`${role}, ${route}: /health/live answers ${status}`);
  const seconds = Math.round((performance.now() - began) / 1000);
  console.log(`${role}, ${route}: ${WAYS.length * count} clients in ${WAYS.length} ways, ${seconds} s`);
}

async function leaveThroughGateway(role, targets) {
  const port = await freePort();
  const place = mkdtempSync(join(folder, 'nginx-'));
  const addresses = [`127.0.0.1:${portOf(role)}`];
  const nginx = startNginx(place, { deploy: DEPLOY, listen: `127.0.0.1:${port}`, addresses });
  const gone = new Promise((done) => nginx.once('exit', done));
  await until('nginx listens', () =>
    ask(port, '/health/live').then(
      ({ status }) => status === 200,
      () => false,
    ),
  );
  await leaveAll(role, 'through nginx', port, targets);
  // With the connections that it keeps to the service.
  nginx.kill('SIGTERM');
  await gone;
}

const numbersOf = async (role) => (await ask(portOf(role), '/metrics')).said;

/** How requests were answered by status; 499 is a client that had left before. */
async function answersOf(role) {
  const counts = {};
  for (const [, status, count] of (await numbersOf(role)).matchAll(
    /^holdfast_http_request_duration_seconds_count\{.*status="(\d+)".*\} (\d+)$/gm,
  ))
    counts[status] = (counts[status] ?? 0) + Number(count);
  return Object.entries(counts)
    .map(([status, count]) => `${status} ${count} times`)
    .join(', ');
}

async function leaveRole(role, targets) {
  const { pid, said } = services[role];
  const open = () => descriptorsOf(pid, Number(databasePort));
  const before = open();
  await leaveAll(role, 'directly', portOf(role), targets);
  if (hasNginx()) await leaveThroughGateway(role, targets);
  let after = open();
  await until('descriptors are closed', () => (after = open()) <= before).catch(() => undefined);
  const answers = await answersOf(role);
  console.log(`${role}: descriptors before ${before}, after ${after}; answers ${answers}`);
  if (/(?:^|, )5\d\d /.test(answers)) problems.push(`${role}: some answers were errors of its own`);
  if (after > before) problems.push(`${role}: ${after - before} descriptors were left open`);
  const isStreaming = async () => /^holdfast_streams_open [^0]/m.test(await numbersOf(role));
  await until('streams end', async () => !(await isStreaming())).catch(() =>
    problems.push(`${role}: streams of clients that had left are open`),
  );
  if (/reason that is ours|Error:/.test(said())) problems.push(`${role} said: ${said().slice(-2000)}`);
}

try {
  const job = await schedule('long');
  await until('a job runs', async () => (await jobOf(job)).tasks[0].status === 'running');
  const targets = await targetsOf(job);
  for (const role of Object.keys(services)) await leaveRole(role, targets);
  if ((await jobOf(job)).tasks[0].status !== 'running') problems.push('the job that ran has ended');
  const quick = await schedule('quick');
  await until('a job is run', async () => (await jobOf(quick)).completed);
  // Nothing has to be waited for at the end.
  await askApi(`/job/cancel?id=${job}`, 'POST');
} catch (error) {
  problems.push(error.message);
}
for (const problem of problems) console.log(problem);
console.log(`${problems.length} problems`);
for (const { stop } of Object.values(services).reverse()) await stop();
rmSync(folder, { recursive: true, force: true });
process.exit(problems.length === 0 ? 0 : 1);
