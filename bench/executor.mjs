// What lies between asking the executor for a task and its end, step by step, here and in other checkouts that are
// built: node bench/executor.mjs ../other. PAUSE_MS between steps stands for the transaction; VARIABLES are inherited.
// And how long the loop of whoever asks is held up meanwhile: beside a timer of 1 ms, which is what `nothing` says; and how
// much of the processor its thread had in such a turn, as others on the same core hold it up as well.
import { clearInterval, setInterval } from 'node:timers';
import { setTimeout } from 'node:timers/promises';
import { execFile } from 'node:child_process';
import { openSync, readSync } from 'node:fs';
import { resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { quantile, tell } from './support.mjs';

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
    return {
      name: checkout === '.' ? 'this checkout' : checkout,
      step,
      close: () => executor.close(),
      took: [],
    };
  }),
);
const nothing = { name: 'nothing', step: () => setTimeout(2), close: () => undefined, took: [] };
const bare = {
  name: 'bash -c true, from here',
  step: () => run('bash', ['-c', 'true']),
  close: () => undefined,
  took: [],
};
ways.push(bare, nothing);
for (const way of ways) Object.assign(way, { gaps: [], spent: [] });

const schedstat = openSync(`/proc/self/task/${process.pid}/schedstat`);
const bytes = new Uint8Array(64);
/** Milliseconds that this thread has had of a core, up to when it waited last. */
const onCore = () => {
  const length = readSync(schedstat, bytes, 0, bytes.length, 0);
  return Number.parseInt(new globalThis.TextDecoder().decode(bytes.subarray(0, length)), 10) / 1e6;
};

/** The longest time between two turns of a timer of 1 ms since the last step began, and the most of the core in one. */
let [turn, gap, had, most] = [0, 0, 0, 0];
const timer = setInterval(() => {
  gap = Math.max(gap, performance.now() - turn);
  const now = onCore();
  most = Math.max(most, now - had);
  [turn, had] = [performance.now(), now];
}, 1);

for (const { step } of ways) for (let count = 0; count < 20; count += 1) await step(1);
for (let count = 0; count < STEPS / BATCH; count += 1) {
  for (const { step, took, gaps, spent } of ways) {
    for (let each = 0; each < BATCH; each += 1) {
      if (PAUSE_MS > 0) await setTimeout(PAUSE_MS);
      const start = performance.now();
      [turn, gap, had, most] = [start, 0, onCore(), 0];
      await step(each);
      took.push(performance.now() - start);
      // The turn in which it has ended is told by the next one.
      await setTimeout(2);
      gaps.push(gap);
      spent.push(most);
    }
  }
}
clearInterval(timer);
const shares = (all) => {
  const sorted = all.sort((one, other) => one - other);
  const [p50, p90, p99] = [0.5, 0.9, 0.99].map((part) => quantile(sorted, part));
  return { quickest: sorted[0], p50, p90, p99 };
};
for (const { name, took, gaps, spent } of ways) {
  tell(`${name}, ms`, shares(took));
  tell(`${name}: longest turn of the asking loop in each, ms`, shares(gaps));
  tell(`${name}: the most of a core in one turn, ms`, shares(spent));
}
await Promise.all(ways.map(({ close }) => close()));
