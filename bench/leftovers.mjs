// What a trivial task costs in the executor alone, here and in another checkout that is built: node bench/leftovers.mjs ../other
import { resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import { pathToFileURL } from 'node:url';
import { median, range } from './support.mjs';

const ROUNDS = 30;
const TASKS = 20;
const WAYS = {
  'nothing started': 'true',
  'one program': '/bin/true',
};

const checkouts = ['.', ...process.argv.slice(2)];
const environment = { PATH: process.env.PATH };
const executors = await Promise.all(
  checkouts.map(async (checkout) => {
    const file = pathToFileURL(resolve(checkout, 'dist', 'executor', 'bash-executor.js'));
    const { BashExecutor } = await import(file.href);
    return new BashExecutor({ environment });
  }),
);

async function perTask(executor, entry) {
  const { signal } = new globalThis.AbortController();
  const start = performance.now();
  for (let count = 0; count < TASKS; count += 1) {
    const execution = { env: environment, signal, fenced: false, onOutput: () => undefined };
    await executor.execute({ entries: [entry], allowFailure: false }, execution);
  }
  return (performance.now() - start) / TASKS;
}

for (const [name, entry] of Object.entries(WAYS)) {
  const figures = executors.map(() => []);
  for (let round = -1; round < ROUNDS; round += 1) {
    for (const [index, executor] of executors.entries()) {
      const figure = await perTask(executor, entry);
      if (round >= 0) figures[index].push(figure);
    }
  }
  for (const [index, checkout] of checkouts.entries()) {
    const all = figures[index];
    console.log(
      `${name}, ${checkout}: ${median(all).toFixed(2)} ms (${range(all, 2)}), the quickest of each: ${Math.min(...all).toFixed(2)} ms`,
    );
  }
}
await Promise.all(executors.map((executor) => executor.close()));
