// Statements a second, by Postgres's own log: of services with nothing to do, and of a worker with 50 running tasks.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { schedule, withCluster } from './support.mjs';

const SECONDS = 60;
const SETTINGS = { log_statement: 'all', log_line_prefix: '%a|', log_rotation_age: '0' };
const fan = (script) =>
  Array.from({ length: 50 }, (_, i) => `      t${i}: { script: ['${script}'] }`).join('\n');
const pipelines = `pipelines:
  sleeps:
    tasks:
${fan('exec sleep 3600')}
  prints:
    tasks:
${fan('while sleep 1; do echo one line; done')}
`;

await withCluster({ pipelines, settings: SETTINGS }, async ({ start, client, folder }) => {
  const log = join(folder, 'data', 'postgres', 'log');
  /** By what the connections call themselves. */
  const count = () => {
    const counts = {};
    for (const file of readdirSync(log)) {
      for (const [, who] of readFileSync(join(log, file), 'utf8').matchAll(
        /^(holdfast[^|\n]*)\|LOG: {2}(?:execute|statement)/gm,
      ))
        counts[who] = (counts[who] ?? 0) + 1;
    }
    return counts;
  };
  const measure = async (what) => {
    await new Promise((done) => setTimeout(done, 3000));
    const before = count();
    await new Promise((done) => setTimeout(done, SECONDS * 1000));
    const after = count();
    const parts = Object.keys(after)
      .map((who) => [who, (after[who] - (before[who] ?? 0)) / SECONDS])
      .filter(([, rate]) => rate > 0);
    const whole = parts.reduce((sum, [, rate]) => sum + rate, 0);
    const shown = parts.map(([who, rate]) => `${who.replace('holdfast ', '')} ${rate.toFixed(2)}`).join(', ');
    console.log(`${what.padEnd(28)} ${whole.toFixed(1)} statements/s: ${shown}`);
  };
  const stop = async (service) => {
    service.process.kill('SIGTERM');
    await service.exited;
  };
  const cancelAll = async (url, ids) => {
    for (const id of ids) await fetch(`${url}/job/cancel?id=${id}`, { method: 'POST' });
    for (;;) {
      const { rows } = await client.query(`SELECT FROM jobs WHERE ended_at IS NULL`);
      if (rows.length === 0) return;
      await new Promise((done) => setTimeout(done, 100));
    }
  };

  const api = await start({ HOLDFAST_ROLE: 'api' });
  await measure('api, idle');
  const worker = await start({ HOLDFAST_ROLE: 'worker', HOLDFAST_WORKER_SLOTS: '60' });
  await measure('api and worker, idle');
  for (const [pipeline, what] of [
    ['sleeps', 'and 50 silent tasks'],
    ['prints', 'and 50 that print each second'],
  ]) {
    const id = await schedule(api.url, pipeline);
    await measure(what);
    await cancelAll(api.url, [id]);
  }
  await stop(worker);
  await stop(api);
  await start();
  await measure('one process for all, idle');
});
