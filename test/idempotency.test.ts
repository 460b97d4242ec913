import { request } from 'node:http';
import type pg from 'pg';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Database } from '../src/database/database.js';
import { fingerprintOf } from '../src/jobs/fingerprint.js';
import { deleteExpiredKeys, takeKey } from '../src/scheduler/idempotency.sql.js';
import { RetentionClock } from '../src/scheduler/retention.js';
import { freshDatabase, withClient } from './support/database.js';
import { type Answer, pipelinesFolder, TestService } from './support/service.js';
import { until } from './support/wait.js';

const PIPELINES = `
  free: { concurrency: 1000, tasks: { t: { script: ['true'] } } }
  one: { queue_limit: 0, tasks: { t: { script: ['true'] } } }
  picky: { variables: { tag: { type: string, required: true } }, tasks: {} }
`;
const GOES = `
  goes: { tasks: {} }
`;
const OTHER_JOB = '52a5cb79-7556-4c52-8e6f-000000000000';

let url: string;
let database: Database;
let folder: string;
/** Two processes that answer and run nothing, so that what is scheduled stays as it is. */
let service: TestService;
let second: TestService;
beforeAll(async () => {
  url = await freshDatabase();
  database = new Database(url, { name: 'test', size: 5 });
  folder = pipelinesFolder(`pipelines:${PIPELINES}${GOES}`);
  const env = { DATABASE_URL: url, HOLDFAST_PATH: folder, HOLDFAST_ROLE: 'api' };
  // One after the other: a loaded machine starts one in time, not always two.
  service = new TestService(env);
  await service.greeting();
  second = new TestService(env);
  await second.greeting();
});
// Not TRUNCATE, which would lock whole tables against the clocks of the two.
beforeEach(() => database.pool.query('DELETE FROM idempotency_keys; DELETE FROM jobs'));
afterAll(async () => {
  await Promise.all([service.stop(), second.stop()]);
  await database.close();
});

type Schedule = Answer<{ jobId?: string; error?: string }>;

const ask = (key: string, body: object | string, on = service): Promise<Schedule> =>
  on.call('POST', '/pipelines/schedule', typeof body === 'string' ? body : JSON.stringify(body), {
    'idempotency-key': key,
  });
const replayed = ({ headers }: Schedule) => headers.get('idempotent-replayed');

async function jobOf(asking: Promise<Schedule>, isReplay: boolean): Promise<string> {
  const answer = await asking;
  expect([answer.status, answer.body, replayed(answer)]).toEqual([
    202,
    { jobId: expect.any(String) as string },
    isReplay ? 'true' : null,
  ]);
  return String(answer.body.jobId);
}
const newJob = (key: string, body: object | string, on?: TestService) => jobOf(ask(key, body, on), false);
const sameJob = (key: string, body: object | string, on?: TestService) => jobOf(ask(key, body, on), true);

async function refused(asking: Promise<Schedule>, status: number, error: string): Promise<void> {
  const answer = await asking;
  expect([answer.status, answer.body, replayed(answer)]).toEqual([status, { error }, null]);
}

async function count(table: 'jobs' | 'idempotency_keys'): Promise<number> {
  const { rows } = await database.pool.query<{ count: number }>(`SELECT count(*)::int FROM ${table}`);
  return rows[0]?.count ?? 0;
}
const age = (key: string, interval: string) =>
  database.pool.query(`UPDATE idempotency_keys SET created_at = now() - $2::interval WHERE key = $1`, [
    key,
    interval,
  ]);

const FREE = { pipeline: 'free', variables: { a: 1, b: { c: [1, 2], d: null } }, queuePartition: 'q' };

