/** Jobs with large variables, written past the API, which takes one at a time. */
import type pg from 'pg';

export interface LargeJobs {
  readonly pipeline: string;
  readonly count: number;
  /** Size of the variables. They are hex digits, which no compression makes much smaller. */
  readonly bytes: number;
  readonly status?: 'waiting' | 'canceled';
}

const MD5_DIGITS = 32;

/** Returns their ids, the newest first. Each is a millisecond newer than the one before. */
export async function addLargeJobs(
  client: Pick<pg.Client, 'query'>,
  { pipeline, count, bytes, status = 'waiting' }: LargeJobs,
): Promise<string[]> {
  await client.query(
    `INSERT INTO definitions (id, body) VALUES (repeat('0', 64), '{}') ON CONFLICT DO NOTHING`,
  );
  const { rows } = await client.query<{ id: string }>(
    `WITH large AS MATERIALIZED (
       SELECT jsonb_build_object('text', string_agg(md5(random()::text), '')) AS variables
       FROM generate_series(1, $3::int)
     )
     INSERT INTO jobs (id, pipeline, definition_id, status, cancel_requested_at, ended_at, variables, created_at)
     SELECT gen_random_uuid(), $1, repeat('0', 64), $4::job_status, ended.at, ended.at, (SELECT variables FROM large),
            now() + n * interval '1 millisecond'
     FROM generate_series(1, $2::int) AS n,
          (SELECT CASE WHEN $4 = 'canceled' THEN now() + interval '1 day' END AS at) AS ended
     ORDER BY n
     RETURNING id`,
    [pipeline, count, Math.ceil(bytes / MD5_DIGITS), status],
  );
  return rows.map(({ id }) => id).reverse();
}
