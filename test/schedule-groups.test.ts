import { randomBytes } from 'node:crypto';
import { Database } from '../src/database/database.js';
import type { Actor } from '../src/domain/audit.js';
import type { PipelineDefinition } from '../src/domain/definition.js';
import { lockPipeline } from '../src/scheduler/job.sql.js';
import { readLoad } from '../src/scheduler/load.sql.js';
import { Scheduler, type ScheduleRequest } from '../src/scheduler/scheduler.js';
import { NOBODY } from './support/actor.js';
import { freshDatabase } from './support/database.js';
import { pipelineOf, taskOf } from './support/definition.js';
import { pipelinesFolder, TestService } from './support/service.js';
import { until } from './support/wait.js';
import { finishOf, workersLive } from './support/workers.js';

let database: Database;
let scheduler: Scheduler;
beforeAll(async () => {
  database = new Database(await freshDatabase(), { name: 'test', size: 10 });
  scheduler = new Scheduler(database);
  await workersLive(database.pool, 'w');
});
beforeEach(() => database.pool.query('TRUNCATE definitions CASCADE'));
afterAll(() => database.close());

const pipeline = (more: Partial<PipelineDefinition> = {}) => pipelineOf([taskOf('a')], more);
const request = (definition: PipelineDefinition, more: Partial<ScheduleRequest> = {}): ScheduleRequest => ({
  definition,
  variables: null,
  queuePartition: '',
  by: NOBODY,
  ...more,
});
const times = <T>(count: number, one: (at: number) => T) => Array.from({ length: count }, (_, at) => one(at));

/** All in one breath: the first goes alone, and the others come while it is under way. */
async function atOnce(requests: readonly ScheduleRequest[], on = scheduler): Promise<string[]> {
  const answers = await Promise.allSettled(requests.map((one) => on.schedule(one)));
  return answers.map((answer) =>
    answer.status === 'fulfilled' ? answer.value : (answer.reason as Error).message,
  );
}

interface Row {
  readonly id: string;
  readonly status: string;
  readonly user: string;
  readonly definition: string;
}

/** In list order. */
async function rows(): Promise<Row[]> {
  const { rows } = await database.pool.query<Row>(
    'SELECT id, status, "user", definition_id AS definition FROM jobs ORDER BY position',
  );
  return rows;
}
const statesOf = async (ids: readonly string[]) => {
  const states = new Map((await rows()).map(({ id, status }) => [id, status]));
  return ids.map((id) => states.get(id));
};
/** How many jobs each transaction has let in. */
async function groups(): Promise<number[]> {
  const { rows } = await database.pool.query<{ count: number }>(
    'SELECT count(*)::int FROM jobs GROUP BY xmin ORDER BY min(position)',
  );
  return rows.map(({ count }) => count);
}

/** Somebody else has the pipeline's lock, until what is answered is called. */
async function hold(name: string): Promise<() => Promise<void>> {
  const client = await database.pool.connect();
  await client.query('BEGIN');
  await lockPipeline(client, name);
  return async () => {
    await client.query('COMMIT');
    client.release();
  };
}
const oneWaitsForTheLock = () =>
  until('one waits for the lock', async () => {
    const { rowCount } = await database.pool.query(
      `SELECT FROM pg_locks JOIN pg_database ON database = pg_database.oid
       WHERE datname = current_database() AND locktype = 'advisory' AND NOT granted`,
    );
    return rowCount === 1;
  });

const FULL = 'Error scheduling pipeline: concurrency exceeded and queue limit reached for pipeline';

