// npm run test:fuzz -- --requests N --seed N: what the OpenAPI document says against what is really answered.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { describedBy } from './answers.mjs';
import { KNOWN_ID, requestsOf } from './requests.mjs';
import { send } from './send.mjs';

const { values } = parseArgs({
  options: { requests: { type: 'string', default: '50000' }, seed: { type: 'string', default: '1' } },
});
const [count, seed] = [Number(values.requests), Number(values.seed)];
const AT_ONCE = 16;
const BATCH = 1000;
const SHOWN = 20;
const KNOWN = 200;

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const PIPELINES = `pipelines:
  quick: { concurrency: 8, queue_limit: 50, tasks: { a: { script: ['echo a'] }, b: { script: ['echo b'], depends_on: [a] } } }
  fails: { concurrency: 8, queue_limit: 50, tasks: { a: { script: ['exit 3'], retries: 1, retry_delay: 1ms } }, on_error: { script: ['true'] } }
  waits: { queue_limit: 5, queue_strategy: replace, tasks: { a: { script: ['sleep 5'] } } }
  checked:
    queue_limit: 20
    variables: { n: { type: integer, minimum: 0, required: true } }
    tasks: { a: { script: ['echo {{ .n }}'] } }
`;

const folder = mkdtempSync(join(tmpdir(), 'holdfast-fuzz-'));
writeFileSync(join(folder, 'pipelines.yml'), PIPELINES);
const service = spawn(process.execPath, [MAIN], {
  cwd: folder,
  env: {
    PATH: process.env.PATH,
    PORT: '0',
    ...(process.env.DATABASE_URL && { DATABASE_URL: process.env.DATABASE_URL }),
  },
  stdio: ['ignore', 'pipe', 'pipe'],
});
const exited = new Promise((done) => service.once('exit', done));
let said = '';
const url = await new Promise((done, fail) => {
  for (const stream of [service.stdout, service.stderr]) {
    stream.on('data', (bytes) => {
      said = (said + bytes).slice(-100_000);
      const address = /(http:\/\/[^/,\s]+)/.exec(said);
      if (address !== null) done(address[1]);
    });
  }
  service.once('exit', () => fail(new Error(`the service does not start: ${said}`)));
});

const document = await (await fetch(`${url}/openapi.json`)).json();
const problemOf = describedBy(document);
const known = ['52a5cb79-7556-4c52-8e6f-dd6aaf1bc4c8'];
const counts = new Map();
const problems = [];

async function attempt(request, index) {
  const id = known[index % known.length];
  const filled = request.bytes ? request : { ...request, query: request.query.replaceAll(KNOWN_ID, id) };
  const answer = await send(url, filled).catch((error) => ({ status: 0, problem: error.message }));
  const name = nameOf(filled, answer);
  counts.set(name, (counts.get(name) ?? 0) + 1);
  const problem = answer === null ? null : (answer.problem ?? judge(filled, answer));
  if (problem !== null) problems.push({ index, problem, request: filled });
  if (answer?.status === 202) known[index % KNOWN] = JSON.parse(answer.body.toString()).jobId;
}

function judge(request, answer) {
  if (answer.status >= 500) return `${answer.status} ${answer.body.toString().slice(0, 200)}`;
  if (request.bytes || ['HEAD', 'OPTIONS'].includes(request.method)) return null;
  if (/^\/(docs|openapi)/.test(request.path) && answer.status < 400) return null;
  return problemOf({ ...request, path: request.path.replace(/^\/pipelines\/$/, '/pipelines') }, answer);
}

function nameOf(request, answer) {
  const documented = document.paths[request.path]?.[request.method?.toLowerCase()] !== undefined;
  const what = request.bytes ? 'bytes' : documented ? `${request.method} ${request.path}` : 'elsewhere';
  return `${what.padEnd(26)} ${answer === null ? 'closed' : answer.status}`;
}

const arbitrary = requestsOf(document);
for (let done = 0; done < count && problems.length < SHOWN; done += BATCH) {
  const requests = fc.sample(arbitrary, { numRuns: Math.min(BATCH, count - done), seed: seed + done });
  const turns = requests.entries();
  const worker = async () => {
    for (const [index, request] of turns) await attempt(request, done + index);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

for (const [name, times] of [...counts].sort()) console.log(`${name}  ${times}`);
const whole = [...counts.values()].reduce((sum, times) => sum + times, 0);
console.log(`${whole} requests, seed ${seed}, ${problems.length} answered otherwise than described`);
for (const { index, problem, request } of problems.slice(0, SHOWN))
  console.log(`#${index} ${problem}\n    ${JSON.stringify(request).slice(0, 1000)}`);
if ({}.polluted !== undefined) console.log('the prototype of this very process is polluted');
const alive = service.exitCode === null;
if (!alive) console.log(`the service has ended: ${said.slice(-2000)}`);
if (/internal|TypeError|ReferenceError/i.test(said)) console.log(`it said: ${said.slice(-3000)}`);
service.kill('SIGTERM');
await exited;
rmSync(folder, { recursive: true, force: true });
process.exit(problems.length === 0 && alive ? 0 : 1);
