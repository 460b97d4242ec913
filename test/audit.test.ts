import { SignJWT } from 'jose';
import type { Actor } from '../src/domain/audit.js';
import { ANYBODY } from '../src/domain/caller.js';
import type { PipelineDefinition } from '../src/domain/definition.js';
import { Database } from '../src/database/database.js';
import type { AuditResponse } from '../src/jobs/audit.response.js';
import { AuditService } from '../src/jobs/audit.service.js';
import type { Rerun } from '../src/scheduler/newcomer.js';
import { RetentionClock } from '../src/scheduler/retention.js';
import { Scheduler, type ScheduleRequest } from '../src/scheduler/scheduler.js';
import { NOBODY } from './support/actor.js';
import { ask, type Asking } from './support/ask.js';
import { freshDatabase, withClient } from './support/database.js';
import { pipelineOf, taskOf } from './support/definition.js';
import { pipelinesFolder, TestService } from './support/service.js';
import { until } from './support/wait.js';
import { finishOf, workersLive } from './support/workers.js';

const OTHER_JOB = '52a5cb79-7556-4c52-8e6f-dd6aaf1bc4c8';
const SECONDS = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
const JANE: Actor = { user: 'jane', address: '203.0.113.9', requestId: 'r-1' };
const JOHN: Actor = { user: 'john', address: '2001:db8::7', requestId: 'r-2' };