describe('schedules of a pipeline that is busy with another', () => {
  test('go together, and the list has them in the order in which they came', async () => {
    const ids = await atOnce(times(40, () => request(pipeline({ concurrency: 3 }))));
    expect((await rows()).map(({ id }) => id)).toEqual(ids);
    expect(await groups()).toEqual([1, 39]);
    const listed = await database.pool.query<{ id: string }>('SELECT id FROM jobs ORDER BY created_at, id');
    expect(listed.rows.map(({ id }) => id)).toEqual(ids);
    const { rows: tasks } = await database.pool.query<{ id: string; status: string }>(
      'SELECT job_id AS id, status FROM tasks ORDER BY tasks.id',
    );
    expect(tasks).toEqual(ids.map((id, at) => ({ id, status: at < 3 ? 'ready' : 'waiting' })));
  });

  test('start as many as may run, wait as far as the list has room, and are turned away each by itself', async () => {
    const answers = await atOnce(times(10, () => request(pipeline({ concurrency: 3, queueLimit: 4 }))));
    const [accepted, refused] = [answers.slice(0, 7), answers.slice(7)];
    expect(refused).toEqual([FULL, FULL, FULL]);
    expect(await statesOf(accepted)).toEqual([...times(3, () => 'running'), ...times(4, () => 'waiting')]);
    expect(await rows()).toHaveLength(7);
  });

  test('that are all turned away leave nothing', async () => {
    const none = pipeline({ queueLimit: 0 });
    await scheduler.schedule(request(none));
    const other = { ...none, env: { a: 'b' } };
    await atOnce(times(4, () => request(other)));
    expect(await groups()).toEqual([1]);
    expect((await database.pool.query('SELECT FROM definitions')).rowCount).toBe(1);
  });

  test('keep each what it came with: its user, its variables, its definition and the limits of that one', async () => {
    const [strict, free] = [pipeline({ queueLimit: 1 }), pipeline({ concurrency: 9, queueLimit: 9 })];
    const by = (user: string): Actor => ({ user, address: `of ${user}`, requestId: `r-${user}` });
    const answers = await atOnce([
      request(strict, { by: by('a'), variables: '{"of":"a"}' }),
      request(free, { by: by('b'), variables: '{"of":"b"}' }),
      request(strict, { by: by('c') }),
      request(strict, { by: by('d') }),
      request(free, { by: by('e') }),
    ]);
    // The third waits behind nobody, for its own limit; so the last, which may run, waits behind it.
    expect([answers[3], await groups()]).toEqual([FULL, [1, 3]]);
    const [a, b, c, e] = await rows();
    expect([a, b, c, e]).toMatchObject([
      { user: 'a', status: 'running', id: answers[0] },
      { user: 'b', status: 'running', id: answers[1], definition: e?.definition },
      { user: 'c', status: 'waiting', id: answers[2], definition: a?.definition },
      { user: 'e', status: 'waiting', id: answers[4] },
    ]);
    const { rows: kept } = await database.pool.query(
      `SELECT variables, address, request_id AS request, action FROM jobs JOIN audit ON job_id = id ORDER BY position`,
    );
    expect(kept).toEqual([
      { variables: { of: 'a' }, address: 'of a', request: 'r-a', action: 'schedule' },
      { variables: { of: 'b' }, address: 'of b', request: 'r-b', action: 'schedule' },
      { variables: null, address: 'of c', request: 'r-c', action: 'schedule' },
      { variables: null, address: 'of e', request: 'r-e', action: 'schedule' },
    ]);
  });

  test('of jobs without tasks are over as they begin, and take no room from those behind them', async () => {
    const [empty, full] = [pipelineOf([]), pipeline()];
    const ids = await atOnce([empty, empty, full, empty, full].map((one) => request(one)));
    expect(await statesOf(ids)).toEqual(['done', 'done', 'running', 'waiting', 'waiting']);
  });

  test('are answered once they are committed', async () => {
    const isThere = async (id: string) =>
      (await database.pool.query('SELECT FROM jobs WHERE id = $1', [id])).rowCount === 1;
    const found = times(30, () => scheduler.schedule(request(pipeline())).then(isThere));
    expect(new Set(await Promise.all(found))).toEqual(new Set([true]));
  });

  test('go by a hundred, by a thousand tasks and by a mebibyte of variables, one at least', async () => {
    await atOnce(times(250, () => request(pipeline())));
    expect(await groups()).toEqual([1, 100, 100, 49]);
    await database.pool.query('TRUNCATE definitions CASCADE');
    const wide = pipelineOf(times(400, (at) => taskOf(`t${at}`)));
    await atOnce(times(6, () => request(wide)));
    expect(await groups()).toEqual([1, 2, 2, 1]);
    await database.pool.query('TRUNCATE definitions CASCADE');
    const sized = (megabytes: number) =>
      request(pipeline(), { variables: JSON.stringify({ a: 'x'.repeat(megabytes * 1024 * 1024) }) });
    await atOnce([0.4, 0.4, 0.4, 0.4, 1.5, 0.1].map(sized));
    expect(await groups()).toEqual([1, 2, 1, 1, 1]);
  });

  test('wait behind nobody of another pipeline', async () => {
    const release = await hold('p');
    const held = atOnce(times(3, () => request(pipeline())));
    await oneWaitsForTheLock();
    await atOnce(times(3, () => request(pipeline({ name: 'q' }))));
    expect(await rows()).toHaveLength(3);
    await release();
    await held;
    expect(await rows()).toHaveLength(6);
  });
});

