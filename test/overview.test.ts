import type { DurationsResponse, PipelinesOverviewResponse } from '../src/jobs/overview/overview.response.js';
import { freshDatabase, withClient } from './support/database.js';
import { pipelinesFolder, TestService } from './support/service.js';
import { bearer, SECRET } from './support/token.js';
import { until } from './support/wait.js';

let url: string;
let service: TestService;
let headers: Record<string, string>;
beforeAll(async () => {
  url = await freshDatabase();
  const folder = pipelinesFolder(`
pipelines:
  plain: { tasks: { a: { script: [echo a] }, b: { script: [exit 1], depends_on: [a] } } }
  ask:
    concurrency: 3
    queue_limit: 2
    variables: { tenant: { type: string } }
    tasks:
      zeta: { script: ['echo {{ .tenant }} {{ .tag }}'] }
      alpha: { script: ['echo {{ .__jobID }}'], depends_on: [zeta] }
      beta: { script: [echo] }
  gate: { tasks: { t: { script: [sleep 600] } } }
  secret: { tasks: {} }
  vast: { queue_limit: 10002, tasks: { t: { script: [sleep 600] } } }
`);
  service = new TestService(
    { DATABASE_URL: url, HOLDFAST_PATH: folder, HOLDFAST_JWT_SECRET: SECRET, HOLDFAST_WORKER_SLOTS: '4' },
    folder,
  );
  headers = await bearer({});
});
afterAll(() => service.stop());

const get = async <T>(path: string, as = headers) => {
  const { status, body } = await service.call<T>('GET', path, undefined, as);
  expect(status).toBe(200);
  return body;
};
const overview = async (as = headers) =>
  (await get<PipelinesOverviewResponse>('/pipelines/overview', as)).pipelines;
const of = async (name: string) => (await overview()).find(({ pipeline }) => pipeline === name);
const durations = async (query: string, as = headers) =>
  (await get<DurationsResponse>(`/pipelines/durations?${query}`, as)).jobs;

async function schedule(pipeline: string): Promise<string> {
  const body = JSON.stringify({ pipeline });
  const answer = await service.call<{ jobId: string }>('POST', '/pipelines/schedule', body, headers);
  expect(answer.status).toBe(202);
  return answer.body.jobId;
}

/** Jobs a minute apart, the newest first, each of which took so many seconds with both of its tasks. */
async function fill(
  pipeline: string,
  seconds: readonly number[],
  status = 'done',
  rerun = false,
): Promise<void> {
  await withClient(url, async (client) => {
    await client.query(
      `INSERT INTO definitions (id, body) VALUES (repeat('0', 64), '{}') ON CONFLICT DO NOTHING`,
    );
    await client.query(
      `WITH added AS (
         INSERT INTO jobs (id, pipeline, definition_id, status, created_at, started_at, ended_at, rerun_of)
         SELECT gen_random_uuid(), $1, repeat('0', 64), $3::job_status, at, at, at + took * interval '1 second',
                CASE WHEN $4 THEN gen_random_uuid() END
         FROM unnest($2::float8[]) WITH ORDINALITY AS job (took, n),
              LATERAL (SELECT '2026-01-02T00:00:00Z'::timestamptz - n * interval '1 minute' AS at) AS clock
         RETURNING id, started_at, ended_at)
       INSERT INTO tasks (job_id, name, depends_on, status, started_at, ended_at)
       SELECT id, name, '{}', 'done', started_at, started_at + part * (ended_at - started_at)
       FROM added, (VALUES ('half', 0.5), ('__proto__', 1)) AS task (name, part)`,
      [pipeline, seconds, status, rerun],
    );
  });
}

