// npm run test:fuzz -- --requests N --seed N: what the OpenAPI document says against what is really answered.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { describedBy } from './answers.mjs';
import { callers, notFor, SECRET } from './callers.mjs';
import { Coverage } from './coverage.mjs';
import { KNOWN_ID, operationsOf, requestsOf } from './requests.mjs';
import { send } from './send.mjs';
import { startService } from '../support/services.mjs';

const { values } = parseArgs({
  options: { requests: { type: 'string', default: '50000' }, seed: { type: 'string', default: '1' } },
});
const [count, seed] = [Number(values.requests), Number(values.seed)];
const AT_ONCE = 16;
const BATCH = 1000;
const SHOWN = 20;
const KNOWN = 200;
/** From so many on, every answer that there is has to have been seen. */
const ENOUGH = 10_000;

const PIPELINES = `pipelines:
  quick: { concurrency: 8, queue_limit: 50, tasks: { a: { script: ['echo a'] }, b: { script: ['echo b'], depends_on: [a] } } }
  fails: { concurrency: 8, queue_limit: 50, tasks: { a: { script: ['echo so far; exit 3'], retries: 1, retry_delay: 1ms } }, on_error: { script: ['true'] } }
  waits: { queue_limit: 5, queue_strategy: replace, tasks: { a: { script: ['echo waits; echo loud >&2; sleep 5'] } } }
  checked:
    queue_limit: 20
    variables: { n: { type: integer, minimum: 0, required: true } }
    tasks: { a: { script: ['echo {{ .n }}'] } }
`;

const folder = mkdtempSync(join(tmpdir(), 'holdfast-fuzz-'));
writeFileSync(join(folder, 'pipelines.yml'), PIPELINES);
// One that asks nobody who they are and runs the tasks, and one as it is behind a gateway, beside it.
const open = { name: 'open', guarded: false, ...(await startService(folder, {})) };
const guarded = {
  name: 'guarded',
  guarded: true,
  ...(await startService(folder, {
    HOLDFAST_ROLE: 'api',
    HOLDFAST_JWT_SECRET: SECRET,
    HOLDFAST_BASE_PATH: '/jobs-api',
    HOLDFAST_TRUSTED_PROXIES: '127.0.0.1',
    HOLDFAST_CORS_ORIGINS: 'https://app.example.com',
    HOLDFAST_RATE_LIMIT: '1',
  })),
};
const services = [open, guarded];

const document = await (await fetch(`${open.url}/openapi.json`)).json();
const operations = operationsOf(document);
const problemOf = describedBy(document);
const known = ['52a5cb79-7556-4c52-8e6f-dd6aaf1bc4c8'];
const coverage = new Coverage();
const problems = [];

const operationOf = ({ method, path }) => document.paths[path]?.[method?.toLowerCase()];

async function attempt([request, asking], index) {
  const id = known[index % known.length];
  const filled = request.bytes ? request : { ...request, query: request.query.replaceAll(KNOWN_ID, id) };
  const service = asking === null ? open : guarded;
  const answer = await send(service.url, asking === null ? filled : askedBy(asking, filled)).catch(
    (error) => ({ status: 0, problem: error.message }),
  );
  const what = filled.bytes ? 'bytes' : operationOf(filled) ? `${filled.method} ${filled.path}` : 'elsewhere';
  coverage.add(service.name, what, answer === null ? 'closed' : answer.status);
  const problem = answer === null ? null : (answer.problem ?? judge(filled, asking, answer));
  if (problem !== null) problems.push({ index, problem, asking, request: filled });
  if (answer?.status === 202) remember(JSON.parse(answer.body.toString()).jobId, index);
}

function remember(id, index) {
  if (known.length < KNOWN) known.push(id);
  else known[index % KNOWN] = id;
}

/** What the caller says of itself comes last, since a request may have a header of the same name. */
function askedBy({ caller, address }, request) {
  if (request.bytes) return request;
  const headers = { ...request.headers, 'x-forwarded-for': address, authorization: caller.authorization };
  if (caller.authorization === undefined) delete headers.authorization;
  return { ...request, headers };
}

function judge(request, asking, answer) {
  if (answer.status >= 500) return `${answer.status} ${answer.body.toString().slice(0, 200)}`;
  if (request.bytes || ['HEAD', 'OPTIONS'].includes(request.method)) return null;
  if (/^\/(docs|openapi|metrics)/.test(request.path) && answer.status < 400) return null;
  const plain = { ...request, path: request.path.replace(/^\/pipelines\/$/, '/pipelines') };
  const problem = problemOf(plain, answer);
  // A page of another origin is refused with 403 however known its caller is elsewhere; tokens do not ask for pages.
  return problem ?? (asking === null ? null : notFor(asking.caller, operationOf(plain), answer));
}

const arbitrary = fc.tuple(requestsOf(document), fc.option(await callers(), { freq: 2 }));
for (let done = 0; done < count && problems.length < SHOWN; done += BATCH) {
  const requests = fc.sample(arbitrary, { numRuns: Math.min(BATCH, count - done), seed: seed + done });
  const turns = requests.entries();
  const worker = async () => {
    for (const [index, request] of turns) await attempt(request, done + index);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

for (const line of coverage.lines()) console.log(line);
console.log(`${coverage.whole} requests, seed ${seed}, ${problems.length} answered otherwise than described`);
for (const { index, problem, asking, request } of problems.slice(0, SHOWN))
  console.log(
    `#${index} ${problem}\n    ${asking === null ? 'open' : asking.caller.name} ${JSON.stringify(request).slice(0, 1000)}`,
  );
const missing = coverage.missing(services, operations);
for (const line of missing) console.log(`never seen: ${line}`);
if ({}.polluted !== undefined) console.log('the prototype of this very process is polluted');
const alive = services.every((service) => service.alive());
for (const service of services) {
  const said = service.said();
  if (!service.alive()) console.log(`the ${service.name} service has ended: ${said.slice(-2000)}`);
  if (/reason that is ours|TypeError|ReferenceError/i.test(said))
    console.log(`the ${service.name} service said: ${said.slice(-3000)}`);
}
for (const service of [...services].reverse()) await service.stop();
rmSync(folder, { recursive: true, force: true });
process.exit(problems.length === 0 && alive && (missing.length === 0 || count < ENOUGH) ? 0 : 1);
