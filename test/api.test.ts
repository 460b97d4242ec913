import { readConfig } from '../src/config/config.js';
import { Database } from '../src/database/database.js';
import type { JobDetailResponse, JobResponse } from '../src/jobs/job.response.js';
import { howToAsk, seed } from '../src/seed.js';
import { freshDatabase, withClient } from './support/database.js';
import { pipelinesFolder, taskStates, TestService } from './support/service.js';
import { until } from './support/wait.js';

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
const UUID4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Tasks that wait for the test say so in a file of this name below the working directory. */
const PIPELINES = `
pipelines:
  order:
    tasks:
      zeta: { script: [echo z] }
      alpha: { script: [echo a], depends_on: [zeta] }
      beta: { script: [echo b] }
      mid: { script: [echo m], depends_on: [beta, zeta] }
  gate:
    concurrency: 1
    tasks:
      wait: { script: ['echo before; until [ -e "gate-{{ .gate }}" ]; do sleep 0.02; done; echo after'] }
      then: { script: [echo then], depends_on: [wait] }
  fails:
    tasks:
      good: { script: [echo fine] }
      bad: { script: ['echo oops >&2', exit 3], depends_on: [good] }
      never: { script: [echo never], depends_on: [bad] }
  soft:
    tasks:
      soft: { script: [exit 4, echo on], allow_failure: true }
      next: { script: [echo next], depends_on: [soft] }
  bytes:
    tasks:
      bytes: { script: ['printf "a\\0b\\033[31mc\\r\\n\\377\\303"; sleep 0.1; printf "\\251!"'] }
  env:
    env: { A: pipeline, B: pipeline, C: '1.50' }
    tasks:
      show: { script: ['echo "$TASK_NAME $A $B $C"; env | cut -d= -f1'], env: { B: task } }
  template:
    tasks:
      late: { script: [echo first, 'echo {{ .missing }}', echo third] }
  values:
    tasks:
      say: { script: ['printf "%s" "{{ .text }}"', 'printf "%s" {{ .__jobID }}'] }
  empty:
    tasks: {}
  broken:
    tasks:
      broken: { script: ['echo )'], allow_failure: true }
`;

let service: TestService;
let url: string;
beforeAll(async () => {
  url = await freshDatabase();
  const folder = pipelinesFolder(PIPELINES);
  service = new TestService(
    { DATABASE_URL: url, HOLDFAST_PATH: folder, SECRET: 'for tasks', HOLDFAST_WORKER_SLOTS: '8' },
    folder,
  );
  await service.greeting();
});
afterAll(() => service.stop());

