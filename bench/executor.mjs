// What lies between asking the executor for a task and its end, step by step, here and in other checkouts that are
// built: node bench/executor.mjs ../other. PAUSE_MS between steps stands for the transaction; VARIABLES are inherited.
import { setTimeout } from 'node:timers/promises';
import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

const STEPS = 500;
const BATCH = 25;
const PAUSE_MS = Number(process.env.PAUSE_MS ?? 2);
const VARIABLES = Number(process.env.VARIABLES ?? 30);
const run = promisify(execFile);

const environment = { PATH: process.env.PATH, HOME: process.env.HOME };
for (let number = 0; number < VARIABLES; number += 1) environment[`INHERITED_${number}`] = 'x'.repeat(30);
const { signal } = new globalThis.AbortController();

const ways = await Promise.all(
  ['.', ...process.argv.slice(2)].map(async (checkout) => {
    const file = pathToFileURL(resolve(checkout, 'dist', 'executor', 'bash-executor.js'));
    const { BashExecutor } = await import(file.href);
    const executor = new BashExecutor({ environment });
    const step = (attempt) =>
      executor.execute(
        { entries: ['true'], allowFailure: false },
        {
          env: { ...environment, TASK_NAME: 'step', TASK_ATTEMPT: String(attempt), GREETING: 'hello' },
          signal,
          fenced: false,
          onOutput: () => undefined,
        },
      );
    return { name: checkout, step, close: () => executor.close(), took: [] };
  }),
);
const bare = {
  name: 'bash -c true, from here',
  step: () => run('bash', ['-c', 'true']),
  close: () => undefined,
  took: [],
};
ways.push(bare);

for (const { step } of ways) for (let count = 0; count < 20; count += 1) await step(1);
for (let count = 0; count < STEPS / BATCH; count += 1) {
  for (const { step, took } of ways) {
    for (let each = 0; each < BATCH; each += 1) {
      if (PAUSE_MS > 0) await setTimeout(PAUSE_MS);
      const start = performance.now();
      await step(each);
      took.push(performance.now() - start);
    }
  }
}
for (const { name, took } of ways) {
  const sorted = took.sort((one, other) => one - other);
  const [p50, p90] = [0.5, 0.9].map((part) => sorted[Math.floor(sorted.length * part)].toFixed(2));
  console.log(`${name}: p50 ${p50} ms, p90 ${p90} ms, quickest ${sorted[0].toFixed(2)} ms`);
}
await Promise.all(ways.map(({ close }) => close()));