describe('in the transaction that does it', () => {
  let database: Database;
  let scheduler: Scheduler;
  let audit: AuditService;
  beforeAll(async () => {
    database = new Database(await freshDatabase(), { name: 'test', size: 10 });
    scheduler = new Scheduler(database);
    audit = new AuditService(database);
    await workersLive(database.pool, 'w');
  });
  beforeEach(() => database.pool.query('TRUNCATE definitions CASCADE'));
  afterAll(() => database.close());

  const pipeline = (more: Partial<PipelineDefinition> = {}) => pipelineOf([taskOf('a')], more);
  const request = (more: Partial<ScheduleRequest> = {}): ScheduleRequest => ({
    definition: pipeline(),
    variables: null,
    queuePartition: '',
    by: JANE,
    ...more,
  });
  const schedule = (more: Partial<ScheduleRequest> = {}) => scheduler.schedule(request(more));
  const rerunOf = async (of: string): Promise<Rerun> => {
    const text = 'SELECT definition_id AS id FROM jobs WHERE id = $1';
    const { rows } = await database.pool.query<{ id: string }>(text, [of]);
    return { of, definitionId: String(rows[0]?.id), carried: [] };
  };
  const eventsOf = async (id: string) => (await audit.of(id, ANYBODY)).events;
  const actionsOf = async (id: string) => (await eventsOf(id)).map(({ action, user }) => `${action} ${user}`);
  const rows = async () => (await database.pool.query('SELECT FROM audit')).rowCount;

  test('a schedule is kept: who, from where, when, and by which request', async () => {
    const id = await schedule();
    expect(await eventsOf(id)).toEqual([
      { action: 'schedule', time: expect.stringMatching(SECONDS) as string, ...JANE },
    ]);
    const { rows } = await database.pool.query<{ user: string; near: boolean }>(
      `SELECT job."user", audit.at - job.created_at BETWEEN interval '0' AND interval '1 minute' AS near
       FROM jobs AS job JOIN audit ON job_id = id`,
    );
    expect(rows).toEqual([{ user: 'jane', near: true }]);
  });

  test('what is not known is not made up', async () => {
    expect(await eventsOf(await schedule({ by: NOBODY }))).toMatchObject([NOBODY]);
  });

  test('another run is kept with the job that is run again, on the new job alone', async () => {
    const first = await schedule();
    const again = await schedule({ by: JOHN, rerun: await rerunOf(first) });
    expect(await eventsOf(again)).toMatchObject([{ action: 'rerun', ...JOHN, otherJobId: first }]);
    expect(await actionsOf(first)).toEqual(['schedule jane']);
  });

  test('a cancel is kept, of a job that waits and of one that runs', async () => {
    for (const id of [await schedule(), await schedule()].reverse()) {
      await scheduler.cancel(id, JOHN);
      expect(await eventsOf(id)).toMatchObject([
        { action: 'schedule', ...JANE },
        { action: 'cancel', ...JOHN },
      ]);
    }
  });

  test('a cancel that changes nothing is not: again, too late, or of no job', async () => {
    const [running, waiting] = [await schedule(), await schedule()];
    await scheduler.claim('w', 1);
    for (const by of [JOHN, JANE, NOBODY])
      for (const id of [waiting, running]) await scheduler.cancel(id, by);
    expect(await actionsOf(running)).toEqual(['schedule jane', 'cancel john']);
    expect(await actionsOf(waiting)).toEqual(['schedule jane', 'cancel john']);
    const done = await schedule({ definition: pipeline({ name: 'q', concurrency: 9 }) });
    for (const claim of await scheduler.claim('w', 9)) await finishOf(scheduler, claim);
    await expect(scheduler.cancel(done, JOHN)).rejects.toThrow('Job is already completed');
    await expect(scheduler.cancel(OTHER_JOB, JOHN)).rejects.toThrow('Job not found');
    expect(await rows()).toBe(5);
  });

  test('of many cancels at once the one that did it is kept', async () => {
    const [running, waiting] = [await schedule(), await schedule()];
    await scheduler.claim('w', 1);
    const all = Array.from({ length: 8 }, (_, at) => ({ ...JOHN, user: `u${at}` }));
    for (const id of [waiting, running]) {
      await Promise.all(all.map((by) => scheduler.cancel(id, by)));
      expect(await actionsOf(id)).toEqual(['schedule jane', expect.stringMatching(/^cancel u\d$/)]);
    }
  });

  describe('a job that another one takes the place of', () => {
    const definition = pipeline({ queueLimit: 1, queueStrategy: 'replace' });

    test('says whose, and who scheduled that', async () => {
      await schedule({ definition });
      const replaced = await schedule({ definition });
      const instead = await schedule({ definition, by: JOHN });
      expect(await eventsOf(replaced)).toMatchObject([
        { action: 'schedule', ...JANE },
        { action: 'replace', ...JOHN, otherJobId: instead },
      ]);
      expect(await actionsOf(instead)).toEqual(['schedule john']);
      await scheduler.cancel(replaced, JANE);
      expect(await eventsOf(replaced)).toHaveLength(2);
    });

    test('while somebody cancels it is canceled by one of the two', async () => {
      for (let round = 0; round < 20; round += 1) {
        const own = { ...definition, name: `p${round}` };
        await schedule({ definition: own });
        const id = await schedule({ definition: own });
        await Promise.all([schedule({ definition: own, by: JOHN }), scheduler.cancel(id, JOHN)]);
        expect(await actionsOf(id)).toEqual([
          'schedule jane',
          expect.stringMatching(/^(replace|cancel) john$/),
        ]);
      }
    });
  });

  test('what was refused, or rolled back, leaves nothing', async () => {
    const full = pipeline({ queueLimit: 0 });
    await schedule({ definition: full });
    await expect(schedule({ definition: full })).rejects.toThrow('Error scheduling pipeline');
    const broken = pipelineOf([taskOf('twice'), taskOf('twice')], { name: 'broken' });
    await expect(schedule({ definition: broken })).rejects.toThrow('tasks_job_name');
    expect(await rows()).toBe(1);
  });

  test('and what cannot be kept is not done', async () => {
    const by = { ...JANE, address: 'x'.repeat(65) };
    await expect(schedule({ by })).rejects.toThrow('audit_address');
    expect((await database.pool.query('SELECT FROM jobs')).rowCount).toBe(0);
    const id = await schedule();
    await expect(scheduler.cancel(id, by)).rejects.toThrow();
    const { rows } = await database.pool.query('SELECT cancel_requested_at AS at FROM jobs');
    expect(rows).toEqual([{ at: null }]);
  });

  test('what was asked for again by its key is one schedule, of who came first', async () => {
    const key = { user: 'jane', key: 'k', fingerprint: '0'.repeat(64) };
    const once = (by: Actor) => scheduler.scheduleOnce(key, () => request({ by }));
    const ids = await Promise.all([JANE, { ...JANE, address: '10.0.0.1' }].map(once));
    const again = await once({ ...JANE, requestId: 'r-3' });
    expect(new Set([...ids, again].map(({ jobId }) => jobId)).size).toBe(1);
    expect(await actionsOf(again.jobId)).toEqual(['schedule jane']);
  });

  test('it costs no round trip: nobody waits for it before what comes next is sent', async () => {
    const own = new Database(database.target, { name: 'own', size: 1 });
    const told: string[] = [];
    own.pool.on('connect', (client) => {
      const query = client.query.bind(client) as (...asked: unknown[]) => Promise<unknown> | undefined;
      Object.assign(client, {
        query: (...asked: [string | { text: string }, ...unknown[]]) => {
          const text = typeof asked[0] === 'string' ? asked[0] : asked[0].text;
          told.push(`> ${text.trim().split(/\s+/, 3).join(' ')}`);
          // Those that are asked with a callback belong to no transaction.
          return query(...asked)?.finally(() => told.push('<'));
        },
      });
    });
    /** What each of the audit's statements was sent together with. */
    const nextToEach = () => {
      const all = told.splice(0);
      return all.flatMap((one, at) => (one === '> INSERT INTO audit' ? [all[at + 1]] : []));
    };
    const mine = new Scheduler(own);
    const definition = pipeline({ queueLimit: 1, queueStrategy: 'replace' });
    const id = await mine.schedule(request({ definition }));
    expect(nextToEach()).toEqual(['> COMMIT']);
    await mine.schedule(request({ definition }));
    expect(nextToEach()).toEqual(['> COMMIT']);
    await mine.schedule(request({ definition }));
    expect(nextToEach()).toEqual([expect.stringMatching(/^>/), '> COMMIT']);
    await mine.cancel(id, JOHN);
    expect(nextToEach()).toEqual([expect.stringMatching(/^>/)]);
    await own.close();
  });

  test('it is removed with its job, and not with the other one that it names', async () => {
    const old = await schedule();
    const again = await schedule({ by: JOHN, rerun: await rerunOf(old) });
    await scheduler.cancel(old, JANE);
    await database.pool.query(`UPDATE jobs SET created_at = now() - interval '2 days' WHERE id = $1`, [old]);
    for (const claim of await scheduler.claim('w', 9)) await finishOf(scheduler, claim);
    const pipelines = new Map([['p', pipeline({ retentionPeriodMs: 86_400_000 })]]);
    expect(await new RetentionClock({ database, pipelines, orphanMs: null }).retain()).toBe(1);
    await expect(audit.of(old, ANYBODY)).rejects.toThrow('Job not found');
    expect(await eventsOf(again)).toMatchObject([{ action: 'rerun', otherJobId: old }]);
    expect(await rows()).toBe(1);
  });
});

