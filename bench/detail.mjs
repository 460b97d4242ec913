// GET /job/detail of 8-task jobs among 100,000 against the same query by pgbench, in turn, on this machine.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import autocannon from 'autocannon';
import { median, range, withService } from './support.mjs';

const JOBS = Number(process.argv[2] ?? 100_000);
const CONNECTIONS = 32;
const SECONDS = 5;
const ROUNDS = 5;

const FILL = `
  INSERT INTO definitions (id, body) VALUES (repeat('b', 64), '{"concurrency": 1}');
  INSERT INTO jobs (id, pipeline, definition_id, status, "user", variables, created_at, started_at, ended_at)
  SELECT md5(n::text)::uuid, 'p' || n % 50, repeat('b', 64), 'done', 'j.doe', '{"tags": ["foo", "bar"]}', at, at, at + interval '9 s'
  FROM generate_series(1, ${JOBS}) AS n, LATERAL (SELECT now() - n * interval '1 s' AS at) AS clock;
  INSERT INTO tasks (job_id, name, depends_on, status, attempt, worker, started_at, ended_at)
  SELECT id, 'task_' || t, CASE WHEN t > 1 THEN ARRAY['task_' || t - 1] ELSE '{}' END, 'done', 1, 'w', started_at, ended_at
  FROM jobs, generate_series(1, 8) AS t;
  VACUUM (ANALYZE)`;

/** The service's own statement, as Postgres got it. */
const STATEMENT = `
  SELECT job.id, job.pipeline, job.status, job.cancel_requested_at IS NOT NULL AS "cancelRequested",
         to_char(job.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS created,
         to_char(job.started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS start,
         to_char(job.ended_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS "end",
         job."user", job.variables, coalesce(task.list, '[]') AS tasks
  FROM jobs AS job
  LEFT JOIN LATERAL (
    SELECT json_agg(json_build_object('name', name, 'dependsOn', depends_on, 'status', status,
      'start', to_char(started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
      'end', to_char(ended_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
      'ended', extract(epoch FROM ended_at), 'exitCode', exit_code, 'error', error)) AS list
    FROM tasks WHERE job_id = job.id
  ) AS task ON true
  WHERE job.id = md5(:n::text)::uuid;`;

await withService(
  { pipelines: 'pipelines: {}', env: { HOLDFAST_ROLE: 'api' } },
  async ({ url, databaseUrl, client, folder }) => {
    for (const statement of FILL.split(';')) await client.query(statement);
    const { rows } = await client.query('SELECT id FROM jobs ORDER BY random() LIMIT 5000');
    const requests = rows.map(({ id }) => ({ method: 'GET', path: `/job/detail?id=${id}` }));
    const script = join(folder, 'detail.sql');
    // pgbench takes a colon before a letter for a variable.
    const query = STATEMENT.replaceAll('HH24:MI:SS', 'HH24":"MI":"SS').replace(/\s+/g, ' ');
    writeFileSync(script, `\\set n random(1, ${JOBS})\n${query}\n`);

    const http = async () => {
      const {
        requests: rate,
        latency,
        non2xx,
        errors,
      } = await autocannon({ url, connections: CONNECTIONS, duration: SECONDS, requests });
      if (non2xx + errors > 0) throw new Error(`${non2xx} refused, ${errors} failed`);
      return { rate: rate.average, p50: latency.p50, p99: latency.p99 };
    };
    const pgbench = () => {
      const args = [
        '-n',
        '-M',
        'prepared',
        '-c',
        String(CONNECTIONS),
        '-j',
        '2',
        '-T',
        String(SECONDS),
        '-f',
        script,
        databaseUrl,
      ];
      return Number(
        /tps = ([\d.]+)/.exec(
          execFileSync('pgbench', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
        )[1],
      );
    };

    await http();
    const [ours, limit] = [[], []];
    for (let round = 0; round < ROUNDS; round += 1) {
      ours.push(await http());
      limit.push(pgbench());
    }
    const rates = ours.map(({ rate }) => rate);
    console.log(
      `GET /job/detail, 8 tasks, ${JOBS} jobs, ${CONNECTIONS} connections, ${ROUNDS} rounds of ${SECONDS} s in turn`,
    );
    console.log(
      `  Holdfast  ${median(rates).toFixed(0)} req/s (${range(rates, 0)}), p50 ${median(ours.map(({ p50 }) => p50))} ms, p99 ${median(ours.map(({ p99 }) => p99))} ms`,
    );
    console.log(`  pgbench   ${median(limit).toFixed(0)} req/s (${range(limit, 0)})`);
    console.log(`  ratio     ${(median(rates) / median(limit)).toFixed(2)}`);
  },
);