describe('a schedule with an Idempotency-Key', () => {
  test('is answered with the same job again, which is there once, by every process', async () => {
    const id = await newJob('k', FREE);
    expect(await sameJob('k', FREE)).toBe(id);
    expect(await sameJob('k', FREE, second)).toBe(id);
    expect(await count('jobs')).toBe(1);
    expect((await service.job(id)).variables).toEqual(FREE.variables);
  });

  test('is the same whatever the order of keys, the white space and the ways to say nothing', async () => {
    const id = await newJob('k', FREE);
    const other = `\n{ "unknown": 1, "queuePartition": "q",\t"variables": {"b": {"d": null, "c": [1,2]}, "a": 1.0}, "pipeline": "free" }`;
    expect(await sameJob('k', other)).toBe(id);
    const bare = await newJob('bare', { pipeline: 'free' });
    expect(await sameJob('bare', { pipeline: 'free', variables: {}, queuePartition: '' })).toBe(bare);
    expect(await sameJob('bare', { pipeline: 'free', variables: null, queuePartition: null })).toBe(bare);
  });

  test.each([
    ['another pipeline', { ...FREE, pipeline: 'one' }],
    ['a pipeline that is not there', { ...FREE, pipeline: 'nope' }],
    ['another variable', { ...FREE, variables: { ...FREE.variables, a: 2 } }],
    ['a variable less', { ...FREE, variables: { a: 1 } }],
    ['another partition', { ...FREE, queuePartition: '' }],
  ])('is refused with %s, and the key stays the first one’s', async (_what, body) => {
    const id = await newJob('k', FREE);
    await refused(ask('k', body), 409, 'Idempotency-Key was used with another body');
    expect(await sameJob('k', FREE)).toBe(id);
    expect(await count('jobs')).toBe(1);
  });

  test('is another one under another key, and without a key', async () => {
    const id = await newJob('k', FREE);
    expect(await newJob('K', FREE)).not.toBe(id);
    const without = () => jobOf(service.call('POST', '/pipelines/schedule', JSON.stringify(FREE)), false);
    expect(await without()).not.toBe(await without());
    expect(await count('jobs')).toBe(4);
    expect(await count('idempotency_keys')).toBe(2);
  });

  test('is a text like any other, also where SQL and commas stand in it', async () => {
    const keys = [`';DROP--`, '"quoted"', 'a,b', 'a%b', 'a_b', '{}', 'x'.repeat(255)];
    const ids = [];
    for (const key of keys) ids.push(await newJob(key, FREE));
    for (const [index, key] of keys.entries()) expect(await sameJob(key, FREE)).toBe(ids[index]);
  });

  test('is answered for a pipeline that has no room any more', async () => {
    const id = await newJob('k', { pipeline: 'one' });
    await refused(
      ask('other', { pipeline: 'one' }),
      400,
      'Error scheduling pipeline: concurrency exceeded and queueing disabled for pipeline',
    );
    expect(await sameJob('k', { pipeline: 'one' })).toBe(id);
  });

  test('is answered for a job that retention has removed', async () => {
    const id = await newJob('k', { pipeline: 'goes' });
    await database.pool.query(`UPDATE jobs SET created_at = now() - interval '2 days'`);
    const clock = new RetentionClock({ database, pipelines: new Map(), orphanMs: 86_400_000 });
    expect(await clock.retain()).toBe(1);
    expect((await service.get(`/job/detail?id=${id}`)).status).toBe(404);
    expect(await sameJob('k', { pipeline: 'goes' })).toBe(id);
  });

  test('is answered for a pipeline that has gone from the files, or wants other variables now', async () => {
    const goes = await newJob('goes', { pipeline: 'goes' });
    const picky = await newJob('picky', { pipeline: 'picky', variables: { tag: 'v1' } });
    const load = async (text: string, there: boolean) => {
      writeFileSync(join(folder, 'pipelines.yml'), `pipelines:${text}`);
      service.process.kill('SIGUSR1');
      await until('the files are loaded', async () => {
        const { body } = await service.get<{ pipelines: { pipeline: string }[] }>('/pipelines');
        return body.pipelines.some(({ pipeline }) => pipeline === 'goes') === there;
      });
    };
    await load(PIPELINES.replace('type: string', 'type: integer'), false);
    await refused(
      ask('new', { pipeline: 'goes' }),
      400,
      'Error scheduling pipeline: pipeline "goes" is not defined',
    );
    expect(await sameJob('goes', { pipeline: 'goes' })).toBe(goes);
    expect(await sameJob('picky', { pipeline: 'picky', variables: { tag: 'v1' } })).toBe(picky);
    await load(PIPELINES + GOES, true);
  });
});

test('a service that is shutting down answers no key, and the next one answers it again', async () => {
  const own = pipelinesFolder(`
pipelines:
  wait: { tasks: { t: { script: ['until [ -e go ]; do sleep 0.02; done'] } } }
`);
  const env = { DATABASE_URL: await freshDatabase(), HOLDFAST_PATH: own };
  const first = new TestService(env, own);
  const id = await newJob('k', { pipeline: 'wait' }, first);
  await until('its task runs', async () => (await first.job(id)).tasks[0]?.status === 'running');
  first.process.kill('SIGINT');
  await until('it has noticed', () => first.output.includes('running tasks to wait for: 1'));
  await refused(ask('k', { pipeline: 'wait' }, first), 503, 'Server is shutting down');
  writeFileSync(join(own, 'go'), '');
  expect(await first.exited).toBe(0);
  const next = new TestService(env, own);
  expect(await sameJob('k', { pipeline: 'wait' }, next)).toBe(id);
  await next.stop();
});

