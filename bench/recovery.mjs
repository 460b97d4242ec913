// From the kill -9 of a worker until its task's job has ended, and until a task with retries runs again:
// with a worker that comes back under its name, and with another one that is called something else.
import { performance } from 'node:perf_hooks';
import { median, range, schedule, withCluster } from './support.mjs';

const [leaseSeconds = '60', rounds = '3'] = process.argv.slice(2);
const pipelines = `pipelines:
  once: { tasks: { long: { script: ['exec sleep 3600'] } } }
  again: { tasks: { long: { script: ['exec sleep 3600'], retries: 5, retry_delay: 1ms } } }
`;

await withCluster({ pipelines }, async ({ start, client }) => {
  const env = { HOLDFAST_LEASE_SECONDS: leaseSeconds };
  const api = await start({ ...env, HOLDFAST_ROLE: 'api' });
  const worker = (name) => start({ ...env, HOLDFAST_ROLE: 'worker', HOLDFAST_WORKER_NAME: name });
  const until = async (sql, id) => {
    for (;;) {
      if ((await client.query(sql, [id])).rows.length > 0) return performance.now();
      await new Promise((done) => setTimeout(done, 10));
    }
  };
  const running = (attempt) =>
    `SELECT FROM tasks WHERE job_id = $1 AND status = 'running' AND attempt = ${attempt}`;

  /** `replace` answers the worker that lives on. */
  const recover = async (victim, replace) => {
    const [once, again] = [await schedule(api.url, 'once'), await schedule(api.url, 'again')];
    await until(running(1), once);
    await until(running(1), again);
    victim.process.kill('SIGKILL');
    const killed = performance.now();
    const next = await replace();
    const ready = performance.now();
    const ended = await until(`SELECT FROM jobs WHERE id = $1 AND ended_at IS NOT NULL`, once);
    const retried = await until(running(2), again);
    await fetch(`${api.url}/job/cancel?id=${again}`, { method: 'POST' });
    await until(`SELECT FROM jobs WHERE id = $1 AND ended_at IS NOT NULL`, again);
    return { next, start: ready - killed, ended: ended - killed, retried: retried - killed };
  };
  const report = (what, results, keys) => {
    for (const key of keys) {
      const seconds = results.map((result) => result[key] / 1000);
      console.log(`  ${what} ${key.padEnd(8)} ${median(seconds).toFixed(2)} s (${range(seconds, 2)})`);
    }
  };

  let current = await worker('named');
  const named = [];
  for (let round = 0; round < 5; round += 1) {
    named.push(await recover(current, () => worker('named')));
    current = named.at(-1).next;
  }
  console.log(
    `lease ${leaseSeconds} s; after kill -9: the replacement up, the job ended, the next attempt running`,
  );
  report('same name ', named, ['start', 'ended', 'retried']);

  const other = [];
  for (let round = 0; round < Number(rounds); round += 1) {
    const spare = worker(`spare ${round}`.replace(' ', '-'));
    other.push(await recover(current, () => spare));
    current = other.at(-1).next;
  }
  report('other name', other, ['ended', 'retried']);
});
