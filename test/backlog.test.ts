import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { Database } from '../src/database/database.js';
import { inTransaction } from '../src/database/transaction.js';
import { type PipelineNumbers, prepareCounts, readPipelineNumbers } from '../src/scheduler/numbers.sql.js';
import { freshDatabase, withClient } from './support/database.js';
import { pipelinesFolder, TestService } from './support/service.js';
import { until } from './support/wait.js';

/** More take minutes to insert. */
const JOBS = Number(process.env['HOLDFAST_TEST_WAITING'] ?? 120_000);
const PIPELINES = 4;
const HOLDFAST_PATH = pipelinesFolder('pipelines: { p1: { tasks: { t: { script: [echo hi] } } } }');

const insertJobs = (client: pg.Client, sql: string) =>
  client.query(
    `INSERT INTO jobs (id, pipeline, definition_id, status, created_at, due_at, started_at)
     SELECT gen_random_uuid(), 'p' || at % ${PIPELINES}, repeat('a', 64), ${sql} AS at`,
  );

/** The oldest ones were inserted last, and those that are older than all wait for a time of their own. */
async function fill(url: string): Promise<void> {
  await withClient(url, async (client) => {
    await client.query(`INSERT INTO definitions (id, body) VALUES (repeat('a', 64), '{}')`);
    await insertJobs(
      client,
      `'waiting', now() - at * interval '1 ms', NULL, NULL FROM generate_series(1, ${JOBS})`,
    );
    await insertJobs(
      client,
      `'waiting', now() - interval '1 day', now() + interval '1 day', NULL FROM generate_series(1, 1000)`,
    );
    await insertJobs(client, `'running', now(), NULL, now() FROM generate_series(4, 10)`);
    await client.query(
      `INSERT INTO jobs (id, pipeline, definition_id, status, started_at)
       VALUES ($1, 'only running', repeat('a', 64), 'running', now())`,
      [randomUUID()],
    );
  });
}

/** By what the numbers mean, row by row. */
async function expected(url: string): Promise<PipelineNumbers[]> {
  return withClient(
    url,
    async (client) =>
      (
        await client.query<PipelineNumbers>(`
          SELECT pipeline, count(*) FILTER (WHERE status = 'running')::int AS running,
                 count(*) FILTER (WHERE status = 'waiting')::int AS waiting,
                 extract(epoch FROM now() - min(created_at) FILTER (WHERE status = 'waiting' AND due_at IS NULL))::float8
                   AS "oldestWaiting"
            FROM jobs GROUP BY pipeline ORDER BY pipeline COLLATE "C"`)
      ).rows,
  );
}

describe('numbers of many waiting jobs', () => {
  let url: string;
  beforeAll(async () => {
    url = await freshDatabase();
    await fill(url);
  });

  test('are true', async () => {
    const database = new Database(url, { name: 'test', size: 1 });
    const read = () =>
      inTransaction(database.pool, async (on) => {
        await prepareCounts(on, 30_000);
        const begun = performance.now();
        const numbers = await readPipelineNumbers(on);
        process.stderr.write(
          `${JOBS} waiting jobs are counted in ${Math.round(performance.now() - begun)} ms\n`,
        );
        return numbers;
      });
    await read();
    const before = await expected(url);
    const numbers = await read();
    const after = await expected(url);
    const exact = (all: readonly PipelineNumbers[]) => all.map(({ oldestWaiting: _, ...counts }) => counts);
    expect(exact(numbers)).toEqual(exact(before));
    expect(numbers).toHaveLength(PIPELINES + 1);
    for (const [at, { pipeline, oldestWaiting }] of numbers.entries()) {
      if (pipeline === 'only running') expect(oldestWaiting).toBeNull();
      else {
        expect(oldestWaiting).toBeGreaterThanOrEqual(Number(before[at]?.oldestWaiting));
        expect(oldestWaiting).toBeLessThanOrEqual(Number(after[at]?.oldestWaiting));
      }
    }
    await database.close();
  });

  test('are read from indexes alone, also before there are statistics', async () => {
    // As right after they were inserted.
    await withClient(url, (client) =>
      client.query(
        `UPDATE pg_class SET reltuples = -1, relpages = 0, relallvisible = 0 WHERE relname = 'jobs'`,
      ),
    );
    const database = new Database(url, { name: 'test', size: 1 });
    const plan = await inTransaction(database.pool, async (on) => {
      await prepareCounts(on, 30_000);
      let text = '';
      const spy = {
        query: async (statement: pg.QueryConfig) => {
          const { rows } = await on.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${statement.text}`);
          text = rows.map((row) => row['QUERY PLAN']).join('\n');
          return { rows: [] };
        },
      };
      await readPipelineNumbers(spy as unknown as typeof on);
      return text;
    });
    expect(plan.match(/\w+( Only)? Scan using (\w+) on jobs/g)).toEqual([
      expect.stringMatching(/Only Scan using jobs_waiting/),
      expect.stringMatching(/Only Scan using jobs_running/),
      expect.stringMatching(/Only Scan using jobs_oldest_waiting/),
    ]);
    await database.close();
  });

  test('are at /metrics', async () => {
    const service = new TestService({ DATABASE_URL: url, HOLDFAST_PATH, HOLDFAST_ROLE: 'api' });
    const numbers = await expected(url);
    const metrics = await until('they are counted', async () => {
      const text = await (await fetch(await service.url('/metrics'))).text();
      return text.includes('holdfast_jobs_waiting{') && text;
    });
    expect(metrics).toContain('holdfast_database_up 1');
    for (const { pipeline, running, waiting, oldestWaiting } of numbers) {
      expect(metrics).toContain(`holdfast_jobs_waiting{pipeline="${pipeline}"} ${waiting}\n`);
      expect(metrics).toContain(`holdfast_jobs_running{pipeline="${pipeline}"} ${running}\n`);
      const [, age] =
        new RegExp(`holdfast_oldest_waiting_job_age_seconds{pipeline="${pipeline}"} (.*)`).exec(metrics) ??
        [];
      expect(Number(age)).toBeGreaterThanOrEqual(oldestWaiting ?? 0);
    }
    expect(await service.stop()).toBe(0);
  });
});
