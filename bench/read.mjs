// GET /job/detail of 8-task jobs among 1,000, 100,000 and 1,000,000, in turn, by 1 and by 32 connections, with tokens asked
// for: of jobs that run and of jobs that have ended, against the same statement by pgbench, against a bare Fastify route with
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

const detail = (ids) => ids.map((id) => ({ method: 'GET', path: `/job/detail?id=${id}` }));
const token = await new SignJWT({ sub: 'bench' })
  .setProtectedHeader({ alg: 'HS256' })
  .sign(new globalThis.TextEncoder().encode(SECRET));
const headers = { authorization: `Bearer ${token}` };

/** A cluster and a service for each size, side by side, so that all are measured in turn. */
async function withSizes(sizes, use, open = []) {
  const [size, ...others] = sizes;
  if (size === undefined) return use(open);
  const pipelines = 'pipelines: { p: { tasks: { t: { script: [true] } } } }';
  return withCluster(
    { pipelines, settings: { max_wal_size: '4GB' } },
    async ({ start, client, databaseUrl, folder }) => {
      const { url } = await start({ HOLDFAST_ROLE: 'api', HOLDFAST_JWT_SECRET: SECRET });
      // Of a few running jobs, the same one would be asked for by many at once, and read once for all of them.
      const every = Math.max(3, Math.min(200, Math.floor(size / 333)));
      await fill(client, 0, size, every);
      await client.query('CHECKPOINT');
      const [running, done] = [await idsOf(client, 'running'), await idsOf(client, 'done')];
      const body = await (await fetch(`${url}/job/detail?id=${done[0]}`, { headers })).text();
      const servers = spawn(
        process.execPath,
        [
          join(import.meta.dirname, 'servers/bare.mjs'),
          JSON.stringify({ url: databaseUrl, text: inlined('$1'), body, secret: SECRET }),
        ],
        { stdio: ['ignore', 'pipe', 'inherit'] },
      );
      const { bare, nest } = JSON.parse(String((await once(servers.stdout, 'data'))[0]));
      const script = `\\set n ${every} * random(1, ${Math.floor(size / every)})\n${forPgbench(inlined('md5(:n::text)'))};\n`;
      const ways = (by) => ({
        running: () => load({ ...by, url, headers, requests: detail(running) }),
        ended: () => load({ ...by, url, headers, requests: detail(done) }),
        pgbench: () => pgbench({ ...by, url: databaseUrl, script, file: join(folder, 'detail.sql') }),
        fastify: () =>
          load({
            ...by,
            url: bare,
            requests: running.map((id) => ({ method: 'GET', path: `/job?id=${id}` })),
          }),
      });
      try {
        return await withSizes(others, use, [...open, { size, client, url, nest, ways }]);
      } finally {
        servers.kill();
      }
    },
  );
}

await withSizes(SIZES, async (stores) => {
  const [{ client, url, nest }] = stores;
  for (const connections of [1, 32]) {
    const by = { connections, seconds: SECONDS };
    const figures = await inTurn(ROUNDS, {
      ...Object.fromEntries(
        stores.flatMap(({ size, ways }) =>
          Object.entries(ways(by)).map(([name, way]) => [`${size} jobs, ${name}`, way]),
        ),
      ),
      nest: () => load({ ...by, url: nest, requests: [{ method: 'GET', path: '/fixed' }] }),
      'nest by token': () =>
        load({ ...by, url: nest, headers, requests: [{ method: 'GET', path: '/guarded' }] }),
    });
    const of = connections === 1 ? 'detail, 1 connection' : `detail, ${connections} connections`;
    for (const [name, figure] of Object.entries(figures)) tell(`${of}, ${name}`, figure);
    for (const { size } of stores) {
      const [running, ended] = [figures[`${size} jobs, running`], figures[`${size} jobs, ended`]];
      tell(`${of}, ${size} jobs, to each other`, {
        'running to pgbench': running.rate.median / figures[`${size} jobs, pgbench`].median,
        'running to fastify': running.rate.median / figures[`${size} jobs, fastify`].rate.median,
        'ended to nest by token': ended.rate.median / figures['nest by token'].rate.median,
        'ended to nest': ended.rate.median / figures.nest.rate.median,
      });
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
});
