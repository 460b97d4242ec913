import { readFileSync, writeFileSync } from 'node:fs';
import { API } from '../src/database/limits.js';
import { openPool } from '../src/database/pool.js';
import { AWAY, expectAway } from './support/away.js';
import { freshDatabase, withClient } from './support/database.js';
import { TestPostgres } from './support/postgres.js';
import { Proxy } from './support/proxy.js';
import { pipelinesFolder, taskStates, TestService } from './support/service.js';
import { until } from './support/wait.js';

const PIPELINES = `
pipelines:
  quick: { concurrency: 50, tasks: { t: { script: [echo quick] } } }
  wait: { tasks: { t: { script: ['echo before; echo $$ > pid; until [ -e go ]; do sleep 0.02; done; echo after'] } } }
`;

let folder: string;
const closing: (() => Promise<unknown>)[] = [];
beforeEach(() => {
  folder = pipelinesFolder(PIPELINES);
});
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const start = (databaseUrl: string, role = 'all') =>
  new TestService({ DATABASE_URL: databaseUrl, HOLDFAST_PATH: folder, HOLDFAST_ROLE: role }, folder);
const pid = () => until('the task runs', () => Number(readFileSync(`${folder}/pid`, 'utf8')));
const go = () => {
  writeFileSync(`${folder}/go`, '');
};
const schedule = (service: TestService) =>
  service.call<{ jobId: string }>('POST', '/pipelines/schedule', '{"pipeline":"quick"}');

async function ownPostgres(): Promise<TestPostgres> {
  const postgres = await TestPostgres.open();
  closing.unshift(() => postgres.close());
  return postgres;
}

async function behindProxy(): Promise<{ url: string; proxy: Proxy }> {
  const url = await freshDatabase();
  const proxy = await Proxy.open(url);
  closing.unshift(() => {
    proxy.close();
    return Promise.resolve();
  });
  return { url, proxy };
}

/** What ran all the time is reported whole, and everything works as before, by the same process. */
async function expectBack(service: TestService, id: string): Promise<void> {
  await until('it is ready', async () => (await service.get('/health/ready')).status === 200);
  expect(taskStates(await service.completed(id))).toEqual({ t: 'done' });
  expect(await service.logs(id, 't')).toEqual({ stdout: 'before\nafter\n', stderr: '' });
  expect((await service.completed(await service.schedule('quick'))).errored).toBe(false);
  expect(await service.stop()).toBe(0);
}

const backends = (url: string) =>
  withClient(url, async (client) => {
    const { rows } = await client.query<{ name: string }>(
      `SELECT application_name AS name FROM pg_stat_activity
       WHERE datname = current_database() AND application_name LIKE 'holdfast %'`,
    );
    return rows.map(({ name }) => name);
  });

describe('a Postgres that is restarted while a task runs', () => {
  test.each(['fast', 'immediate'] as const)(
    '(%s) costs 503s as long as it is gone, and neither the task nor its output nor a restart of ours',
    async (mode) => {
      const postgres = await ownPostgres();
      const service = start(postgres.url);
      const id = await service.schedule('wait');
      await pid();
      await postgres.stop(mode);
      await expectAway(service, id);
      go();
      await until('the worker has noticed', () => service.output.includes('output has to wait'));
      await postgres.start();
      await expectBack(service, id);
    },
  );
});

describe('a database behind connections that are only half there', () => {
  test('is away for callers long before a connection gives up, and back without a restart of ours', async () => {
    const { proxy } = await behindProxy();
    const service = start(proxy.url);
    const id = await service.schedule('wait');
    await pid();
    const pool = openPool(proxy.url, { ...API, name: 'reference', size: 10 });
    closing.unshift(() => pool.close());
    await pool.query('SELECT');
    proxy.swallow();
    // As the API's own would be without anybody who asks: it waits for its time-out.
    let waiting = true;
    const settle = () => (waiting = false);
    pool.query('SELECT').then(settle, settle);
    await expectAway(service, id);
    expect(waiting).toBe(true);
    // They would swallow what is asked when it is back.
    expect(proxy.connections('api')).toBe(0);
    go();
    proxy.pass();
    await expectBack(service, id);
  });

  test('is noticed by a worker that nobody asks, and what it has to report comes through when it is back', async () => {
    const { url, proxy } = await behindProxy();
    const api = start(url, 'api');
    const worker = start(proxy.url, 'worker');
    await worker.greeting();
    const id = await api.schedule('wait');
    await pid();
    proxy.swallow();
    go();
    await until('it has noticed', () => worker.output.includes('the database is away'));
    expect(taskStates(await api.job(id))).toEqual({ t: 'running' });
    proxy.pass();
    await expectBack(api, id);
    expect(await worker.stop()).toBe(0);
  });
});

describe('a database that is slow', () => {
  test('is not away: who waits for a lock is answered when it is free', async () => {
    const url = await freshDatabase();
    const service = start(url, 'api');
    await service.greeting();
    await withClient(url, async (client) => {
      await client.query('BEGIN');
      await client.query('LOCK TABLE jobs');
      const answer = schedule(service);
      await until('it has been asked whether it is there', () =>
        withClient(url, async (other) => {
          const asked = `SELECT FROM pg_stat_activity WHERE application_name = 'holdfast probe'
                         AND datname = current_database() AND state_change > (
                           SELECT query_start FROM pg_stat_activity
                           WHERE application_name = 'holdfast api' AND wait_event_type = 'Lock'
                           AND datname = current_database() LIMIT 1)`;
          return (await other.query(asked)).rowCount === 1;
        }),
      );
      await client.query('COMMIT');
      expect((await answer).status).toBe(202);
    });
    expect(service.output).not.toContain('the database is away');
    expect(await service.stop()).toBe(0);
  });
});

