import { randomBytes } from 'node:crypto';
import type { JobsListQuery } from '../src/jobs/list/list.query.js';
import { findJobs, LOOKED_AT } from '../src/jobs/list/list.sql.js';
import { readLowerCase } from '../src/jobs/list/lower-case.js';
import type { JobsListResponse, JobSummaryResponse } from '../src/jobs/list/summary.response.js';
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
  fails:
    tasks:
      good: { script: [echo fine] }
      bad: { script: [exit 3], depends_on: [good] }
      never: { script: [echo never], depends_on: [bad] }
    on_error: { script: [exit 4] }
  long: { tasks: { t: { script: [sleep 600] } }, queue_strategy: partitioned_replace, queue_partition_limit: 2 }
`);
  service = new TestService(
    { DATABASE_URL: url, HOLDFAST_PATH: folder, HOLDFAST_JWT_SECRET: SECRET, HOLDFAST_WORKER_SLOTS: '8' },
    folder,
  );
  headers = await bearer({ sub: 'jane' });
});
afterAll(() => service.stop());
beforeEach(() =>
  withClient(url, (client) => client.query('DELETE FROM jobs WHERE definition_id = repeat($1, 64)', ['0'])),
);

const list = async (query = '', as = headers) => {
  const answer = await service.call<JobsListResponse>('GET', `/jobs${query}`, undefined, as);
  if (answer.status !== 200) throw new Error(`it answered ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
};

interface Filling {
  readonly pipeline: string;
  readonly count: number;
  readonly status?: string;
  readonly user?: string;
  readonly variables?: object;
  /** The newest. */
  readonly at?: string;
}

/** Jobs a minute apart. */
async function fill({ pipeline, count, status = 'done', user = '', variables, at }: Filling): Promise<void> {
  await withClient(url, async (client) => {
    await client.query(
      `INSERT INTO definitions (id, body) VALUES (repeat('0', 64), '{"concurrency": 1}') ON CONFLICT DO NOTHING`,
    );
    await client.query(
      `INSERT INTO jobs (id, pipeline, definition_id, status, "user", variables, created_at, started_at, ended_at, cancel_requested_at)
       SELECT gen_random_uuid(), $1, repeat('0', 64), $3::job_status, $4, $5::jsonb, clock.at,
              CASE WHEN $3 <> 'waiting' THEN clock.at END,
              CASE WHEN $3 NOT IN ('waiting', 'running') THEN clock.at END,
              CASE WHEN $3 = 'canceled' THEN clock.at END
       FROM generate_series(0, $2::int - 1) AS n,
            LATERAL (SELECT $6::timestamptz - n * interval '1 minute' AS at) AS clock`,
      [
        pipeline,
        count,
        status,
        user,
        variables === undefined ? null : JSON.stringify(variables),
        at ?? '2026-01-02T00:00:00Z',
      ],
    );
  });
}

interface PlanNode {
  readonly 'Relation Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly PlanNode[];
}

/** Where jobs are read. */
const scansOf = (node: PlanNode | undefined): PlanNode[] =>
  node === undefined
    ? []
    : [...(node['Relation Name'] === 'jobs' ? [node] : []), ...(node.Plans ?? []).flatMap(scansOf)];

/** All pages of a list. */
async function all(query: string, as = headers): Promise<JobSummaryResponse[]> {
  const jobs: JobSummaryResponse[] = [];
  for (let cursor = ''; ;) {
    const page = await list(`${query}${cursor === '' ? '' : `&cursor=${cursor}`}`, as);
    jobs.push(...page.jobs);
    if (page.nextCursor === undefined) return jobs;
    cursor = page.nextCursor;
  }
}