describe('GET /job/detail', () => {
  test('answers every field of a job that is done, in the contract’s order (3.2)', async () => {
    const id = await service.schedule('order', { tags: ['foo', 'bar'] });
    expect(id).toMatch(UUID4);
    const job = await service.completed(id);
    expect(Object.keys(job)).toEqual(
      [
        'id',
        'pipeline',
        'tasks',
        'completed',
        'canceled',
        'errored',
        'created',
        'start',
        'end',
        'lastError',
        'variables',
        'user',
        // Ours.
        'status',
      ].filter((key) => key !== 'lastError'),
    );
    expect(job).toMatchObject({
      id,
      pipeline: 'order',
      completed: true,
      canceled: false,
      errored: false,
      created: expect.stringMatching(TIME) as string,
      start: expect.stringMatching(TIME) as string,
      end: expect.stringMatching(TIME) as string,
      variables: { tags: ['foo', 'bar'] },
      user: '',
    });
    expect(Object.keys(job.tasks[2] ?? {})).toEqual([
      'name',
      'dependsOn',
      'status',
      'start',
      'end',
      'skipped',
      'exitCode',
      'errored',
      'attempt',
    ]);
  });

  test('orders the tasks topologically, then by name, and echoes dependsOn as written (3.5, 3.6)', async () => {
    const { tasks } = await service.completed(await service.schedule('order'));
    expect(tasks.map(({ name, dependsOn }) => [name, dependsOn])).toEqual([
      ['beta', undefined],
      ['zeta', undefined],
      ['alpha', ['zeta']],
      ['mid', ['beta', 'zeta']],
    ]);
  });

  test('shows a job while it runs, and one that waits behind it (3.3, 5.4)', async () => {
    const [first, second] = [
      await service.schedule('gate', { gate: 1 }),
      await service.schedule('gate', { gate: 2 }),
    ];
    const running = await until('its first task runs', async () => {
      const job = await service.job(first);
      return job.tasks[0]?.status === 'running' && job;
    });
    expect(running).toMatchObject({
      completed: false,
      end: null,
      start: expect.stringMatching(TIME) as string,
    });
    expect(running.tasks).toMatchObject([
      {
        name: 'wait',
        status: 'running',
        exitCode: -1,
        end: null,
        start: expect.stringMatching(TIME) as string,
      },
      {
        name: 'then',
        status: 'waiting',
        exitCode: 0,
        end: null,
        start: null,
        skipped: false,
        errored: false,
      },
    ]);
    expect(await service.job(second)).toMatchObject({ completed: false, start: null, end: null });
    const { body } = await service.get<{ pipelines: unknown[] }>('/pipelines');
    expect(body.pipelines).toContainEqual({ pipeline: 'gate', schedulable: true, running: true });

    expect((await service.call('POST', `/job/cancel?id=${second}`)).body).toBe(true);
    expect((await service.call('POST', `/job/cancel?id=${first}`)).body).toBe(true);
    expect(await service.completed(second)).toMatchObject({
      canceled: true,
      errored: false,
      start: null,
      end: expect.stringMatching(TIME) as string,
    });
    const canceled = await service.completed(first);
    expect(canceled).toMatchObject({ canceled: true, errored: false });
    expect(canceled.tasks).toMatchObject([
      { status: 'canceled', exitCode: -1, errored: false, end: expect.stringMatching(TIME) as string },
      { status: 'canceled', exitCode: 0, start: null, end: expect.stringMatching(TIME) as string },
    ]);
    expect(Object.hasOwn(canceled, 'lastError')).toBe(false);
  });

  test('tells a failed task, what was skipped for it, and the last error (5.5 to 5.8)', async () => {
    const job = await service.completed(await service.schedule('fails'));
    expect(job).toMatchObject({ errored: true, canceled: false, lastError: 'exit status 3' });
    expect(job.tasks).toMatchObject([
      { name: 'good', status: 'done', exitCode: 0 },
      { name: 'bad', status: 'error', errored: true, exitCode: 3, error: 'exit status 3' },
      {
        name: 'never',
        status: 'skipped',
        skipped: true,
        errored: false,
        start: null,
        end: expect.stringMatching(TIME) as string,
      },
    ]);
  });

  test('lets a task that may fail be done with its code (6.3)', async () => {
    const job = await service.completed(await service.schedule('soft'));
    expect(job).toMatchObject({ errored: false });
    expect(job.tasks).toMatchObject([
      { name: 'soft', status: 'done', exitCode: 4, errored: false },
      { name: 'next', status: 'done' },
    ]);
  });

  test('fails a task whose entry cannot be rendered, after those before it have run (6.4)', async () => {
    const id = await service.schedule('template', { other: 1 });
    const message =
      'template: interpolate:1:8: executing "interpolate" at <.missing>: map has no entry for key "missing"';
    expect((await service.completed(id)).tasks).toMatchObject([
      { status: 'error', exitCode: -1, error: message },
    ]);
    expect(await service.logs(id, 'late')).toEqual({ stdout: 'first\n', stderr: '' });
  });

  test('fails a task whose entry is no shell text, also where it may fail (6.4)', async () => {
    const { tasks } = await service.completed(await service.schedule('broken'));
    expect(tasks).toMatchObject([
      { status: 'error', exitCode: -1, error: expect.stringContaining('syntax error') as string },
    ]);
  });

  test('answers [] for no tasks (3.3)', async () => {
    expect(await service.completed(await service.schedule('empty'))).toMatchObject({
      tasks: [],
      completed: true,
    });
  });

  test.each([
    ['in upper case', (id: string) => id.toUpperCase()],
    ['without dashes', (id: string) => id.replaceAll('-', '')],
    ['as a URN', (id: string) => `urn:uuid:${id}`],
    ['in braces', (id: string) => `{${id}}`],
    ['before a second one', (id: string) => `${id}&id=nonsense`],
  ])('knows the id %s (1.4, 1.5)', async (_how, spell) => {
    const id = await service.schedule('empty');
    expect((await service.job(spell(id))).id).toBe(id);
  });

  test('is asked for as npm run seed says, by port, path and with a token where one is needed', () => {
    const by = (env: Record<string, string>) => howToAsk(readConfig(env));
    const id = '52a5cb79-7556-4c52-8e6f-dd6aaf1bc4c8';
    expect(by({ PORT: '8081' })).toBe(`curl -X GET 'http://localhost:8081/job/detail?id=${id}'`);
    expect(by({ HOLDFAST_BASE_PATH: '/api', HOLDFAST_JWT_SECRET: 'x'.repeat(16) })).toBe(
      `curl -X GET -H "Authorization: Bearer $TOKEN" 'http://localhost:8080/api/job/detail?id=${id}'`,
    );
  });

  test('answers the page’s example after npm run seed', async () => {
    const database = new Database(url, { name: 'seed', size: 1 });
    await seed(database);
    await seed(database);
    await database.close();
    expect((await service.get('/job/detail?id=52a5cb79-7556-4c52-8e6f-dd6aaf1bc4c8')).body).toEqual({
      canceled: true,
      completed: true,
      created: '2025-05-04T09:42:00Z',
      end: '2025-05-04T09:42:00Z',
      errored: true,
      id: '52a5cb79-7556-4c52-8e6f-dd6aaf1bc4c8',
      lastError: 'string',
      pipeline: 'my_pipeline',
      start: '2025-05-04T09:42:00Z',
      tasks: [
        {
          dependsOn: ['string'],
          end: '2025-05-04T09:42:00Z',
          error: 'string',
          errored: true,
          exitCode: 42,
          name: 'task_name',
          // The page has `true` and `waiting` here, which no task with an error can be.
          skipped: false,
          start: '2025-05-04T09:42:00Z',
          status: 'error',
          attempt: 1,
        },
      ],
      user: 'j.doe',
      variables: { tags: ['foo', 'bar'] },
      // Ours.
      status: 'canceled',
    });
  });
});

