import { openPool, type Pool } from '../src/database/pool.js';
import { withClient } from './support/database.js';
import { TestPostgres } from './support/postgres.js';
import { Proxy } from './support/proxy.js';
import { pipelinesFolder, taskStates, TestService } from './support/service.js';
import { until } from './support/wait.js';

const HOLDFAST_PATH = pipelinesFolder('pipelines: { p: { tasks: { t: { script: [echo hi] } } } }');

/** One address of several servers, in this order. */
function addressOf(urls: readonly string[], query = ''): string {
  const [first] = urls.map((url) => new URL(url));
  const hosts = urls.map((url) => new URL(url).host).join(',');
  return `postgresql://${String(first?.username)}:${String(first?.password)}@${hosts}${String(first?.pathname)}?${query}`;
}

/** Nobody listens there. */
const nowhere = (url: string): string => url.replace(/:\d+\//, ':1/');

describe('of several hosts', () => {
  let primary: TestPostgres;
  let replica: TestPostgres;
  const pools: Pool[] = [];

  beforeAll(async () => {
    primary = await TestPostgres.open();
    replica = await primary.replica();
    await withClient(primary.url, (client) => client.query('CREATE TABLE streamed ()'));
    await until('it streams', () => withClient(replica.url, (client) => client.query('TABLE streamed')));
  });
  afterEach(async () => {
    for (const pool of pools.splice(0)) await pool.close();
  });
  afterAll(async () => {
    await replica.close();
    await primary.close();
  });

  const poolOf = (address: string, size = 2): Pool => {
    const pool = openPool(address, { name: 'test', size, connectMs: 5_000 });
    pools.push(pool);
    return pool;
  };
  /** Port of the server that answers. */
  const portOf = async (pool: Pool): Promise<number> => {
    const { rows } = await pool.query<{ port: number }>('SELECT inet_server_port() AS port');
    return rows[0]?.port ?? 0;
  };

  test('a connection goes to the one that takes writes, wherever it stands', async () => {
    for (const query of ['', 'target_session_attrs=read-write', 'target_session_attrs=primary'])
      for (const urls of [
        [replica.url, primary.url],
        [primary.url, replica.url],
        [nowhere(primary.url), replica.url, primary.url],
      ])
        expect(await portOf(poolOf(addressOf(urls, query)))).toBe(primary.port);
  });

  test('a connection goes to the first one that answers, where any will do', async () => {
    const query = 'target_session_attrs=any';
    expect(await portOf(poolOf(addressOf([replica.url, primary.url], query)))).toBe(replica.port);
    expect(await portOf(poolOf(addressOf([nowhere(primary.url), replica.url], query)))).toBe(replica.port);
  });

  test('one whose sessions are read-only is no primary for writes, but one for itself', async () => {
    const readOnly = (yes: string) =>
      withClient(primary.url, (client) =>
        client.query(`ALTER DATABASE postgres SET default_transaction_read_only = ${yes}`),
      );
    await readOnly('on');
    const address = (target: string) => addressOf([primary.url], `target_session_attrs=${target}`);
    await expect(portOf(poolOf(address('read-write')))).rejects.toThrow('its sessions are read-only');
    expect(await portOf(poolOf(address('primary')))).toBe(primary.port);
    await withClient(primary.url, (client) =>
      client.query(
        'SET transaction_read_only = off; ALTER DATABASE postgres RESET default_transaction_read_only',
      ),
    );
  });

  test('none that will do is told with the reason of each', async () => {
    const pool = poolOf(addressOf([nowhere(primary.url), replica.url]));
    const [one, other] = [nowhere(primary.url), replica.url].map((url) => new URL(url).host);
    await expect(portOf(pool)).rejects.toThrow(
      `${String(one)}: connect ECONNREFUSED ${String(one)}; ${String(other)}: it is a replica, which takes no writes`,
    );
  });

  test('others are not asked where the role is wrong', async () => {
    const wrong = addressOf([primary.url, nowhere(primary.url)]).replace('//holdfast:', '//nobody:');
    await expect(portOf(poolOf(wrong))).rejects.toThrow('password authentication failed');
  });

  test('one that does not answer costs its time once, and not for each connection', async () => {
    const proxy = await Proxy.open(primary.url);
    proxy.swallow();
    const pool = poolOf(addressOf([proxy.url, primary.url], 'connect_timeout=1'), 5);
    const ports = await Promise.all(Array.from({ length: 5 }, () => portOf(pool)));
    expect(new Set(ports)).toEqual(new Set([primary.port]));
    const before = proxy.accepted;
    const another = Array.from({ length: 5 }, () => pool.connect());
    for (const client of await Promise.all(another)) client.release(true);
    await Promise.all(Array.from({ length: 5 }, () => portOf(pool)));
    expect(proxy.accepted).toBe(before);
    proxy.close();
  });
});

test('a service goes on at the new primary after a failover', async () => {
  const primary = await TestPostgres.open();
  const replica = await primary.replica();
  const DATABASE_URL = addressOf([primary.url, replica.url], 'target_session_attrs=read-write');
  const services = ['api', 'worker'].map(
    (HOLDFAST_ROLE) => new TestService({ DATABASE_URL, HOLDFAST_PATH, HOLDFAST_ROLE }),
  );
  const [api] = services as [TestService];
  const id = await api.schedule('p');
  await api.completed(id);
  await until('it has streamed', () =>
    withClient(replica.url, (client) => client.query(`SELECT FROM jobs WHERE status = 'done'`)).then(
      ({ rowCount }) => rowCount === 1,
    ),
  );
  await primary.stop('immediate');
  await withClient(replica.url, (client) => client.query('SELECT pg_promote()'));
  const next = await api.schedule('p');
  expect(taskStates(await api.completed(next))).toEqual({ t: 'done' });
  expect(taskStates(await api.job(id))).toEqual({ t: 'done' });
  for (const service of services) expect(await service.stop()).toBe(0);
  await replica.close();
  await primary.close();
});

test('a service starts where the first host is a replica', async () => {
  const primary = await TestPostgres.open();
  const replica = await primary.replica();
  const DATABASE_URL = addressOf([replica.url, primary.url], 'target_session_attrs=read-write');
  const service = new TestService({ DATABASE_URL, HOLDFAST_PATH });
  expect(taskStates(await service.completed(await service.schedule('p')))).toEqual({ t: 'done' });
  expect(await service.stop()).toBe(0);
  await replica.close();
  await primary.close();
});