describe('over HTTP', () => {
  const SECRET = 'a secret that only the tests know';
  const PIPELINES = `
pipelines:
  p: { concurrency: 9, tasks: { t: { script: [sleep 600] } } }
  secret: { tasks: {} }
`;
  const tokenOf = (claims: Record<string, unknown>) =>
    new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode(SECRET));

  let url: string;
  let service: TestService;
  let jane: string;
  beforeAll(async () => {
    url = await freshDatabase();
    service = new TestService({
      DATABASE_URL: url,
      HOLDFAST_PATH: pipelinesFolder(PIPELINES),
      HOLDFAST_ROLE: 'api',
      HOLDFAST_JWT_SECRET: SECRET,
      HOLDFAST_TRUSTED_PROXIES: '127.0.0.1',
    });
    jane = await tokenOf({ sub: 'jane' });
  });
  afterAll(() => service.stop());

  const asked = (path: string, token: string, { headers = [], ...asking }: Asking = {}) =>
    ask(service, path, { ...asking, headers: [['Authorization', `Bearer ${token}`], ...headers] });
  const schedule = async (asking: Asking = {}, token = jane, pipeline = 'p') => {
    const body = JSON.stringify({ pipeline });
    const told = await asked('/pipelines/schedule', token, { method: 'POST', body, ...asking });
    return { ...told, id: String(told.body['jobId']) };
  };
  const eventsOf = async (id: string, token = jane) => {
    const { status, body } = await asked(`/job/audit?id=${id}`, token);
    expect(status).toBe(200);
    return (body as unknown as AuditResponse).events;
  };

  test('the caller of a trusted proxy is told by name, address and request', async () => {
    const headers = [
      ['X-Forwarded-For', '198.51.100.1, 203.0.113.9'],
      ['X-Request-Id', 'deploy-42'],
    ] as const;
    const { id } = await schedule({ headers });
    const john = await tokenOf({ sub: 'john', scope: 'cancel' });
    const from = [['X-Forwarded-For', '[2001:db8::7]:443']] as const;
    const canceled = await asked(`/job/cancel?id=${id}`, john, { method: 'POST', headers: from });
    expect(canceled.status).toBe(200);
    const time = expect.stringMatching(SECONDS) as string;
    expect(await eventsOf(id)).toEqual([
      { action: 'schedule', time, user: 'jane', address: '203.0.113.9', requestId: 'deploy-42' },
      {
        action: 'cancel',
        time,
        user: 'john',
        address: '2001:db8::7',
        requestId: canceled.headers['x-request-id'],
      },
    ]);
    await until('the log tells what was canceled, and by which request', () => {
      const line = service.output.split('\n').find((one) => one.includes('job canceled')) ?? '';
      return (
        line.includes(`job=${id}`) && line.includes(`request=${String(canceled.headers['x-request-id'])}`)
      );
    });
    await until('the log tells of that request', () =>
      /request=deploy-42 .*client=203\.0\.113\.9 user=jane/.test(service.output),
    );
  });

  test.each<[string, Asking, string]>([
    ['another address', { from: '127.0.0.2', headers: [['X-Forwarded-For', '203.0.113.9']] }, '127.0.0.2'],
    ['a proxy that says no address', { headers: [['X-Forwarded-For', '<script>']] }, '127.0.0.1'],
    [
      'a proxy that says a long one',
      { headers: [['X-Forwarded-For', `fe80::1%${'x'.repeat(5000)}`]] },
      '127.0.0.1',
    ],
    ['a proxy that says nothing', {}, '127.0.0.1'],
  ])('of %s its own is kept', async (_who, asking, address) => {
    const { status, id } = await schedule(asking);
    expect([status, await eventsOf(id)]).toEqual([202, [expect.objectContaining({ address })]]);
  });

  test('a request that asks again for what its key has become is not told', async () => {
    const once = (requestId: string) =>
      schedule({
        headers: [
          ['Idempotency-Key', 'once'],
          ['X-Request-Id', requestId],
        ],
      });
    const [first, second] = [await once('first'), await once('second')];
    expect([second.id, second.headers['idempotent-replayed']]).toEqual([first.id, 'true']);
    expect(await eventsOf(first.id)).toMatchObject([{ action: 'schedule', requestId: 'first' }]);
  });

  test('who may not do it, or asks for what is not there, leaves nothing', async () => {
    const { id } = await schedule();
    const reader = await tokenOf({ sub: 'reader', scope: 'read', pipelines: 'secret' });
    const canceler = await tokenOf({ sub: 'canceler', pipelines: 'secret' });
    expect((await schedule({}, reader)).status).toBe(403);
    expect((await schedule({}, jane, 'nope')).status).toBe(400);
    for (const token of [reader, canceler, 'x'])
      expect([401, 403, 404]).toContain(
        (await asked(`/job/cancel?id=${id}`, token, { method: 'POST' })).status,
      );
    expect(await eventsOf(id)).toHaveLength(1);
    await withClient(url, async (client) => {
      const { rows } = await client.query(`SELECT FROM audit WHERE "user" IN ('reader', 'canceler')`);
      expect(rows).toEqual([]);
    });
  });

  test('it is told to those who may read the job, and as little of the job to others as of any', async () => {
    const { id } = await schedule();
    const statuses = await Promise.all(
      [{ scope: 'read' }, { scope: 'schedule cancel' }, { pipelines: 'secret' }, { pipelines: 'p' }].map(
        async (claims) => (await asked(`/job/audit?id=${id}`, await tokenOf(claims))).status,
      ),
    );
    expect(statuses).toEqual([200, 403, 404, 200]);
    expect(await asked('/job/audit?id=x', jane)).toMatchObject({ status: 400, error: 'Invalid job id' });
    expect(await asked(`/job/audit?id=${OTHER_JOB}`, jane)).toMatchObject({
      status: 404,
      error: 'Job not found',
    });
  });

  test('no token is kept', async () => {
    await schedule();
    await withClient(url, async (client) => {
      const { rows } = await client.query<{ row: string }>('SELECT audit::text AS row FROM audit');
      expect(rows.length).toBeGreaterThan(0);
      for (const { row } of rows) expect(row).not.toMatch(/eyJ|Bearer|SECRET/i);
    });
  });
});