describe('GET /pipelines/overview', () => {
  test('shows the loaded pipelines by name, as they are defined', async () => {
    const all = await overview();
    expect(all.map(({ pipeline }) => pipeline)).toEqual(['ask', 'gate', 'plain', 'secret', 'vast']);
    expect(all[0]).toEqual({
      pipeline: 'ask',
      schedulable: true,
      running: false,
      concurrency: 3,
      queueLimit: 2,
      waitingJobs: 0,
      runningJobs: 0,
      variables: ['tenant', 'tag'],
      tasks: [{ name: 'beta' }, { name: 'zeta' }, { name: 'alpha', dependsOn: ['zeta'] }],
      last: [],
      usual: { jobSeconds: null, tasks: {} },
    });
    expect(all[1]).not.toHaveProperty('queueLimit');
  });

  test('shows what runs, what waits, and what has ended', async () => {
    const ids = [await schedule('gate'), await schedule('gate'), await schedule('gate')];
    expect(await of('gate')).toMatchObject({
      running: true,
      runningJobs: 1,
      waitingJobs: 2,
      last: [{ id: ids[0], status: 'running', end: null, seconds: null }],
    });
    for (const id of ids.reverse()) await service.call('POST', `/job/cancel?id=${id}`, undefined, headers);
    const { last } = await until('all are canceled', async () => {
      const gate = await of('gate');
      return gate?.runningJobs === 0 && gate;
    });
    expect(last.map(({ id, status }) => [id, status])).toEqual(ids.map((id) => [id, 'canceled']));
    expect(last[0]).toMatchObject({ start: null, seconds: null });
  });

  test('tells whether a wait list is full, also where it is longer than anybody counts', async () => {
    await schedule('vast');
    const wait = (count: number) =>
      withClient(url, (client) =>
        client.query(
          `INSERT INTO jobs (id, pipeline, definition_id, status)
           SELECT gen_random_uuid(), 'vast', definition_id, 'waiting'
           FROM (SELECT definition_id FROM jobs WHERE pipeline = 'vast' LIMIT 1) AS one, generate_series(1, $1)`,
          [count],
        ),
      );
    await wait(10_001);
    expect(await of('vast')).toMatchObject({ schedulable: true, waitingJobs: 10_000 });
    await wait(1);
    expect(await of('vast')).toMatchObject({ schedulable: false, waitingJobs: 10_000, queueLimit: 10_002 });
    await withClient(url, (client) => client.query(`DELETE FROM jobs WHERE pipeline = 'vast'`));
  });

  test('tells how long the last jobs that were done have taken, and their tasks', async () => {
    // Those before the last twenty, those that failed and reruns would make it another number.
    await fill('plain', [1, 2, 3, 1000]);
    await fill('plain', Array<number>(30).fill(500), 'error');
    await fill('plain', Array<number>(30).fill(700), 'done', true);
    const plain = await of('plain');
    expect(plain?.usual).toEqual({
      jobSeconds: 2.5,
      tasks: JSON.parse('{"half": 1.25, "__proto__": 2.5}') as unknown,
    });
    expect(plain?.last).toHaveLength(20);
    await fill('plain', Array<number>(20).fill(7.125));
    expect((await of('plain'))?.usual.jobSeconds).toBe(7.125);
  });

  test('shows a caller only the pipelines that there are for it', async () => {
    const as = await bearer({ pipelines: ['a*'] });
    expect((await overview(as)).map(({ pipeline }) => pipeline)).toEqual(['ask']);
    expect(await overview(await bearer({ pipelines: [] }))).toEqual([]);
  });
});

describe('GET /pipelines/durations', () => {
  test('shows the last 200 jobs that have ended, of any pipeline', async () => {
    await fill(
      'long gone',
      Array.from({ length: 205 }, (_, index) => index),
    );
    const jobs = await durations('pipeline=long+gone');
    expect(jobs.map(({ seconds }) => seconds)).toEqual(Array.from({ length: 200 }, (_, index) => index));
    expect(jobs[9]).toEqual({
      id: expect.any(String) as string,
      status: 'done',
      created: '2026-01-01T23:50:00Z',
      start: '2026-01-01T23:50:00Z',
      end: '2026-01-01T23:50:09Z',
      seconds: 9,
    });
  });

  test.each(['nobody', '', 'x'.repeat(8000), '%F0%9F', "';--", '__proto__'])(
    'shows none of %s',
    async (name) => {
      expect(await durations(`pipeline=${name}`)).toEqual([]);
    },
  );

  test('shows none of a pipeline that is not there for its caller', async () => {
    await fill('hidden', [1]);
    expect(await durations('pipeline=hidden')).toHaveLength(1);
    expect(await durations('pipeline=hidden', await bearer({ pipelines: ['a*'] }))).toEqual([]);
  });

  test.each(['', 'pipeline=%00'])('refuses ?%s', async (query) => {
    const answer = await service.call('GET', `/pipelines/durations?${query}`, undefined, headers);
    expect(answer).toMatchObject({ status: 400, body: { error: 'Invalid pipeline' } });
  });
});
