// How soon callers are told that the database is away, and that it is back. Postgres is stopped where it stands
// (SIGSTOP), so that connections are taken and nobody answers: what a connection that is half there looks like.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { median, range, withService } from './support.mjs';

const ROUNDS = 10;

const pipelines = 'pipelines: { p: { tasks: { t: { script: ["true"] } } } }';
const statusOf = async (url) => (await fetch(`${url}/pipelines`)).status;

async function until(url, wanted) {
  const start = performance.now();
  while ((await statusOf(url)) !== wanted) await new Promise((done) => setTimeout(done, 5));
  return performance.now() - start;
}

await withService({ pipelines, env: { HOLDFAST_ROLE: 'api' } }, async ({ url, folder }) => {
  const [postmaster] = readFileSync(join(folder, 'data', 'postgres', 'postmaster.pid'), 'utf8').split('\n');
  const signal = (name) => {
    const children = execFileSync('pgrep', ['-P', postmaster], { encoding: 'utf8' }).trim().split('\n');
    for (const pid of [postmaster, ...children]) {
      try {
        process.kill(Number(pid), name);
      } catch {
        // It has ended meanwhile.
      }
    }
  };
  const [told, refused, back] = [[], [], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    await until(url, 200);
    signal('SIGSTOP');
    told.push(await until(url, 503));
    refused.push(await until(url, 503));
    signal('SIGCONT');
    back.push(await until(url, 200));
  }
  for (const [what, times] of [
    ['503 after', told],
    ['the next 503 after', refused],
    ['200 again after', back],
  ])
    console.log(`${what} ${median(times).toFixed(0)} ms (${range(times, 0)})`);
});
