import { addressIn } from '../src/config/database/read-address.js';
import { Target } from '../src/database/connect/target.js';
import { waitForDatabase } from '../src/database/open.js';
import { StoppedError } from '../src/database/stopped.js';
import { emptyDatabase, withClient } from './support/database.js';
import { TestPostgres } from './support/postgres.js';
import { Proxy } from './support/proxy.js';
import { pipelinesFolder, taskStates, TestService } from './support/service.js';
import { until } from './support/wait.js';

const HOLDFAST_PATH = pipelinesFolder('pipelines: { p: { tasks: { t: { script: [echo hi] } } } }');

const start = (url: string) => new TestService({ DATABASE_URL: url, HOLDFAST_PATH });

async function expectToRun(service: TestService): Promise<void> {
  const job = await service.completed(await service.schedule('p'));
  expect(taskStates(job)).toEqual({ t: 'done' });
  expect(await service.stop()).toBe(0);
}

/** Its name, and another database of the same server. */
function placesOf(url: string, name: string): { name: string; another: string } {
  const another = new URL(url);
  another.pathname = `/${name}`;
  return { name: new URL(url).pathname.slice(1), another: another.href };
}

describe('a replica', () => {
  let primary: TestPostgres;
  let replica: TestPostgres;

  beforeAll(async () => {
    primary = await TestPostgres.open();
    replica = await primary.replica();
    await withClient(primary.url, (client) => client.query('CREATE TABLE streamed ()'));
    await until('it streams', () => withClient(replica.url, (client) => client.query('TABLE streamed')));
  });

  afterAll(async () => {
    await replica.close();
    await primary.close();
  });

  test('is waited for, and after 30 seconds refused', async () => {
    const service = start(replica.url);
    expect(await service.exited).toBe(1);
    const { host } = new URL(replica.url);
    const reason = 'it is a replica, which takes no writes; name its primary';
    expect(service.output).toBe(
      `holdfast: waiting for the database at ${host}/postgres: ${reason}\n` +
        `holdfast: the database at ${host}/postgres (DATABASE_URL) cannot be used: ${reason}\n`,
    );
  });

  test('that is waited for is left on SIGTERM', async () => {
    const service = start(replica.url);
    await until('it waits', () => service.output.includes('it is a replica'));
    expect(await service.stop('SIGTERM')).toBe(0);
    expect(service.output).toContain('stopped by SIGTERM');
  });

  test('that becomes the primary meanwhile is used', async () => {
    const service = start(replica.url);
    await until('it waits', () => service.output.includes('it is a replica'));
    await withClient(replica.url, (client) => client.query('SELECT pg_promote()'));
    await expectToRun(service);
  });
});

test('a database whose sessions are read-only is waited for', async () => {
  const url = await emptyDatabase();
  const { name, another } = placesOf(url, 'postgres');
  const readOnly = (yes: string) =>
    withClient(another, (client) =>
      client.query(`ALTER DATABASE ${name} SET default_transaction_read_only = ${yes}`),
    );
  await readOnly('on');
  const service = start(url);
  await until('it waits', () =>
    service.output.includes('its sessions are read-only (default_transaction_read_only)'),
  );
  await readOnly('off');
  await expectToRun(service);
});

test.each(['LATIN1', 'SQL_ASCII', 'EUC_JP'])(
  'a database in %s is refused with the command that makes a right one',
  async (encoding) => {
    const { another: server } = placesOf(await emptyDatabase(), 'postgres');
    const create = (statement: string) => withClient(server, (client) => client.query(statement));
    const name = `in_${encoding.toLowerCase()}`;
    await create(
      `CREATE DATABASE ${name} TEMPLATE template0 ENCODING '${encoding}' LC_COLLATE 'C' LC_CTYPE 'C'`,
    );
    const service = start(placesOf(server, name).another);
    expect(await service.exited).toBe(1);
    expect(service.output.trim().split('\n')).toEqual([
      expect.stringMatching(
        new RegExp(
          `^holdfast: the database at .*/${name} \\(DATABASE_URL\\) cannot be used: its encoding is ${encoding}`,
        ),
      ),
    ]);
    const [, statement = ''] = /`(.*)`/.exec(service.output) ?? [];
    await create(statement.replace('DATABASE holdfast', `DATABASE right_${name}`));
    await expectToRun(start(placesOf(server, `right_${name}`).another));
  },
);

describe('a start that is told to end while it looks at the database', () => {
  test('ends as one that was stopped, not as one that found it unusable', async () => {
    const { another: server } = placesOf(await emptyDatabase(), 'postgres');
    const statement = `CREATE DATABASE latin_too TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'`;
    await withClient(server, (client) => client.query(statement));
    const proxy = await Proxy.open(placesOf(server, 'latin_too').another);
    proxy.slow({ delayMs: 500 });
    const service = start(proxy.url);
    await until('it looks', () => proxy.connections() === 1);
    const exit = await service.stop('SIGTERM');
    proxy.close();
    expect([exit, service.output]).toEqual([0, expect.stringContaining('stopped by SIGTERM')]);
  });

  test('before it has looked does not look', async () => {
    const proxy = await Proxy.open(await emptyDatabase());
    const signal = AbortSignal.abort('SIGTERM');
    const failure = await waitForDatabase(new Target(addressIn(proxy.url)), signal).catch(
      (error: unknown) => error,
    );
    const connections = proxy.connections();
    proxy.close();
    expect([failure, connections]).toEqual([new StoppedError(signal), 0]);
  });
});