describe('a LISTEN that is lost alone', () => {
  test('costs no job its worker', async () => {
    const { url, proxy } = await behindProxy();
    const api = start(url, 'api');
    const worker = start(proxy.url, 'worker');
    await worker.greeting();
    expect(proxy.connections('listener')).toBe(1);
    proxy.swallow('listener');
    const id = await api.schedule('wait');
    await pid();
    // The lost one is still the only one, so nobody has told the worker.
    expect((await backends(url)).filter((name) => name === 'holdfast listener')).toHaveLength(1);
    expect((await api.completed(await api.schedule('quick'))).errored).toBe(false);
    expect(await api.call('POST', `/job/cancel?id=${id}`)).toMatchObject({ status: 200 });
    expect(taskStates(await api.completed(id))).toEqual({ t: 'canceled' });
    for (const service of [worker, api]) expect(await service.stop()).toBe(0);
  });
});

describe('a reply that is lost', () => {
  test('after the commit of a schedule is a 503, and the job is there and runs', async () => {
    const { url, proxy } = await behindProxy();
    const api = start(proxy.url, 'api');
    await api.greeting();
    const lost = proxy.loseReplies(/^COMMIT/);
    expect(await schedule(api)).toMatchObject(AWAY);
    await lost;
    const worker = start(url, 'worker');
    const job = await until('the job is done', async () => {
      const { body } = await api.get<{ jobs?: { id: string; completed: boolean }[] }>('/pipelines/jobs');
      const [first, ...more] = body.jobs ?? [];
      expect(more).toEqual([]);
      return first?.completed === true && first;
    });
    expect(taskStates(await api.job(job.id))).toEqual({ t: 'done' });
    for (const service of [worker, api]) expect(await service.stop()).toBe(0);
  });

  test('is a 503 for every route, and then there is an answer again', async () => {
    const { proxy } = await behindProxy();
    const service = start(proxy.url, 'api');
    const id = await service.schedule('quick');
    // Notifications ask for the schema of the table.
    const ofJobs = /^(?!.*to_regclass).*\bjobs\b/s;
    for (const [method, path, statement] of [
      ['GET', '/pipelines', ofJobs],
      ['GET', '/pipelines/jobs', ofJobs],
      ['GET', `/job/detail?id=${id}`, ofJobs],
      ['GET', `/job/logs?id=${id}&task=t`, ofJobs],
      ['POST', `/job/cancel?id=${id}`, /^COMMIT/],
    ] as const) {
      const lost = proxy.loseReplies(statement);
      expect(await service.call(method, path)).toMatchObject(AWAY);
      await lost;
      await until('there is an answer', async () => (await service.get('/pipelines')).status === 200);
    }
    expect(await service.job(id)).toMatchObject({ canceled: true });
    expect(await service.stop()).toBe(0);
  });
});

describe('a connection that is cut', () => {
  test('is no reason to call the database away, as long as there is another', async () => {
    const { proxy } = await behindProxy();
    const service = start(proxy.url, 'api');
    await service.greeting();
    const lost = proxy.loseReplies(/pg_is_in_recovery/);
    expect((await service.get('/health/ready')).status).toBe(200);
    await lost;
    proxy.cut();
    await until('there is an answer', async () => (await service.get('/pipelines')).status === 200);
    expect(service.output).not.toContain('the database is away');
    expect(await service.stop()).toBe(0);
  });
});

describe('an embedded Postgres that is killed', () => {
  test('comes back where it was, and what ran meanwhile is reported', async () => {
    const service = new TestService({ HOLDFAST_PATH: folder }, folder);
    const id = await service.schedule('wait');
    await pid();
    const postmaster = () => readFileSync(`${folder}/.holdfast/postgres/postmaster.pid`, 'utf8').split('\n');
    const [killed, , , port] = postmaster();
    process.kill(Number(killed), 'SIGKILL');
    go();
    await expectBack(service, id);
    expect(service.output).toContain('the embedded Postgres is gone; starting it again');
    expect(readFileSync(`${folder}/.holdfast/postgres/postmaster.opts`, 'utf8')).toContain(`port=${port}`);
  });
});

describe('a process', () => {
  test('has only the connections of its role', async () => {
    const [one, other] = [await freshDatabase(), await freshDatabase()];
    const api = start(one, 'api');
    await schedule(api);
    const worker = start(other, 'worker');
    await worker.greeting();
    await until('both have swept', async () => {
      const all = [await backends(one), await backends(other)];
      return all.every((names) => names.includes('holdfast background'));
    });
    const [ofApi, ofWorker] = [await backends(one), await backends(other)];
    expect(ofApi.filter((name) => /heartbeat|listener|worker/.test(name))).toEqual([]);
    const own = ['heartbeat', 'listener', 'worker'].map((name) => `holdfast ${name}`);
    expect(ofWorker).toEqual(expect.arrayContaining(own));
    expect(ofWorker).not.toContain('holdfast api');
    for (const service of [api, worker]) expect(await service.stop()).toBe(0);
  });
});