describe('GET /jobs', () => {
  test('shows a job with everything but its tasks, which are counted', async () => {
    const variables = { tag: 'v1', list: [1, null] };
    const { body } = await service.call<{ jobId: string }>(
      'POST',
      '/pipelines/schedule',
      JSON.stringify({ pipeline: 'fails', variables }),
      headers,
    );
    const job = await until('the job has failed', async () => {
      const { jobs } = await list('?pipeline=fails');
      return jobs[0]?.completed === true && jobs[0];
    });
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/) as string;
    expect(job).toEqual({
      id: body.jobId,
      pipeline: 'fails',
      status: 'error',
      tasks: { total: 4, waiting: 0, running: 0, done: 1, error: 2, skipped: 1, canceled: 0 },
      completed: true,
      canceled: false,
      errored: true,
      created: time,
      start: time,
      end: time,
      lastError: 'exit status 3',
      variables,
      user: 'jane',
    });
  });

  test('shows what runs and what waits, and whose wait list it is in', async () => {
    const schedule = async (queuePartition: string) =>
      service.call(
        'POST',
        '/pipelines/schedule',
        JSON.stringify({ pipeline: 'long', queuePartition }),
        headers,
      );
    await schedule('');
    await schedule(`x${'y'.repeat(499)}`);
    const { jobs } = await until('the first one runs', async () => {
      const page = await list('?pipeline=long');
      return page.jobs[1]?.tasks.running === 1 && page;
    });
    expect(jobs).toMatchObject([
      {
        status: 'waiting',
        start: null,
        end: null,
        tasks: { total: 1, waiting: 1, running: 0 },
        queuePartition: `x${'y'.repeat(499)}`,
      },
      { status: 'running', completed: false, end: null },
    ]);
    expect(jobs[1]).not.toHaveProperty('queuePartition');
    for (const { id } of jobs) await service.call('POST', `/job/cancel?id=${id}`, undefined, headers);
    await until('both are canceled', async () => {
      const { jobs } = await list('?pipeline=long&status=canceled');
      return jobs.length === 2;
    });
  });

  test('leaves out variables that are long, and says so', async () => {
    await fill({ pipeline: 'v', count: 1, variables: { a: 'x'.repeat(2036) } });
    await fill({ pipeline: 'v', count: 1, variables: { a: 'x'.repeat(2040) }, at: '2026-01-01T00:00:00Z' });
    await fill({
      pipeline: 'v',
      count: 1,
      variables: { a: randomBytes(100_000).toString('hex') },
      at: '2025-12-31T00:00:00Z',
    });
    const { jobs } = await list('?pipeline=v');
    expect(jobs.map(({ variables, variablesTruncated }) => [variables, variablesTruncated])).toEqual([
      [{ a: 'x'.repeat(2036) }, undefined],
      [undefined, true],
      [undefined, true],
    ]);
  });

  test('has 50 jobs on a page unless it is asked for others, the newest first', async () => {
    await fill({ pipeline: 'p', count: 60 });
    const page = await list('?pipeline=p');
    expect(page.jobs).toHaveLength(50);
    const created = page.jobs.map((job) => job.created);
    expect(created).toEqual([...created].sort().reverse());
    expect((await list(`?pipeline=p&cursor=${String(page.nextCursor)}`)).jobs).toHaveLength(10);
    expect((await list('?pipeline=p&limit=60')).nextCursor).toBeUndefined();
    expect((await list('?pipeline=p&limit=59')).nextCursor).toBeDefined();
  });

  test('shows each job once on its pages while others are added, also of the same moment', async () => {
    await fill({ pipeline: 'p', count: 20 });
    await fill({ pipeline: 'p', count: 20, status: 'error' });
    const before = (await list('?pipeline=p&limit=200')).jobs.map(({ id }) => id);
    expect(before).toHaveLength(40);
    const seen: string[] = [];
    let page = await list('?pipeline=p&limit=7');
    for (;;) {
      seen.push(...page.jobs.map(({ id }) => id));
      if (page.nextCursor === undefined) break;
      await fill({ pipeline: 'p', count: 3, at: '2026-01-02T00:01:00Z', status: 'canceled' });
      page = await list(`?pipeline=p&limit=7&cursor=${page.nextCursor}`);
    }
    // Those added later than the first page's are not looked for again; those between are.
    expect(seen.filter((id) => before.includes(id))).toEqual(before);
    expect(new Set(seen).size).toBe(seen.length);
  });

  describe('narrows the list down', () => {
    beforeEach(async () => {
      await fill({ pipeline: 'a', count: 3, user: 'jane', variables: { Tenant: 'Acme "&" Söhne' } });
      await fill({ pipeline: 'a', count: 2, status: 'error', user: 'joe', at: '2026-01-03T00:00:00Z' });
      await fill({ pipeline: 'b', count: 2, status: 'canceled', user: 'jane', at: '2026-01-04T00:00:00Z' });
      await fill({ pipeline: 'b', count: 1, status: 'waiting', at: '2026-01-05T00:00:00Z' });
      await fill({
        pipeline: 'b',
        count: 1,
        status: 'running',
        at: '2026-01-06T00:00:00Z',
        variables: { n: 4711 },
      });
    });

    test.each([
      ['to a pipeline', 'pipeline=a', 5],
      ['to a pipeline that is not there', 'pipeline=A', 0],
      ['to a pipeline, the first of two that are named', 'pipeline=a&pipeline=b', 5],
      ['to a status', 'status=error', 2],
      ['to several, repeated', 'status=error&status=running', 3],
      ['to several, with commas', 'status=waiting,running,canceled', 4],
      ['to one that is named twice', 'status=error,error&status=error', 2],
      ['to a user', 'user=jane', 5],
      ['to those of nobody', 'user=', 2],
      ['to a beginning', 'from=2026-01-03T00:00:00Z', 5],
      ['to a beginning in another zone', 'from=2026-01-03T01:00:00+01:00', 5],
      ['to an end, which does not count', 'to=2026-01-03T00:00:00Z', 4],
      ['to a time between', 'from=2026-01-04T00:00:00Z&to=2026-01-05T00:00:00.000001Z', 2],
      ['to a time that is none', 'from=2026-01-05T00:00:00Z&to=2026-01-04T00:00:00Z', 0],
      ['to a text in a value', 'q=acme', 3],
      ['to a text in a key', 'q=TENANT', 3],
      ['to a text with quotes', 'q=%22%26%22', 3],
      ['to a text with letters of other languages', 'q=s%C3%B6hne', 3],
      ['to a text with letters of other languages, in any case', 'q=S%C3%96HNE', 3],
      ['to a number', 'q=4711', 1],
      ['not by a text that is empty', 'q=', 9],
      ['not by what a pattern would be', 'q=%25', 0],
      [
        'by all of it',
        'pipeline=a&status=done&user=jane&from=2026-01-01T00:00:00Z&to=2027-01-01T00:00:00Z&q=acme',
        3,
      ],
      ['by a pipeline and a user', 'pipeline=b&user=jane', 2],
      ['by a pipeline and a user of another one', 'pipeline=b&user=joe', 0],
      ['by what nobody knows', 'colour=red&__proto__=x&constructor[prototype]=x', 9],
    ])('%s', async (_how, query, count) => {
      const jobs = await all(
        `?limit=2&from=2026-01-01T00:00:00Z&${query.replace('from=', 'from=')}`.replace(
          /from=2026-01-01T00:00:00Z&(?=.*from=)/,
          '',
        ),
      );
      expect(jobs.filter(({ created }) => created < '2026-02')).toHaveLength(count);
    });
  });

  test.each([
    ['pipeline=%00', 'Invalid pipeline'],
    ['user=a%00b', 'Invalid user'],
    ['q=%00', 'Invalid q'],
    [`q=${'x'.repeat(101)}`, 'Invalid q'],
    ['status=', 'Invalid status'],
    ['status=done,', 'Invalid status'],
    ['status=done&status=nonsense', 'Invalid status'],
    ['status=__proto__', 'Invalid status'],
    ['status=Done', 'Invalid status'],
    ['from=', 'Invalid from'],
    ['from=yesterday', 'Invalid from'],
    ['from=2026-02-30T00:00:00Z', 'Invalid from'],
    ['to=2026-01-01', 'Invalid to'],
    ['limit=0', 'Invalid limit'],
    ['limit=201', 'Invalid limit'],
    ['limit=', 'Invalid limit'],
    ['limit=-1', 'Invalid limit'],
    ['limit=1e2', 'Invalid limit'],
    ['cursor=', 'Invalid cursor'],
    ['cursor=1_2', 'Invalid cursor'],
    ['cursor=1_52a5cb79-7556-4c52-8e6f-dd6aaf1bc4c8%27', 'Invalid cursor'],
  ])('refuses %s', async (query, error) => {
    const answer = await service.call('GET', `/jobs?${query}`, undefined, headers);
    expect(answer).toMatchObject({ status: 400, body: { error } });
  });

  test.each([
    `pipeline=${'x'.repeat(8000)}`,
    `user=${'x'.repeat(8000)}`,
    'pipeline=%F0%9F&user=%27;--',
    'from=0000-01-01T00:00:00Z&to=9999-12-31T23:59:59Z',
    'cursor=9999999999999999_ffffffff-ffff-ffff-ffff-ffffffffffff&pipeline=nobody',
    'q=%5C%22%27%25_%0A&pipeline=nobody',
    'status[]=done&pipeline=nobody',
  ])('is not disturbed by %s', async (query) => {
    expect(await service.call('GET', `/jobs?${query}`, undefined, headers)).toMatchObject({ status: 200 });
  });

  test('finds the jobs of users whatever their names are', async () => {
    // Nobody's name is so long that it could not be scheduled with.
    const users = [
      '__proto__',
      '日本語',
      randomBytes(2000).toString('hex'),
      `${'x'.repeat(100)}1`,
      `${'x'.repeat(100)}2`,
    ];
    for (const user of users) await fill({ pipeline: 'u', count: 1, user });
    for (const user of users) {
      const { jobs } = await list(`?user=${encodeURIComponent(user)}`);
      expect(jobs.map((job) => job.user)).toEqual([user]);
    }
  });

  test('shows a caller only the pipelines that there are for it, on full pages', async () => {
    await fill({ pipeline: 'deploy-web', count: 4 });
    await fill({ pipeline: 'secret', count: 100 });
    const as = await bearer({ pipelines: ['deploy-*'] });
    const first = await list('?limit=3', as);
    expect(first.jobs.map(({ pipeline }) => pipeline)).toEqual(Array(3).fill('deploy-web'));
    expect((await list(`?limit=3&cursor=${String(first.nextCursor)}`, as)).jobs).toHaveLength(1);
    expect((await list('?pipeline=secret', as)).jobs).toEqual([]);
    expect((await list('?limit=1', await bearer({ pipelines: [] }))).jobs).toEqual([]);
    const blind = await service.call('GET', '/jobs', undefined, await bearer({ scope: 'schedule' }));
    expect(blind).toMatchObject({ status: 403 });
  });

  test.each([
    ['large', randomBytes(450_000).toString('hex'), 100],
    ['large, and far smaller where they are kept', 'x'.repeat(900_000), 200],
  ])(
    'gives up looking where variables are %s, and finds all with the next pages',
    async (_how, text, count) => {
      await fill({ pipeline: 'big', count, variables: { text } });
      await fill({
        pipeline: 'big',
        count: 1,
        variables: { text, found: 'yes' },
        at: '2020-01-01T00:00:00Z',
      });
      const first = await list('?pipeline=big&q=YES');
      expect(first.jobs).toEqual([]);
      expect(first.nextCursor).toBeDefined();
      expect(await all('?pipeline=big&q=YES')).toHaveLength(1);
    },
  );

  test('looks at so many jobs and no more, however many there are and however few of them fit', async () => {
    await fill({ pipeline: 'many', count: 100_000, user: 'jane', variables: { found: 'no' } });
    await withClient(url, async (client) => {
      await client.query('ANALYZE jobs');
      const lower = await readLowerCase(client);
      const asked: [Partial<JobsListQuery>, string[] | null][] = [
        [{ q: 'yes' }, null],
        [{}, ['few*', 'other']],
        [{ pipeline: 'many', user: 'joe' }, null],
        [{ q: 'yes', pipeline: 'many', user: 'jane' }, ['m*']],
        [{ status: ['done', 'error'], q: 'no' }, null],
      ];
      for (const [query, patterns] of asked) {
        const { text, values } = findJobs({ limit: 50, ...query }, patterns, lower);
        const { rows } = await client.query<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>({
          text: `EXPLAIN (ANALYZE, FORMAT JSON) ${text}`,
          values,
        });
        const scans = scansOf(rows[0]?.['QUERY PLAN'][0].Plan);
        expect(scans.length).toBeGreaterThan(0);
        for (const scan of scans)
          expect(
            (scan['Actual Rows'] + (scan['Rows Removed by Filter'] ?? 0)) * scan['Actual Loops'],
          ).toBeLessThanOrEqual(LOOKED_AT * 1.01);
      }
    });
  });

  test('gives up looking after so many jobs, and goes on from there with the next page', async () => {
    await fill({ pipeline: 'many', count: LOOKED_AT + 10, variables: { found: 'no' } });
    await fill({ pipeline: 'many', count: 2, variables: { found: 'yes' }, at: '2020-01-01T00:00:00Z' });
    const first = await list('?pipeline=many&q=yes');
    expect(first.jobs).toEqual([]);
    const second = await list(`?pipeline=many&q=yes&cursor=${String(first.nextCursor)}`);
    expect(second.jobs).toHaveLength(2);
    expect(second.nextCursor).toBeUndefined();
  });
});