describe('a schedule that is refused leaves its key free', () => {
  test.each([
    ['for an unknown pipeline', { pipeline: 'nope' }, 'pipeline "nope" is not defined'],
    ['for its variables', { pipeline: 'picky' }, 'variable "tag" is required'],
    [
      'for a reserved variable',
      { pipeline: 'free', variables: { __jobID: 1 } },
      'variable __jobID is reserved',
    ],
  ])('%s', async (_why, body, reason) => {
    await refused(ask('k', body), 400, `Error scheduling pipeline: ${reason}`);
    await refused(ask('k', body), 400, `Error scheduling pipeline: ${reason}`);
    expect(await count('idempotency_keys')).toBe(0);
    await newJob('k', FREE);
  });

  test('for want of room', async () => {
    await newJob('first', { pipeline: 'one' });
    const full = 'Error scheduling pipeline: concurrency exceeded and queueing disabled for pipeline';
    await refused(ask('k', { pipeline: 'one' }), 400, full);
    expect(await count('idempotency_keys')).toBe(1);
    await database.pool.query(
      `UPDATE jobs SET status = 'done', ended_at = clock_timestamp() WHERE pipeline = 'one'`,
    );
    await newJob('k', { pipeline: 'one' });
  });

  test('for a body that is none', async () => {
    expect((await ask('k', '{')).status).toBe(400);
    expect(await count('idempotency_keys')).toBe(0);
  });
});

describe('the key and its job are written together', () => {
  /** Has the next job's row fail with this code, and those after it not. */
  const failOnce = (code: string) =>
    database.pool.query(`
      CREATE SEQUENCE tries;
      CREATE FUNCTION fail_once() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF nextval('tries') = 1 THEN RAISE EXCEPTION 'no' USING ERRCODE = '${code}'; END IF;
          RETURN NEW;
        END $$;
      CREATE TRIGGER fail_once BEFORE INSERT ON jobs FOR EACH ROW EXECUTE FUNCTION fail_once()`);
  const tries = async () =>
    (await database.pool.query<{ tries: number }>('SELECT last_value::int AS tries FROM tries')).rows[0]
      ?.tries;
  afterEach(() => database.pool.query('DROP FUNCTION fail_once CASCADE; DROP SEQUENCE tries'));

  test('a job that cannot be written leaves no key, and asking again schedules it', async () => {
    await failOnce('P0001');
    await refused(ask('k', FREE), 500, 'Internal server error');
    expect(await count('idempotency_keys')).toBe(0);
    await newJob('k', FREE);
    expect(await count('jobs')).toBe(1);
  });

  test.each(['40001', '40P01'])('one that Postgres sends back with %s is written once', async (code) => {
    await failOnce(code);
    const id = await newJob('k', FREE);
    expect(await tries()).toBe(2);
    expect(await sameJob('k', FREE)).toBe(id);
    expect(await count('jobs')).toBe(1);
  });
});