describe('a schedule that takes another’s place, among others at once', () => {
  test('takes the place of the one right before it, which was let in first', async () => {
    const replacing = pipeline({ queueStrategy: 'replace', queueLimit: 2 });
    const ids = await atOnce(times(6, () => request(replacing)));
    expect(await statesOf(ids)).toEqual([
      'running',
      'waiting',
      'canceled',
      'canceled',
      'canceled',
      'waiting',
    ]);
    const { rows } = await database.pool.query<{ id: string; by: string }>(
      `SELECT job_id AS id, other_job_id AS by FROM audit WHERE action = 'replace' ORDER BY at`,
    );
    expect(rows).toEqual([2, 3, 4].map((at) => ({ id: ids[at], by: ids[at + 1] })));
  });

  test('takes it in its own partition, and goes to the end of the list', async () => {
    const replacing = pipeline({ queueStrategy: 'partitioned_replace', queuePartitionLimit: 1 });
    const all = ['x', 'a', 'b', 'a', 'c', 'b'];
    const ids = await atOnce(all.map((queuePartition) => request(replacing, { queuePartition })));
    expect(await statesOf(ids)).toEqual(['running', 'canceled', 'canceled', 'waiting', 'waiting', 'waiting']);
    expect(await groups()).toHaveLength(4);
  });

  test('leaves those in front of it and behind it to go together', async () => {
    const [append, replacing] = [pipeline(), pipeline({ queueStrategy: 'replace', queueLimit: 2 })];
    const all = [append, append, append, append, replacing, append, append];
    const ids = await atOnce(all.map((one) => request(one)));
    expect(await statesOf(ids)).toEqual([
      'running',
      'waiting',
      'waiting',
      'canceled',
      'waiting',
      'waiting',
      'waiting',
    ]);
  });
});

describe('a schedule that Postgres refuses, among others at once', () => {
  test.each([
    ['breaks a rule of a table', { by: { ...NOBODY, address: 'x'.repeat(65) } }, 'audit_address'],
    ['is no text', { queuePartition: 'a\0b' }, 'invalid byte sequence'],
    ['is too long for an index', { queuePartition: randomBytes(9_000).toString('hex') }, 'index row'],
  ])('fails alone where it %s, and the others keep their order', async (_why, wrong, message) => {
    const all = times(12, (at) => request(pipeline(), at % 5 === 3 ? wrong : {}));
    const answers = await atOnce(all);
    expect(answers.filter((_, at) => at % 5 === 3)).toEqual([
      expect.stringContaining(message),
      expect.stringContaining(message),
    ]);
    expect((await rows()).map(({ id }) => id)).toEqual(answers.filter((_, at) => at % 5 !== 3));
  });

  test('has only those go one by one whom it was to go with', async () => {
    const wrong = { by: { ...NOBODY, address: 'x'.repeat(65) } };
    await atOnce(times(131, (at) => request(pipeline(), at === 50 ? wrong : {})));
    expect(await groups()).toEqual([...times(100, () => 1), 30]);
  });

  test('fails alone where it takes another’s place, which then keeps it', async () => {
    const replacing = pipeline({ queueStrategy: 'replace', queueLimit: 1 });
    const wrong = { by: { ...NOBODY, address: 'x'.repeat(65) } };
    const [first, second, third] = await atOnce([{}, {}, wrong].map((more) => request(replacing, more)));
    expect(third).toContain('audit_address');
    expect(await statesOf([String(first), String(second)])).toEqual(['running', 'waiting']);
  });
});

test('whoever waits when the database is gone fails with those before him, and gets no job later', async () => {
  const own = new Database(database.target, { name: 'own', size: 5 });
  const release = await hold('p');
  const asked = atOnce(
    times(150, () => request(pipeline())),
    new Scheduler(own),
  );
  await oneWaitsForTheLock();
  own.pool.drop();
  expect(new Set(await asked)).toEqual(new Set(['Connection terminated unexpectedly']));
  await release();
  await own.close();
  await scheduler.schedule(request(pipeline()));
  expect(await rows()).toHaveLength(1);
});

