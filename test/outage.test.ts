import { readFileSync, writeFileSync } from 'node:fs';
import { freshDatabase, withClient } from './support/database.js';
import { Proxy } from './support/proxy.js';
import { pipelinesFolder, TestService } from './support/service.js';
import { until } from './support/wait.js';

const LEASE_SECONDS = 3;
const SCRIPT = `'echo start >> NAME; trap "echo killed >> NAME" INT; until [ -e go ]; do sleep 0.02; done; echo end >> NAME; echo out'`;
const PIPELINES = `
pipelines:
  once: { tasks: { t: { script: [${SCRIPT.replaceAll('NAME', 'once')}] } } }
  again: { tasks: { t: { script: [${SCRIPT.replaceAll('NAME', 'again')}], retries: 1, retry_delay: 1ms } } }
`;

let folder: string;
let url: string;
let proxy: Proxy;
const services: TestService[] = [];
const start = (databaseUrl: string, role: string, name = '') => {
  const service = new TestService(
    {
      DATABASE_URL: databaseUrl,
      HOLDFAST_PATH: folder,
      HOLDFAST_ROLE: role,
      HOLDFAST_WORKER_NAME: name,
      HOLDFAST_LEASE_SECONDS: String(LEASE_SECONDS),
    },
    folder,
  );
  services.push(service);
  return service;
};
beforeEach(async () => {
  folder = pipelinesFolder(PIPELINES);
  url = await freshDatabase();
  proxy = await Proxy.open(url);
});
afterEach(async () => {
  await Promise.all(services.splice(0).map((service) => service.stop()));
  proxy.close();
});

const ran = (pipeline: string) => readFileSync(`${folder}/${pipeline}`, 'utf8');
const go = () => {
  writeFileSync(`${folder}/go`, '');
};
const bothRun = () => until('both tasks run', () => ran('once') === 'start\n' && ran('again') === 'start\n');

/** By the database's clock, which is what a lease is measured by. */
async function leasesPass(count: number): Promise<void> {
  await withClient(url, async (client) => {
    const { rows } = await client.query<{ end: Date }>(
      `SELECT clock_timestamp() + $1 * interval '1 second' AS "end"`,
      [count * LEASE_SECONDS],
    );
    await until(`${count} leases have passed`, async () => {
      const over = await client.query(`SELECT WHERE clock_timestamp() > $1`, [rows[0]?.end]);
      return over.rowCount === 1;
    });
  });
}

describe('a database that is away from everybody for three leases', () => {
  test('costs a task that is not tried again nothing, and another one its attempt', async () => {
    const api = start(proxy.url, 'api');
    start(proxy.url, 'worker');
    const [once, again] = [await api.schedule('once'), await api.schedule('again')];
    await bothRun();
    proxy.refuse();
    await leasesPass(3);
    expect(ran('once')).toBe('start\n');
    go();
    await until('the task has ended meanwhile', () => ran('once') === 'start\nend\n');
    proxy.pass();
    await until('the API is ready', async () => (await api.get('/health/ready')).status === 200);
    expect(await api.completed(once)).toMatchObject({ errored: false, tasks: [{ status: 'done' }] });
    expect(await api.logs(once, 't')).toEqual({ stdout: 'out\n', stderr: '' });
    expect(await api.completed(again)).toMatchObject({
      errored: false,
      tasks: [
        {
          status: 'done',
          attempts: [{ attempt: 1, error: 'its worker had lost touch with the database' }],
        },
      ],
    });
    expect(ran('again')).toBe('start\nstart\nend\n');
  });
});

describe('a database that is away from one worker only', () => {
  test('has its tasks ended or tried elsewhere, and its own word does not count when it is back', async () => {
    const api = start(url, 'api');
    const cut = start(proxy.url, 'worker', 'cut-off');
    const [once, again] = [await api.schedule('once'), await api.schedule('again')];
    await bothRun();
    proxy.refuse();
    const other = start(url, 'worker', 'other');
    await until('the other one has begun', () => ran('again') === 'start\nstart\n');
    expect(await api.completed(once)).toMatchObject({
      errored: true,
      lastError: 'the worker "cut-off" was lost while the task ran',
    });
    expect(ran('once')).toBe('start\n');
    proxy.pass();
    await until('the worker has noticed', () => cut.output.includes('called dead'));
    go();
    expect(await api.completed(again)).toMatchObject({ errored: false, tasks: [{ status: 'done' }] });
    expect(ran('again')).toBe('start\nstart\nend\n');
    expect(await api.job(once)).toMatchObject({ tasks: [{ status: 'error', exitCode: -1 }] });
    await other.stop();
    // It has begun another life, and works again.
    expect(await api.completed(await api.schedule('again'))).toMatchObject({ errored: false });
  });
});
