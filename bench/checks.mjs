// How soon health and an ordinary schedule are answered while 300 callers send variables that are expensive to check.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { quantile, tell, withCluster } from './support.mjs';
import { SECRET, tokenOf } from './token.mjs';

const SECONDS = Number(process.env.SECONDS ?? 15);
const CALLERS = Number(process.env.CALLERS ?? 300);
const MOB = fileURLToPath(new URL('checks.callers.mjs', import.meta.url));

const PIPELINES = `
pipelines:
  hangs: { queue_limit: 1000000, variables: { text: { type: string, pattern: '^(a+)+$' } }, tasks: {} }
  unique: { queue_limit: 1000000, variables: { list: { type: array, uniqueItems: true } }, tasks: {} }
  plain: { queue_limit: 1000000, variables: { tag: { type: string, maxLength: 20 } }, tasks: {} }
  pattern: { queue_limit: 1000000, variables: { tag: { type: string, pattern: '^[a-z]+$' } }, tasks: {} }
`;

/** Sends a request every `everyMs`, whether those before it have been answered or not. */
async function sample({ url, path, body, token, everyMs, until }) {
  const agent = new Agent({ keepAlive: true });
  const times = [];
  const statuses = {};
  const one = async () => {
    const begin = performance.now();
    const asking = request(`${url}${path}`, {
      agent,
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${token}` },
    });
    asking.end(body);
    const status = await once(asking, 'response').then(
      async ([answer]) => {
        await once(answer.resume(), 'end');
        return answer.statusCode;
      },
      (error) => error.code,
    );
    times.push(performance.now() - begin);
    statuses[status] = (statuses[status] ?? 0) + 1;
  };
  const asked = [];
  while (!until.isOver) {
    asked.push(one());
    await sleep(everyMs);
  }
  await Promise.all(asked);
  agent.destroy();
  times.sort((a, b) => a - b);
  return {
    p50: quantile(times, 0.5),
    p99: quantile(times, 0.99),
    max: times.at(-1),
    count: times.length,
    refused: times.length - (statuses[200] ?? 0) - (statuses[202] ?? 0),
  };
}

async function measure(url, attack) {
  const token = await tokenOf({ sub: 'ordinary' });
  const until = { isOver: false };
  const mob = fork(MOB);
  mob.send({ url, seconds: SECONDS, callers: CALLERS, ...attack });
  const told = once(mob, 'message');
  const schedule = (pipeline) => ({
    path: '/pipelines/schedule',
    body: JSON.stringify({ pipeline, variables: { tag: 'abc' } }),
    everyMs: 100,
  });
  const sampled = Promise.all(
    [{ path: '/health/live', everyMs: 20 }, schedule('plain'), schedule('pattern')].map((one) =>
      sample({ url, token, until, ...one }),
    ),
  );
  const [answers] = await told;
  until.isOver = true;
  const [health, plain, pattern] = await sampled;
  return {
    health,
    'schedule of a plain variable': plain,
    'schedule with a pattern': pattern,
    'the others': answers,
  };
}

await withCluster({ pipelines: PIPELINES }, async ({ start }) => {
  const { url } = await start({
    HOLDFAST_ROLE: 'api',
    HOLDFAST_JWT_SECRET: SECRET,
  });
  const hangs = { pipeline: 'hangs', variables: { text: `${'a'.repeat(40)}!` } };
  const list = { list: Array.from({ length: 75_000 }, (_, a) => ({ a })) };
  const ways = {
    'no other callers': { callers: 0 },
    'a pattern that hangs, each caller by itself': { body: hangs },
    'the same, all as one caller': { body: hangs, asOne: true },
    'uniqueItems with 75,000 objects': { body: { pipeline: 'unique', variables: list } },
    '75,000 objects that nothing is said of': { body: { pipeline: 'nope', variables: list } },
  };
  for (const [name, attack] of Object.entries(ways)) {
    for (const [what, figures] of Object.entries(await measure(url, attack)))
      tell(`${name}: ${what}`, figures);
  }
});
