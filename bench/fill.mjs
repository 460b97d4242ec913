// Stored jobs to be read: of 50 pipelines, with 8 tasks each; of 200 jobs, or so many, one runs, one waits, and the rest is done.
export const TASKS = 8;

export const PREPARE = `INSERT INTO definitions (id, body) VALUES (repeat('b', 64), '{"concurrency": 1}') ON CONFLICT DO NOTHING`;

const statusOf = (every) => `CASE n % ${every} WHEN 0 THEN 'running' WHEN 1 THEN 'waiting' ELSE 'done' END`;

/** Whose tasks run; it is never called lost. */
const WORKER = `INSERT INTO workers (id, name, heartbeat_at, lease_ms) VALUES ('w', 'w', now() + interval '1 year', 60000) ON CONFLICT DO NOTHING`;

/** The jobs after `from`, until there are `to`; the newest has the smallest number. */
export async function fill(client, from, to, every = 200) {
  await client.query(PREPARE);
  await client.query(WORKER);
  const step = 50_000;
  for (let first = from + 1; first <= to; first += step) {
    const last = Math.min(first + step - 1, to);
    await client.query(`
      WITH added AS (
        INSERT INTO jobs (id, pipeline, definition_id, status, "user", variables, created_at, started_at, ended_at)
        SELECT md5(n::text)::uuid, 'p' || n % 50, repeat('b', 64), status::job_status, 'user' || n % 20,
               json_build_object('tags', ARRAY['foo', 'bar'], 'tenant', n % 1000), at,
               CASE WHEN status <> 'waiting' THEN at END, CASE WHEN status = 'done' THEN at + interval '9 s' END
        FROM generate_series(${first}, ${last}) AS n,
             LATERAL (SELECT now() - n * interval '1 s' AS at, ${statusOf(every)} AS status) AS more
        RETURNING id, status, started_at, ended_at)
      INSERT INTO tasks (job_id, name, depends_on, status, attempt, worker, exit_code, started_at, ended_at)
      SELECT id, 'task_' || t, CASE WHEN t > 1 THEN ARRAY['task_' || t - 1] ELSE '{}' END,
             CASE WHEN status = 'done' OR (status = 'running' AND t < 4) THEN 'done'
                  WHEN status = 'running' AND t = 4 THEN 'running' ELSE 'waiting' END::task_status,
             CASE WHEN status = 'done' OR (status = 'running' AND t <= 4) THEN 1 ELSE 0 END,
             CASE WHEN status = 'running' AND t = 4 THEN 'w' END, CASE WHEN status = 'running' AND t = 4 THEN -1 ELSE 0 END,
             CASE WHEN status = 'done' OR (status = 'running' AND t <= 4) THEN started_at END,
             CASE WHEN status = 'done' OR (status = 'running' AND t < 4) THEN coalesce(ended_at, started_at + interval '1 s') END
      FROM added, generate_series(1, ${TASKS}) AS t`);
  }
  await client.query('VACUUM (ANALYZE)');
}

/** Ids of such jobs, of all of them alike. */
export async function idsOf(client, status, count = 3000) {
  const { rows } = await client.query('SELECT id FROM jobs WHERE status = $1 ORDER BY random() LIMIT $2', [
    status,
    count,
  ]);
  return rows.map(({ id }) => id);
}
