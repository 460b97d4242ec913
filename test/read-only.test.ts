import { readFileSync, writeFileSync } from 'node:fs';
import { openPool } from '../src/database/pool.js';
import { expectAway, READ_ONLY } from './support/away.js';
import { freshDatabase, withClient } from './support/database.js';
import { Load } from './support/load.js';
import { Pair } from './support/pair/pair.mjs';
import { TestPostgres } from './support/postgres.js';
import { pipelinesFolder, taskStates, TestService } from './support/service.js';
import { until } from './support/wait.js';

const PIPELINES = `
pipelines:
  quick: { concurrency: 50, tasks: { t: { script: [echo quick] } } }
  wait: { tasks: { t: { script: ['echo before; echo $$ > pid; until [ -e go ]; do sleep 0.02; done; echo after'] } } }
`;
/** What a caller may be told while sessions are ended and others are refused. */
const MAY_BE_TOLD = ['503 Database is not available', '503 Database takes no writes'];

let folder: string;
const closing: (() => Promise<unknown>)[] = [];
beforeEach(() => {
  folder = pipelinesFolder(PIPELINES);
});
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

function start(url: string, role = 'all'): TestService {
  const service = new TestService(
    { DATABASE_URL: url, HOLDFAST_PATH: folder, HOLDFAST_ROLE: role, HOLDFAST_LEASE_SECONDS: '12' },
    folder,
  );
  closing.unshift(() => service.stop('SIGKILL'));
  return service;
}

async function openPair(): Promise<Pair> {
  const pair = await Pair.open();
  closing.unshift(() => pair.close());
  return pair;
}

/** Schedules a task that runs until `go`. Returns its job. */
async function startWaiting(service: TestService): Promise<string> {
  const id = await service.schedule('wait');
  await until('the task runs', () => Number(readFileSync(`${folder}/pid`, 'utf8')));
  return id;
}
const go = () => {
  writeFileSync(`${folder}/go`, '');
};

async function expectWhole(service: TestService, id: string): Promise<void> {
  expect(taskStates(await service.completed(id))).toEqual({ t: 'done' });
  expect(await service.logs(id, 't')).toEqual({ stdout: 'before\nafter\n', stderr: '' });
}

interface Database {
  readonly url: string;
  readonly turn: (state: 'on' | 'off') => Promise<unknown>;
}

/** New sessions are read-only, and the open ones are ended. */
async function turnedForNewSessions(): Promise<Database> {
  const url = await freshDatabase();
  const name = new URL(url).pathname.slice(1);
  const server = new URL(url);
  server.pathname = '/postgres';
  const turn = (state: string) =>
    withClient(server.href, async (client) => {
      await client.query(`ALTER DATABASE ${name} SET default_transaction_read_only = ${state}`);
      if (state === 'on')
        await client.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [
          name,
        ]);
    });
  return { url, turn };
}

/** Open sessions become read-only, and stay open. */
async function turnedForOpenSessions(): Promise<Database> {
  const postgres = await TestPostgres.open();
  closing.unshift(() => postgres.close());
  const turn = (state: string) =>
    withClient(postgres.url, async (client) => {
      await client.query(`ALTER SYSTEM SET default_transaction_read_only = ${state}`);
      await client.query('SELECT pg_reload_conf()');
    });
  return { url: postgres.url, turn };
}

describe('a database that turns read-only', () => {
  test.each([
    ['for new sessions', turnedForNewSessions],
    ['for open sessions', turnedForOpenSessions],
  ])(
    '(%s) is away with its reason, costs no task, and is used again without a pause of its callers',
    async (_name, open) => {
      const { url, turn } = await open();
      const service = start(url);
      const id = await startWaiting(service);
      const load = new Load(service, 'quick', 2);
      await load.accepts(10);
      await turn('on');
      await until('callers are refused', () => load.refusals.includes('503 Database takes no writes'));
      await until('it is not ready', async () => (await service.get('/health/ready')).status === 503);
      await expectAway(service, id, READ_ONLY);
      go();
      await until('the worker has noticed', () => service.output.includes('output has to wait'));
      await turn('off');
      await load.accepts(10);
      await load.stop();
      expect(MAY_BE_TOLD).toEqual(expect.arrayContaining(load.refusals));
      await expectWhole(service, id);
      expect((await service.get('/health/ready')).status).toBe(200);
      expect(service.output).toContain('the database is away: its sessions are read-only');
    },
  );

  test('is noticed by a worker that nobody asks', async () => {
    const { url, turn } = await turnedForNewSessions();
    const worker = start(url, 'worker');
    await worker.greeting();
    await turn('on');
    await until('it has noticed', () => worker.output.includes('its sessions are read-only'));
    expect(await worker.get('/health/ready')).toMatchObject(READ_ONLY);
    await turn('off');
    await until('it is back', async () => (await worker.get('/health/ready')).status === 200);
  });
});

test('a pool reads nothing from a replica, which may be behind', async () => {
  const pair = await openPair();
  const pool = openPool(pair.standby.url(), { name: 'test', size: 1 });
  closing.unshift(() => pool.close());
  await expect(pool.query('SELECT 1')).rejects.toThrow('it is a replica');
});

describe('an address that leads to a replica for a while', () => {
  test('is away with its reason, and costs no task', async () => {
    const pair = await openPair();
    const service = start(pair.url);
    const id = await startWaiting(service);
    pair.address.aim(pair.standby.port);
    pair.address.cut();
    await until('it is not ready', async () => (await service.get('/health/ready')).status === 503);
    await expectAway(service, id, READ_ONLY);
    go();
    pair.address.aim(pair.primary.port);
    await until('it is ready', async () => (await service.get('/health/ready')).status === 200);
    await expectWhole(service, id);
    expect(service.output).toContain('the database is away: it is a replica');
  });
});

describe('an address that moves to a promoted replica, while the old primary lives on and is read-only', () => {
  test('leaves no connection behind, LISTEN included', async () => {
    const pair = await openPair();
    const service = start(pair.url);
    const id = await startWaiting(service);
    const load = new Load(service, 'quick', 2);
    await load.accepts(10);
    const old = pair.primary;
    await old.set('default_transaction_read_only', 'on');
    await until('callers are refused', () => load.refusals.includes('503 Database takes no writes'));
    await pair.promote();
    await load.accepts(10);
    await load.stop();
    await until('none is left', () => pair.address.connections(old.port) === 0);
    await until('it listens', async () => {
      const asked = `SELECT FROM pg_stat_activity WHERE application_name = 'holdfast listener'`;
      return (await pair.primary.query(asked)).length === 1;
    });
    expect(MAY_BE_TOLD).toEqual(expect.arrayContaining(load.refusals));
    go();
    await expectWhole(service, id);
  });

  test('is followed too where it has moved before anything was found to be away', async () => {
    const pair = await openPair();
    const service = start(pair.url);
    const load = new Load(service, 'quick', 4);
    await load.accepts(10);
    await load.stop();
    const old = pair.primary;
    await old.set('default_transaction_read_only', 'on');
    await pair.promote();
    // New connections lead to where nothing is wrong.
    const after = new Load(service, 'quick', 4);
    await after.accepts(20);
    await after.stop();
    expect(MAY_BE_TOLD).toEqual(expect.arrayContaining(after.refusals));
    await until('none is left', () => pair.address.connections(old.port) === 0);
  });
});
