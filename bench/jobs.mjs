// Jobs from schedule to end: a chain of 40, a fan-out of 40, ten of 1 → 8 → 1, and 1,000 of one task, each against as
// many `bash -c true` started by a shell, as many side by side. And what starting costs: its latency, the blocked event
// loop, and the commits.
import { execFileSync } from 'node:child_process';
import {
  inTurn,
  schedule,
  scheduleMany,
  tell,
  untilNoneIsOpen,
  withCluster,
  withoutJobs,
} from './support.mjs';

const ROUNDS = Number(process.env.ROUNDS ?? 5);
const SLOTS = 8;

const task = (name, after = []) => `      ${name}: { script: ['true'], depends_on: [${after.join(', ')}] }`;
const names = (count) => Array.from({ length: count }, (_, n) => `t${n}`);
const pipeline = (name, tasks) => `  ${name}:\n    concurrency: 1000\n    tasks:\n${tasks.join('\n')}\n`;
const pipelines = `pipelines:
${pipeline(
  'chain',
  names(40).map((name, n) => task(name, n === 0 ? [] : [`t${n - 1}`])),
)}
${pipeline(
  'fan',
  names(40).map((name) => task(name)),
)}
${pipeline('diamond', [task('first'), ...names(8).map((name) => task(name, ['first'])), task('last', names(8))])}
${pipeline('one', [task('t')])}`;

/** Milliseconds for so many bashes, so many at a time. */
function bashes(count, together) {
  const script = `s=$EPOCHREALTIME; seq ${count} | xargs -P ${together} -I{} bash -c true; e=$EPOCHREALTIME; echo $(( \${e/./} - \${s/./} ))`;
  return Number(execFileSync('bash', ['-c', script], { encoding: 'utf8' })) / 1000;
}

await withCluster({ pipelines }, async ({ start, client }) => {
  const all = await start({ HOLDFAST_WORKER_SLOTS: String(SLOTS) });
  const { url } = all;
  /** Milliseconds from the first schedule to the last end. */
  const run = (name, count) => async () => {
    await withoutJobs(client);
    await scheduleMany(url, Array(count).fill(name));
    for (;;) {
      const { rows } = await client.query(
        `SELECT count(*)::int AS ended, extract(epoch FROM max(ended_at) - min(created_at))::float8 * 1000 AS ms FROM jobs WHERE status = 'done'`,
      );
      if (rows[0].ended === count) return rows[0].ms;
      await new Promise((done) => setTimeout(done, 20));
    }
  };
  const CASES = {
    'a chain of 40': ['chain', 1, 40, 1],
    'a fan-out of 40': ['fan', 1, 40, SLOTS],
    'ten of 1, 8, 1': ['diamond', 10, 100, SLOTS],
    '1,000 of one task': ['one', 1000, 1000, SLOTS],
  };
  // A service that has just started compiles what it runs: the first chains take half as long again.
  for (let chains = 0; chains < 10; chains += 1) await run('chain', 1)();
  for (const [what, [name, count, tasks, together]] of Object.entries(CASES)) {
    const figures = await inTurn(ROUNDS, {
      holdfast: run(name, count),
      bashes: () => bashes(tasks, together),
    });
    tell(`${what}, ms`, figures);
    tell(`${what}, ms a task beyond the bash`, (figures.holdfast.median - figures.bashes.median) / tasks);
    tell(`${what}, to bashes`, figures.holdfast.median / figures.bashes.median);
  }

  /** So many at once, and again as soon as these have ended. */
  const latency = async (load) => {
    await withoutJobs(client);
    for (let n = 0; n < 200; n += load) {
      await Promise.all(Array.from({ length: load }, () => schedule(url, 'one')));
      await untilNoneIsOpen(client, 10);
    }
    const { rows } = await client.query(`
      SELECT 1000 * percentile_cont(0.5) WITHIN GROUP (ORDER BY ms) AS p50, 1000 * percentile_cont(0.99) WITHIN GROUP (ORDER BY ms) AS p99
      FROM (SELECT extract(epoch FROM tasks.started_at - jobs.created_at)::float8 AS ms FROM tasks JOIN jobs ON jobs.id = job_id) AS one`);
    return rows[0];
  };
  const waits = await inTurn(3, { idle: () => latency(1), 'under load': () => latency(SLOTS) });
  tell('schedule to start, ms, one at a time', waits.idle);
  tell(`schedule to start, ms, ${SLOTS} at once`, waits['under load']);

  // A queue that a worker finds when it comes: what it costs to run it, and nothing else.
  all.process.kill('SIGTERM');
  await all.exited;
  const api = await start({ HOLDFAST_ROLE: 'api' });
  const commits = async () => {
    await client.query('SELECT pg_stat_clear_snapshot()');
    const { rows } = await client.query(
      `SELECT xact_commit::float8 AS n FROM pg_stat_database WHERE datname = current_database()`,
    );
    return rows[0].n;
  };
  const queue = async () => {
    await withoutJobs(client);
    await scheduleMany(api.url, Array(1000).fill('one'));
    const before = await commits();
    const worker = await start({ HOLDFAST_ROLE: 'worker', HOLDFAST_WORKER_SLOTS: String(SLOTS) });
    const looks = await untilNoneIsOpen(client);
    const numbers = await (await fetch(`${worker.url}/metrics`)).text();
    worker.process.kill('SIGTERM');
    await worker.exited;
    const { rows } = await client.query(
      'SELECT extract(epoch FROM max(ended_at) - min(started_at))::float8 * 1000 AS ms FROM tasks',
    );
    const number = (name) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(numbers)?.[1]);
    return {
      ms: rows[0].ms,
      'commits a task': ((await commits()) - before - looks) / 1000,
      'transactions of ends a task': number('holdfast_finish_duration_seconds_count') / 1000,
      'event loop p99, ms': 1000 * number('nodejs_eventloop_lag_p99_seconds'),
    };
  };
  const queued = await inTurn(ROUNDS, { holdfast: queue, bashes: () => bashes(1000, SLOTS) });
  tell('1,000 of one task that wait already', queued.holdfast);
  tell('1,000 of one task that wait already, to bashes', queued.holdfast.ms.median / queued.bashes.median);
});