test('a burst and the end of running jobs at the same time: the room is given to whoever is first in the list', async () => {
  const definition = pipeline({ concurrency: 2 });
  const ids: string[] = [];
  for (let round = 0; round < 20; round += 1) {
    const claims = await scheduler.claim('w', 9);
    const [more] = await Promise.all([
      atOnce(times(5, () => request(definition))),
      ...claims.map((claim) => finishOf(scheduler, claim)),
    ]);
    ids.push(...more);
  }
  expect((await rows()).map(({ id }) => id)).toEqual(ids);
  const states = await statesOf(ids);
  const running = states.indexOf('running');
  expect(states).toEqual([
    ...times(running, () => 'done'),
    'running',
    'running',
    ...times(ids.length - running - 2, () => 'waiting'),
  ]);
});

test('a wait list is counted as far as its limit', async () => {
  await atOnce(times(20, (at) => request(pipeline(), { queuePartition: at % 2 === 0 ? 'even' : 'odd' })));
  const read = (waiting: number, waitingInPartition: number, partitions: string[]) =>
    readLoad(database.pool, 'p', { waiting, waitingInPartition, anyoneDue: waiting > 0 }, partitions);
  expect(await read(7, 3, ['odd', 'none', 'odd'])).toEqual({
    running: 1,
    waiting: 7,
    waitingInPartitions: new Map([
      ['odd', 3],
      ['none', 0],
    ]),
    anyoneDue: true,
  });
  expect(await read(0, 0, ['odd'])).toEqual({
    running: 1,
    waiting: 0,
    waitingInPartitions: new Map(),
    anyoneDue: false,
  });
});

describe('over HTTP', () => {
  test('bursts at two processes hold both limits, and the log names the request of each job', async () => {
    const url = await freshDatabase();
    const folder = pipelinesFolder(
      `pipelines: { p: { concurrency: 3, queue_limit: 20, tasks: { t: { script: ['true'] } } } }`,
    );
    const env = { DATABASE_URL: url, HOLDFAST_PATH: folder, HOLDFAST_ROLE: 'api' };
    const services = [new TestService(env), new TestService(env)];
    for (const service of services) await service.greeting();
    const answers = await Promise.all(
      times(60, async (at) => {
        const service = services[at % 2] as TestService;
        const headers = { 'x-request-id': `r-${at}` };
        const body = '{"pipeline":"p"}';
        const answer = await service.call<{ jobId?: string; error?: string }>(
          'POST',
          '/pipelines/schedule',
          body,
          headers,
        );
        return { request: `r-${at}`, ...answer };
      }),
    );
    const accepted = answers.filter(({ status }) => status === 202);
    expect(accepted).toHaveLength(23);
    for (const { status, body } of answers)
      if (status !== 202) expect([status, body]).toEqual([400, { error: FULL }]);
    const own = new Database(url, { name: 'own', size: 1 });
    const { rows: counts } = await own.pool.query(
      'SELECT status, count(*)::int FROM jobs GROUP BY 1 ORDER BY 1',
    );
    expect(counts).toEqual([
      { status: 'waiting', count: 20 },
      { status: 'running', count: 3 },
    ]);
    await own.close();
    await Promise.all(services.map((service) => service.stop()));
    const told = services.flatMap(({ output }) => [
      ...output.matchAll(/job scheduled request=(\S+) job=(\S+)/g),
    ]);
    expect(new Map(told.map(([, request, job]) => [job, request]))).toEqual(
      new Map(accepted.map(({ body, request }) => [body.jobId, request])),
    );
  });
});

test('a lock that somebody keeps is the trouble of those who have waited for it, and not of those behind them', async () => {
  const impatient = new Database(database.target, { name: 'test', size: 2, lockMs: 1_000 });
  const release = await hold('p');
  try {
    const on = new Scheduler(impatient);
    const first = on.schedule(request(pipeline())).catch((error: unknown) => error);
    const second = on.schedule(request(pipeline()));
    expect(await first).toMatchObject({ code: '55P03' });
    await release();
    expect(await statesOf([await second])).toEqual(['running']);
  } finally {
    await impatient.close();
  }
});