describe('GET /job/logs', () => {
  test('answers what a task has written so far, while it runs and before it has started', async () => {
    const id = await service.schedule('gate', { gate: 3 });
    expect(await service.logs(id, 'then')).toEqual({ stdout: '', stderr: '' });
    await until(
      'the first line is there',
      async () => (await service.logs(id, 'wait')).stdout === 'before\n',
    );
    await service.call('POST', `/job/cancel?id=${id}`);
    await service.completed(id);
  });

  test('keeps NUL, ANSI and CRLF, and answers U+FFFD for what is no UTF-8 (4.4)', async () => {
    const id = await service.schedule('bytes');
    await service.completed(id);
    expect(await service.logs(id, 'bytes')).toEqual({ stdout: 'a\0b\u001B[31mc\r\n\uFFFDé!', stderr: '' });
  });

  test.each([
    ['?id=nonsense', 400, 'Invalid job id'],
    ['?task=t', 400, 'Invalid job id'],
    ['?id=52a5cb79-7556-4c52-8e6f-000000000000', 400, 'Invalid task name'],
    ['?id=52a5cb79-7556-4c52-8e6f-000000000000&task=', 400, 'Invalid task name'],
    ['?id=52a5cb79-7556-4c52-8e6f-000000000000&task=t', 404, 'Job not found'],
  ])('refuses %s', async (query, status, error) => {
    expect(await service.get(`/job/logs${query}`)).toMatchObject({ status, body: { error } });
  });

  test.each(['nope', '%00', 'good%00', "'; DROP TABLE tasks; --", '__proto__', '%F0%9F', 'x'.repeat(5000)])(
    'knows no task %s',
    async (task) => {
      const id = await service.schedule('empty');
      const answer = await service.get(`/job/logs?id=${id}&task=${task}`);
      expect(answer).toMatchObject({ status: 404, body: { error: 'Task not found' } });
    },
  );
});