describe('a race of schedules with the same key', () => {
  test('goes to one of twenty at two processes: the others get his job', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => ask('k', FREE, index % 2 === 0 ? service : second)),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(202));
    expect(new Set(answers.map(({ body }) => body.jobId)).size).toBe(1);
    expect(answers.filter((answer) => replayed(answer) === null)).toHaveLength(1);
    expect(await count('jobs')).toBe(1);
  });

  test('and different bodies goes to one of the bodies: the others are refused', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => ask('k', { pipeline: 'free', variables: { n: n % 4 } })),
    );
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([...Array<number>(5).fill(202), ...Array<number>(15).fill(409)]);
    expect(await count('jobs')).toBe(1);
  });

  test('whose day is over goes to one of twenty, too', async () => {
    const old = await newJob('k', FREE);
    await age('k', '25 hours');
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask('k', FREE)));
    const ids = new Set(answers.map(({ body }) => body.jobId));
    expect([ids.size, ids.has(old)]).toEqual([1, false]);
    expect(await count('jobs')).toBe(2);
  });

  test('with many keys over many pipelines at once has one job for each key', async () => {
    const body = (n: number) => ({ pipeline: ['free', 'goes'][n % 2] });
    const asked = Array.from({ length: 80 }, (_, n) => n % 8);
    const answers = await Promise.all(
      asked.map((n, index) => ask(`k${n}`, body(n), index < 40 ? service : second)),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(80).fill(202));
    const pairs = new Set(
      answers.map(({ body: { jobId } }, index) => `k${String(asked[index])} ${String(jobId)}`),
    );
    expect(pairs.size).toBe(8);
    expect(await count('jobs')).toBe(8);
  });

  /** The service's connections that wait for a lock of this kind. */
  const waiting = (event: string, many = 1) =>
    until(`${many} wait for ${event}`, async () => {
      const { rowCount } = await database.pool.query(
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'holdfast api%'
           AND wait_event_type = 'Lock' AND wait_event = $1`,
        [event],
      );
      return rowCount === many;
    });
  const insertKey = (client: pg.Client) =>
    client.query(`INSERT INTO idempotency_keys ("user", key, fingerprint, job_id) VALUES ('', 'k', $1, $2)`, [
      fingerprintOf(FREE),
      OTHER_JOB,
    ]);

  test('is waited for: who comes second gets the first one’s job if that is committed', async () => {
    await withClient(url, async (first) => {
      await first.query('BEGIN');
      await insertKey(first);
      const asking = sameJob('k', FREE);
      await waiting('transactionid');
      await first.query('COMMIT');
      expect(await asking).toBe(OTHER_JOB);
    });
    expect(await count('jobs')).toBe(0);
  });

  test('is waited for: who comes second gets a job of his own if the first one is rolled back', async () => {
    await withClient(url, async (first) => {
      await first.query('BEGIN');
      await insertKey(first);
      const asking = newJob('k', FREE);
      await waiting('transactionid');
      await first.query('ROLLBACK');
      expect(await asking).not.toBe(OTHER_JOB);
    });
    expect(await count('jobs')).toBe(1);
  });

  test('is decided before the pipeline’s lock: only the first waits for that, and a known key for nothing', async () => {
    const known = await newJob('known', FREE);
    await withClient(url, async (holder) => {
      await holder.query('BEGIN');
      await holder.query(`SELECT pg_advisory_xact_lock(hashtextextended('holdfast pipeline free', 0))`);
      const asking = [ask('k', FREE), ask('k', FREE, second)];
      await waiting('advisory');
      await waiting('transactionid');
      expect(await sameJob('known', FREE)).toBe(known);
      await holder.query('COMMIT');
      const [one, other] = await Promise.all(asking);
      expect(one?.body.jobId).toBe(other?.body.jobId);
    });
    expect(await count('jobs')).toBe(2);
  });

  test('and its removal goes to the removal: the schedule is a new one, as the day was over', async () => {
    const old = await newJob('k', FREE);
    await age('k', '25 hours');
    await withClient(url, async (cleaner) => {
      await cleaner.query('BEGIN');
      expect(await deleteExpiredKeys(cleaner, 10)).toBe(1);
      const asking = newJob('k', FREE);
      await waiting('transactionid');
      await cleaner.query('COMMIT');
      expect(await asking).not.toBe(old);
    });
    expect(await count('idempotency_keys')).toBe(1);
  });

  test('that has lost holds the key until it has read whose it is', async () => {
    await newJob('k', FREE);
    const mine = { user: '', key: 'k', fingerprint: fingerprintOf(FREE) };
    await withClient(url, async (second) => {
      await second.query('BEGIN');
      expect(await takeKey(second, mine, OTHER_JOB)).toBe(false);
      const free = await database.pool.query('SELECT FROM idempotency_keys FOR UPDATE SKIP LOCKED');
      expect(free.rowCount).toBe(0);
      await second.query('COMMIT');
    });
  });

  test('and its removal passes over a key that is just being taken again', async () => {
    await newJob('k', FREE);
    await age('k', '25 hours');
    await withClient(url, async (holder) => {
      await holder.query('BEGIN');
      await holder.query(`SELECT pg_advisory_xact_lock(hashtextextended('holdfast pipeline free', 0))`);
      const asking = newJob('k', FREE);
      await waiting('advisory');
      expect(await deleteExpiredKeys(database.pool, 10)).toBe(0);
      await holder.query('COMMIT');
      const id = await asking;
      expect(await sameJob('k', FREE)).toBe(id);
    });
  });
});

describe('a key', () => {
  test('is known for 24 hours', async () => {
    const id = await newJob('k', FREE);
    await age('k', '23 hours 59 minutes');
    expect(await sameJob('k', FREE)).toBe(id);
  });

  test('is as if it had never been after that, also for another body, and known for a day from then on', async () => {
    const id = await newJob('k', FREE);
    await age('k', '24 hours');
    const other = await newJob('k', { pipeline: 'free' });
    expect(other).not.toBe(id);
    expect(await sameJob('k', { pipeline: 'free' })).toBe(other);
    await refused(ask('k', FREE), 409, 'Idempotency-Key was used with another body');
    expect(await count('idempotency_keys')).toBe(1);
  });

  test('whose day is over stays as it was when the new schedule is refused', async () => {
    await newJob('k', FREE);
    await age('k', '25 hours');
    await refused(
      ask('k', { pipeline: 'nope' }),
      400,
      'Error scheduling pipeline: pipeline "nope" is not defined',
    );
    await newJob('k', FREE);
  });

  test('is its user’s', async () => {
    await database.pool.query(
      `INSERT INTO idempotency_keys ("user", key, fingerprint, job_id) VALUES ('j.doe', 'k', repeat('0', 64), $1)`,
      [OTHER_JOB],
    );
    const id = await newJob('k', FREE);
    expect(id).not.toBe(OTHER_JOB);
    expect(await sameJob('k', FREE)).toBe(id);
    expect(await count('idempotency_keys')).toBe(2);
  });

  test('is removed when its day is over, by the clock of retention, a bounded number at once', async () => {
    await database.pool.query(`
      INSERT INTO idempotency_keys ("user", key, fingerprint, job_id, created_at)
      SELECT '', 'k' || n, repeat('0', 64), gen_random_uuid(), now() - n * interval '1 hour'
      FROM generate_series(1, 3000) AS n`);
    expect(await deleteExpiredKeys(database.pool, 10)).toBe(10);
    await new RetentionClock({ database, pipelines: new Map(), orphanMs: null }).retain();
    const { rows } = await database.pool.query<{ count: number; most: number }>(
      `SELECT count(*)::int, max(substr(key, 2)::int) AS most FROM idempotency_keys`,
    );
    expect(rows).toEqual([{ count: 23, most: 23 }]);
  });
});

describe('the header Idempotency-Key', () => {
  /** As it is written: `fetch` would tidy headers up. */
  const send = (headers: string[]): Promise<{ status: number; body: string }> =>
    service.url('/pipelines/schedule').then(
      (url) =>
        new Promise((answered, failed) => {
          const body = JSON.stringify(FREE);
          const all = ['Host', 'localhost', 'Content-Length', String(body.length), ...headers];
          const asking = request(url, { method: 'POST', headers: all }, (response) => {
            let text = '';
            response.on('data', (bytes: Buffer) => (text += bytes.toString()));
            response.on('end', () => {
              answered({ status: response.statusCode ?? 0, body: text });
            });
          });
          asking.on('error', failed);
          asking.end(body);
        }),
    );
  const INVALID = { status: 400, body: '{"error":"Invalid Idempotency-Key"}' };

  test.each([
    ['empty', ['']],
    ['only space', ['  ']],
    ['a space inside', ['a b']],
    ['a tab inside', ['a\tb']],
    ['what is not ASCII', ['\u00e9']],
    ['256 characters', ['x'.repeat(256)]],
    ['there twice', ['a', 'b']],
    ['there twice with the same', ['a', 'a']],
    ['there a second time, empty', ['a', '']],
    ['joined from two on the way', ['a, b']],
  ])('is refused: %s', async (_what, keys) => {
    expect(await send(keys.flatMap((key) => ['Idempotency-Key', key]))).toEqual(INVALID);
    expect([await count('jobs'), await count('idempotency_keys')]).toEqual([0, 0]);
  });

  test('is refused twice in two spellings', async () => {
    expect(await send(['Idempotency-Key', 'a', 'idempotency-key', 'b'])).toEqual(INVALID);
  });

  test('may be spelled in any case, with space around its value', async () => {
    const { status, body } = await send(['IDEMPOTENCY-KEY', '  k  ']);
    expect(status).toBe(202);
    expect(await sameJob('k', FREE)).toBe((JSON.parse(body) as { jobId: string }).jobId);
  });
});
