// GET /job/detail of 8-task jobs among 1,000, 100,000 and 1,000,000, by 1 and by 32 connections, with tokens asked for:
// of jobs that run and of jobs that have ended, against the same statement by pgbench, against a bare Fastify route with
// `pg`, and against Nest routes that read nothing, without a token and with one. Then of jobs with 2,000 tasks.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { SignJWT } from 'jose';
import { jobsAmongOthers } from '../dist/jobs/job.row.js';
import { fill, idsOf, PREPARE } from './fill.mjs';
import { forPgbench, load, pgbench } from './http.mjs';
import { inTurn, tell, withCluster } from './support.mjs';

const SIZES = (process.env.SIZES ?? '1000,100000,1000000').split(',').map(Number);
const ROUNDS = Number(process.env.ROUNDS ?? 3);
const SECONDS = Number(process.env.SECONDS ?? 3);
const SECRET = 'a secret of more than sixteen';

const ID = '00000000-0000-4000-8000-000000000000';
const statement = jobsAmongOthers([ID]);
/** Values of the statement that are not the id are numbers. */
const inlined = (id) =>
  statement.text.replace(/\$(\d+)/g, (_, n) =>
    statement.values[n - 1] === ID ? `(${id})::text` : String(statement.values[n - 1]),
  );

await withCluster(
  { pipelines: 'pipelines: { p: { tasks: { t: { script: [true] } } } }', settings: { max_wal_size: '4GB' } },
  async ({ start, client, databaseUrl, folder }) => {
    const { url } = await start({ HOLDFAST_ROLE: 'api', HOLDFAST_JWT_SECRET: SECRET });
    const token = await new SignJWT({ sub: 'bench' })
      .setProtectedHeader({ alg: 'HS256' })
      .sign(new globalThis.TextEncoder().encode(SECRET));
    const headers = { authorization: `Bearer ${token}` };
    await fill(client, 0, SIZES[0]);
    const [sample] = await idsOf(client, 'done', 1);
    const body = await (await fetch(`${url}/job/detail?id=${sample}`, { headers })).text();
    const servers = spawn(
      process.execPath,
      [
        join(import.meta.dirname, 'servers/bare.mjs'),
        JSON.stringify({ url: databaseUrl, text: inlined('$1'), body, secret: SECRET }),
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const { bare, nest } = JSON.parse(String((await once(servers.stdout, 'data'))[0]));

    const detail = (ids) => ids.map((id) => ({ method: 'GET', path: `/job/detail?id=${id}` }));
    let stored = SIZES[0];
    for (const size of SIZES) {
      if (size > stored) await fill(client, stored, size);
      stored = size;
      const [running, done] = [await idsOf(client, 'running'), await idsOf(client, 'done')];
      const script = `\\set n 200 * random(1, ${Math.floor(size / 200)})\n${forPgbench(inlined('md5(:n::text)'))};\n`;
      for (const connections of [1, 32]) {
        const by = { connections, seconds: SECONDS };
        const figures = await inTurn(ROUNDS, {
          running: () => load({ ...by, url, headers, requests: detail(running) }),
          ended: () => load({ ...by, url, headers, requests: detail(done) }),
          pgbench: () => pgbench({ ...by, url: databaseUrl, script, file: join(folder, 'detail.sql') }),
          fastify: () =>
            load({
              ...by,
              url: bare,
              requests: running.map((id) => ({ method: 'GET', path: `/job?id=${id}` })),
            }),
          nest: () => load({ ...by, url: nest, requests: [{ method: 'GET', path: '/fixed' }] }),
          'nest by token': () =>
            load({ ...by, url: nest, headers, requests: [{ method: 'GET', path: '/guarded' }] }),
        });
        const where = `detail, ${size} jobs, ${connections} connections`;
        for (const [name, figure] of Object.entries(figures)) tell(`${where}, ${name}`, figure);
        tell(`${where}, running to pgbench`, figures.running.rate.median / figures.pgbench.median);
        tell(`${where}, ended to nest`, figures.ended.rate.median / figures.nest.rate.median);
        tell(
          `${where}, ended to nest by token`,
          figures.ended.rate.median / figures['nest by token'].rate.median,
        );
      }
    }

    await client.query(PREPARE);
    await client.query(`
    WITH added AS (
      INSERT INTO jobs (id, pipeline, definition_id, status, created_at, started_at)
      SELECT md5('large' || n)::uuid, 'large', repeat('b', 64), 'running', now(), now() FROM generate_series(1, 10) AS n RETURNING id)
    INSERT INTO tasks (job_id, name, depends_on, status)
    SELECT id, 'task_' || t, CASE WHEN t > 10 THEN ARRAY['task_' || t - 10] ELSE '{}' END, 'waiting' FROM added, generate_series(1, 2000) AS t`);
    const { rows } = await client.query(`SELECT id FROM jobs WHERE pipeline = 'large'`);
    const requests = detail(rows.map(({ id }) => id));
    const figures = await inTurn(ROUNDS, {
      large: () => load({ url, headers, requests, connections: 1, seconds: SECONDS }),
    });
    tell('detail, 2,000 tasks, 1 connection', figures.large);
    servers.kill();
  },
);