describe('the environment of a task (8.6)', () => {
  test('is the server’s, under the pipeline’s, under the task’s, without the service’s secrets', async () => {
    const id = await service.schedule('env');
    await service.completed(id);
    const { stdout } = await service.logs(id, 'show');
    const [first, ...names] = stdout.trim().split('\n');
    expect(first).toBe('show pipeline task 1.50');
    expect(names).toContain('SECRET');
    const own = names.filter((name) => /^(HOLDFAST_|DATABASE_URL|NODE_CHANNEL)/.test(name));
    // By which its processes are known; nothing of the service's.
    expect(own).toEqual(['HOLDFAST_TASK']);
  });

  test('brings values that are no plain words, which are never code (8.3, 8.4)', async () => {
    const text = 'a "b" $(touch pwned) `id` \\ \n é {{ .x }}';
    const id = await service.schedule('values', { text });
    await service.completed(id);
    expect((await service.logs(id, 'say')).stdout).toBe(`${text}${id}`);
  });
});

describe('POST /job/cancel', () => {
  test('ignores what the body says it is (1.3)', async () => {
    const id = await service.schedule('gate', { gate: 9 });
    for (const [body, headers] of [
      [undefined, {}],
      ['', { 'content-type': 'application/json' }],
      ['', {}],
      ['not json', { 'content-type': 'application/json' }],
    ] as [string | undefined, Record<string, string>][]) {
      expect(await service.call('POST', `/job/cancel?id=${id}`, body, headers)).toMatchObject({
        status: 200,
        body: true,
      });
    }
    await service.completed(id);
    expect(await service.call('POST', `/job/cancel?id=${id}`)).toMatchObject({ status: 200, body: true });
  });

  test('refuses a completed job, an unknown one, and what is no id (4.5)', async () => {
    const id = await service.schedule('empty');
    const cancel = (text: string) => service.call('POST', `/job/cancel?id=${text}`);
    expect(await cancel(id)).toMatchObject({ status: 409, body: { error: 'Job is already completed' } });
    expect(await cancel('52a5cb79-7556-4c52-8e6f-000000000000')).toMatchObject({
      status: 404,
      body: { error: 'Job not found' },
    });
    expect(await cancel('x')).toMatchObject({ status: 400, body: { error: 'Invalid job id' } });
  });
});

describe('GET /pipelines', () => {
  test('lists them by name, with or without a slash at the end (1.1, 3.1)', async () => {
    const { body } = await service.get<{ pipelines: { pipeline: string }[] }>('/pipelines');
    const names = body.pipelines.map(({ pipeline }) => pipeline);
    expect(names).toEqual([...names].sort());
    expect(names).toHaveLength(10);
    expect((await service.get('/pipelines/')).body).toMatchObject({
      pipelines: expect.anything() as unknown,
    });
  });
});

