import { Database } from '../src/database/database.js';
import type { PipelineDefinition } from '../src/domain/definition.js';
import { RetentionClock } from '../src/scheduler/retention.js';
import { Scheduler } from '../src/scheduler/scheduler.js';
import { NOBODY } from './support/actor.js';
import { freshDatabase } from './support/database.js';
import { workersLive } from './support/workers.js';
import { pipelineOf, taskOf } from './support/definition.js';

const DAY = 86_400_000;
let database: Database;
beforeAll(async () => {
  database = new Database(await freshDatabase(), { name: 'test', size: 10 });
});
beforeEach(async () => {
  await database.pool.query('TRUNCATE definitions CASCADE');
  await database.pool.query(
    `INSERT INTO definitions (id, body) VALUES (repeat('0', 64), '{"concurrency": 1}')`,
  );
});
afterAll(() => database.close());

/** `count` jobs, the newest created now, each of the others a day before the next; all with a task and output. */
async function fill(pipeline: string, count: number, status = 'done'): Promise<void> {
  const started = status === 'waiting' ? 'NULL' : 'at';
  const ended = ['waiting', 'running'].includes(status) ? 'NULL' : 'at';
  await database.pool.query(`
    INSERT INTO jobs (id, pipeline, definition_id, status, created_at, started_at, ended_at)
    SELECT gen_random_uuid(), '${pipeline}', repeat('0', 64), '${status}', at, ${started}, ${ended}
    FROM generate_series(0, ${count - 1}) AS n, LATERAL (SELECT now() - n * interval '1 day' AS at) AS clock`);
  await database.pool.query(`
    INSERT INTO tasks (job_id, name, depends_on, status, started_at, ended_at)
    SELECT id, 't', '{}', 'done', created_at, created_at FROM jobs
    WHERE NOT EXISTS (SELECT FROM tasks WHERE job_id = jobs.id)`);
  await database.pool.query(`
    INSERT INTO output SELECT id, 1, 'stdout', 0, 'x' FROM tasks ON CONFLICT DO NOTHING`);
}

const retain = (definitions: PipelineDefinition[], orphanMs: number | null = null) => {
  const pipelines = new Map(definitions.map((definition) => [definition.name, definition]));
  return new RetentionClock({ database, pipelines, orphanMs }).retain();
};
const pipeline = (more: Partial<PipelineDefinition>) => pipelineOf([taskOf('t')], more);

async function left(): Promise<Record<string, number>> {
  const { rows } = await database.pool.query<{ pipeline: string; count: number }>(
    'SELECT pipeline, count(*)::int FROM jobs GROUP BY pipeline',
  );
  return Object.fromEntries(rows.map(({ pipeline, count }) => [pipeline, count]));
}

describe('retention (10.3)', () => {
  test('keeps what is younger than retention_period, counted from created', async () => {
    await fill('p', 10);
    expect(await retain([pipeline({ retentionPeriodMs: 3.5 * DAY })])).toBe(6);
    expect(await left()).toEqual({ p: 4 });
  });

  test('keeps the newest by retention_count, counting all jobs of the pipeline', async () => {
    await fill('p', 10);
    await fill('q', 10);
    expect(await retain([pipeline({ retentionCount: 3 }), pipeline({ name: 'q' })])).toBe(7);
    expect(await left()).toEqual({ p: 3, q: 10 });
  });

  test('removes only finished jobs', async () => {
    await fill('p', 5, 'waiting');
    await fill('p', 5, 'running');
    await fill('p', 5);
    await retain([pipeline({ retentionPeriodMs: 1, retentionCount: 1 })]);
    expect(await left()).toEqual({ p: 10 });
  });

  test('takes tasks and output along, and the snapshots that nobody has any more', async () => {
    await fill('p', 3);
    await database.pool.query(`UPDATE definitions SET created_at = now() - interval '2 days'`);
    await retain([pipeline({ retentionPeriodMs: 1 })]);
    const { rows } = await database.pool.query(
      `SELECT (SELECT count(*)::int FROM tasks) AS tasks, (SELECT count(*)::int FROM output) AS output,
              (SELECT count(*)::int FROM definitions) AS definitions`,
    );
    expect(rows).toEqual([{ tasks: 0, output: 0, definitions: 0 }]);
  });

  test('of a pipeline that has gone from the files is the one for orphans (9.8)', async () => {
    await fill('gone', 5);
    await fill('p', 5);
    expect(await retain([pipeline({})])).toBe(0);
    await retain([pipeline({})], 2.5 * DAY);
    expect(await left()).toEqual({ gone: 3, p: 5 });
  });

  test('goes through any number of jobs in batches, while others go on being scheduled and claimed', async () => {
    await database.pool.query(`
      INSERT INTO jobs (id, pipeline, definition_id, status, created_at, started_at, ended_at)
      SELECT gen_random_uuid(), 'p', repeat('0', 64), 'done', at, at, at
      FROM generate_series(1, 3000) AS n, LATERAL (SELECT now() - interval '9 days' AS at) AS clock`);
    const scheduler = new Scheduler(database);
    await workersLive(database.pool, 'w');
    const definition = pipeline({ concurrency: 100, retentionPeriodMs: DAY });
    const retained = retain([definition]);
    for (let job = 0; job < 20; job += 1) {
      await scheduler.schedule({ definition, variables: null, queuePartition: '', by: NOBODY });
      const [claim] = await scheduler.claim('w', 1);
      expect(claim).toBeDefined();
    }
    expect(await retained).toBe(3000);
    expect(await left()).toEqual({ p: 20 });
  });

  test('by two processes at once removes each job once', async () => {
    await fill('p', 900);
    const rule = [pipeline({ retentionCount: 100 })];
    const removed = await Promise.all([retain(rule), retain(rule)]);
    await retain(rule);
    expect(await left()).toEqual({ p: 100 });
    expect(removed[0] + removed[1]).toBeLessThanOrEqual(800);
  });
});
