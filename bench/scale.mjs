// More of everything: workers, tasks that wait to be claimed, pipelines; what a job leaves in the tables, and what that
// does to the next one.
import { PREPARE } from './fill.mjs';
import { inTurn, median, scheduleMany, tell, untilNoneIsOpen, withCluster, withoutJobs } from './support.mjs';

const JOBS = 1000;
/** Batches of so many jobs, one after the other: an hour of ten jobs a second. */
const BATCHES = Number(process.env.BATCHES ?? 36);
const pipelines = `pipelines:
  one: { concurrency: 100000, tasks: { t: { script: ['true'] } } }
  eight: { concurrency: 100000, tasks: { ${Array.from({ length: 8 }, (_, n) => `t${n}: { script: ['true'] }`).join(', ')} } }
${Array.from({ length: 1000 }, (_, n) => `  p${n}: { tasks: { t: { script: ['true'] } } }`).join('\n')}
`;

const STATEMENTS = { shared_preload_libraries: 'pg_stat_statements' };

await withCluster({ pipelines, settings: STATEMENTS }, async ({ start, client }) => {
  await client.query('CREATE EXTENSION pg_stat_statements');
  const ASKED = `SELECT sum(calls)::float8 AS calls, sum(calls) FILTER (WHERE query ~* '^(begin|commit)')::float8 AS ends FROM pg_stat_statements WHERE query !~ 'count\\('`;
  const api = await start({ HOLDFAST_ROLE: 'api' });
  for (const workers of [1, 2, 4]) {
    const figures = await inTurn(2, {
      rate: async () => {
        await withoutJobs(client);
        await scheduleMany(api.url, Array(JOBS).fill('one'));
        const crew = await Promise.all(
          Array.from({ length: workers }, () =>
            start({ HOLDFAST_ROLE: 'worker', HOLDFAST_WORKER_SLOTS: '8' }),
          ),
        );
        await untilNoneIsOpen(client);
        const { rows } = await client.query(
          `SELECT count(*) / extract(epoch FROM max(ended_at) - min(started_at))::float8 AS rate FROM tasks`,
        );
        for (const worker of crew) worker.process.kill('SIGTERM');
        await Promise.all(crew.map(({ exited }) => exited));
        return rows[0].rate;
      },
    });
    tell(`${workers} workers on this machine, tasks a second`, figures.rate);
  }

  const size = async () =>
    Object.fromEntries(
      (
        await client.query(`SELECT relname AS name, pg_table_size(oid)::float8 AS heap, pg_indexes_size(oid)::float8 AS indexes FROM pg_class
         WHERE relkind = 'r' AND relname IN ('jobs', 'tasks', 'output', 'audit', 'attempts')`)
      ).rows.map(({ name, heap, indexes }) => [name, { heap, indexes }]),
    );
  await withoutJobs(client);
  const worker = await start({ HOLDFAST_ROLE: 'worker', HOLDFAST_WORKER_SLOTS: '8' });
  const before = await size();
  await client.query('SELECT pg_stat_statements_reset()');
  await scheduleMany(api.url, Array(JOBS).fill('eight'));
  await untilNoneIsOpen(client);
  const { calls, ends } = (await client.query(ASKED)).rows[0];
  tell('statements a task, of jobs of 8 tasks, their schedules included', {
    all: calls / JOBS / 8,
    'of them BEGIN and COMMIT': ends / JOBS / 8,
  });
  const after = await size();
  for (const name of Object.keys(after))
    tell(`bytes a job of 8 tasks, ${name}`, {
      heap: (after[name].heap - before[name].heap) / JOBS,
      indexes: (after[name].indexes - before[name].indexes) / JOBS,
    });
  const { rows: dead } =
    await client.query(`SELECT relname AS name, n_dead_tup::float8 AS dead, n_live_tup::float8 AS live, n_tup_hot_upd::float8 / greatest(n_tup_upd, 1) AS hot
     FROM pg_stat_user_tables WHERE relname IN ('jobs', 'tasks')`);
  for (const { name, ...figures } of dead)
    tell(`churn of ${name}: dead and live rows, share of HOT updates`, figures);

  // The same tables for all batches, with what autovacuum makes of them.
  const DEFINITION = `(SELECT definition_id FROM jobs WHERE pipeline = 'eight' LIMIT 1)`;
  const rates = [];
  for (let batch = 0; batch < BATCHES; batch += 1) {
    const began = performance.now();
    await client.query(`WITH added AS (INSERT INTO jobs (id, pipeline, definition_id, status, started_at)
        SELECT gen_random_uuid(), 'eight', ${DEFINITION}, 'running', now() FROM generate_series(1, ${JOBS}) RETURNING id)
      INSERT INTO tasks (job_id, name, depends_on, status, ready_at) SELECT id, 't0', '{}', 'ready', now() FROM added`);
    await client.query(`SELECT pg_notify('holdfast_ready', '')`);
    await untilNoneIsOpen(client);
    rates.push(JOBS / ((performance.now() - began) / 1000));
  }
  const { rows: vacuumed } = await client.query(
    `SELECT sum(autovacuum_count)::float8 AS runs, sum(n_dead_tup)::float8 AS dead FROM pg_stat_user_tables WHERE relname IN ('jobs', 'tasks')`,
  );
  tell(`${BATCHES} batches of ${JOBS} tasks one after the other, tasks a second`, {
    'first five': median(rates.slice(0, 5)),
    'last five': median(rates.slice(-5)),
    'autovacuum runs': vacuumed[0].runs,
    'dead rows left': vacuumed[0].dead,
  });
  worker.process.kill('SIGTERM');
  await worker.exited;

  /** Claims one by one, put back, so that the queue stays as long as it is. */
  const claim = async () => {
    const times = [];
    for (let n = 0; n < 300; n += 1) {
      const began = performance.now();
      await client.query(`BEGIN`);
      await client.query({
        name: 'claim',
        text: `UPDATE tasks SET status = 'running', worker = 'w', attempt = attempt + 1, started_at = now(), exit_code = -1 WHERE id = (
        SELECT id FROM tasks WHERE status = 'ready' ORDER BY id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED)`,
      });
      await client.query('ROLLBACK');
      times.push(performance.now() - began);
    }
    return times.sort((a, b) => a - b)[150];
  };
  await withoutJobs(client);
  await client.query(PREPARE);
  const queue = (count) =>
    client.query(`WITH added AS (INSERT INTO jobs (id, pipeline, definition_id, status, started_at)
        SELECT gen_random_uuid(), 'one', repeat('b', 64), 'running', now() FROM generate_series(1, ${count}) RETURNING id)
      INSERT INTO tasks (job_id, name, status, ready_at) SELECT id, 't', 'ready', now() FROM added`);
  await queue(10);
  const short = await claim();
  await queue(100_000);
  await client.query('ANALYZE');
  tell('a claim, ms', { '10 waiting': short, '100,010 waiting': await claim() });
  await withoutJobs(client);

  const names = Array.from({ length: 1000 }, (_, n) => `p${n}`);
  const began = performance.now();
  await scheduleMany(api.url, names);
  tell('schedules a second, 1,000 pipelines once each', 1000 / ((performance.now() - began) / 1000));
  const overview = performance.now();
  await (await fetch(`${api.url}/pipelines/overview`)).text();
  tell('overview of 1,002 pipelines, ms', performance.now() - overview);
});