describe('GET /pipelines/jobs', () => {
  type Page = { jobs: JobResponse[]; nextCursor?: string };
  const page = async (query: string) => (await service.get<Page>(`/pipelines/jobs${query}`)).body;

  test('goes through all jobs newest first, page by page, with every unfinished one on the first', async () => {
    const waiting = await service.schedule('gate', { gate: 5 });
    const behind = await service.schedule('gate', { gate: 5 });
    for (let count = 0; count < 7; count += 1) await service.schedule('empty');
    const all = (await page('')).jobs.map(({ id }) => id);
    expect(all).toContain(waiting);

    const seen: string[] = [];
    let at = await page('?limit=4');
    expect(at.jobs.filter(({ completed }) => !completed).map(({ id }) => id)).toEqual([behind, waiting]);
    for (;;) {
      expect(at.jobs.length).toBeLessThanOrEqual(4);
      const created = at.jobs.map((job) => job.created);
      expect(created).toEqual([...created].sort().reverse());
      seen.push(...at.jobs.map(({ id }) => id));
      if (at.nextCursor === undefined) break;
      at = await page(`?limit=4&before=${at.nextCursor}`);
    }
    expect([...seen].sort()).toEqual([...all].sort());

    const small = await page('?limit=1');
    expect(small.jobs.map(({ id }) => id)).toEqual([behind, waiting]);
    expect((await page(`?limit=1&before=${String(small.nextCursor)}`)).jobs).toHaveLength(1);
    for (const id of [waiting, behind]) await service.call('POST', `/job/cancel?id=${id}`);
    await service.completed(waiting);
  });

  test('answers jobs as GET /job/detail does, without what is ours there', async () => {
    const id = await service.schedule('order', { a: 1 });
    const detail = (await service.completed(id)) as JobDetailResponse;
    const listed = (await page('?limit=5000')).jobs.find((one) => one.id === id);
    expect(detail).toMatchObject(listed ?? {});
    expect(listed).toHaveProperty('user');
    expect(listed).not.toHaveProperty('status');
    expect(listed?.tasks[0]).not.toHaveProperty('attempt');
  });

  test.each(['?limit=0', '?limit=5001', '?limit=-1', '?limit=x', '?limit=', '?limit=1e3', '?limit=1.5'])(
    'refuses %s',
    async (query) => {
      expect(await service.get(`/pipelines/jobs${query}`)).toMatchObject({
        status: 400,
        body: { error: 'Invalid limit' },
      });
    },
  );

  test.each([
    '',
    'x',
    '1_2',
    '99999999999999999_52a5cb79-7556-4c52-8e6f-dd6aaf1bc4c8',
    '1_52a5cb79-7556-4c52-8e6f-dd6aaf1bc4c8%27',
  ])('refuses before=%s', async (before) => {
    const answer = await service.get(`/pipelines/jobs?before=${before}`);
    expect(answer).toMatchObject({ status: 400, body: { error: 'Invalid before' } });
  });
});

test('the states of a job in the database are one status each', async () => {
  const id = await service.schedule('order');
  expect(taskStates(await service.completed(id))).toEqual({
    zeta: 'done',
    alpha: 'done',
    beta: 'done',
    mid: 'done',
  });
  await withClient(url, async (client) => {
    const { rows } = await client.query('SELECT status FROM jobs WHERE id = $1', [id]);
    expect(rows).toEqual([{ status: 'done' }]);
  });
});

test('prunner-ui finds all that it asks for, in the order in which it does', async () => {
  const list = async () =>
    (await service.get<{ pipelines: { pipeline: string }[]; jobs: JobResponse[] }>('/pipelines/jobs')).body;
  expect((await list()).pipelines).toContainEqual({ pipeline: 'gate', schedulable: true, running: false });
  const id = await service.schedule('gate', { gate: 'never-for-the-ui' });
  const running = await until('the list has it running', async () =>
    (await list()).jobs.find((job) => job.id === id && job.tasks[0]?.status === 'running'),
  );
  expect(running).toMatchObject({
    pipeline: 'gate',
    completed: false,
    canceled: false,
    errored: false,
    end: null,
  });
  expect((await list()).pipelines).toContainEqual({ pipeline: 'gate', schedulable: true, running: true });
  await until('its output is there', async () => (await service.logs(id, 'wait')).stdout === 'before\n');
  expect((await service.call('POST', `/job/cancel?id=${id}`)).status).toBe(200);
  const canceled = await until('the list has it canceled', async () =>
    (await list()).jobs.find((job) => job.id === id && job.completed),
  );
  expect(canceled).toMatchObject({ canceled: true, errored: false });
});
