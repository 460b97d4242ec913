import { existsSync, readFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { freshDatabase } from './support/database.js';
import { alive } from './support/processes.js';
import { Proxy } from './support/proxy.js';
import { EndlessRecovery } from './support/recovery.js';
import { pipelinesFolder, taskStates, TestService } from './support/service.js';
import { until } from './support/wait.js';

/** Loaded into the service: SIGUSR2 throws where nothing catches it, SIGWINCH rejects what nothing handles. */
const FAULTS = `
process.on('SIGUSR2', () => { throw new Error('thrown by the test'); });
process.on('SIGWINCH', () => void Promise.reject(new Error('rejected by the test')));
`;
const faulty = ['--import', `data:text/javascript,${encodeURIComponent(FAULTS)}`];

/** Each task ignores what asks it to end, and has a child outside its process group. */
const pipelines = (mark: string) => `
pipelines:
  long: { concurrency: 9, tasks: { t: { script: ["trap '' INT; setsid sleep 5000.${mark} & sleep 6000.${mark}"] } } }
  quick: { tasks: { t: { script: [echo hi] } } }
`;
let marks = 0;
const nextMark = () => `${process.pid}${(marks += 1)}`;

const sleeps = (mark: string) => alive(`000.${mark}`, 'cmdline');
const started = (mark: string, count: number) =>
  until('tasks run', () => sleeps(mark).filter((pid) => pid > 0).length >= count);
const gone = (mark: string) => until('no process of a task is left', () => sleeps(mark).length === 0);

const SHUT_DOWN = 'the worker was shut down while the task ran';

describe('an error that nothing caught', () => {
  test('ends the process in order: tasks are killed and reported, the embedded Postgres stops, the log says why', async () => {
    const mark = nextMark();
    const folder = pipelinesFolder(pipelines(mark));
    const service = new TestService({}, folder, faulty);
    const jobs = [await service.schedule('long'), await service.schedule('long')];
    await started(mark, 4);
    const postmaster = `${folder}/.holdfast/postgres/postmaster.pid`;
    const postgres = Number(readFileSync(postmaster, 'utf8').split('\n')[0]);

    const url = await service.url('/health/live');
    service.process.kill('SIGUSR2');
    // It takes two seconds to kill what ignores SIGINT.
    await until('tasks are being killed', () =>
      service.output.includes('running tasks that are killed: 2\n'),
    );
    await expect(fetch(url)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });
    expect(await service.exited).toBe(1);
    expect(service.output).toMatch(/an error that nothing caught ends this process reason=uncaughtException/);
    expect(service.output).toMatch(/Error: thrown by the test\n +at /);
    expect(service.output).not.toContain('could not be reported');
    await gone(mark);
    expect(existsSync(postmaster)).toBe(false);
    expect(alive('postgres', 'cmdline')).not.toContain(postgres);

    const again = new TestService({}, folder);
    for (const id of jobs)
      expect((await again.job(id)).tasks[0]).toMatchObject({ status: 'error', error: SHUT_DOWN });
    expect((await again.completed(await again.schedule('quick'))).errored).toBe(false);
    expect(await again.stop()).toBe(0);
  });

  test('and a rejection that nothing handled end a worker alike, in a line of JSON', async () => {
    const mark = nextMark();
    const settings = { DATABASE_URL: await freshDatabase(), HOLDFAST_PATH: pipelinesFolder(pipelines(mark)) };
    const api = new TestService({ ...settings, HOLDFAST_ROLE: 'api' });
    const id = await api.schedule('long');
    const role = { HOLDFAST_ROLE: 'worker', HOLDFAST_LOG_FORMAT: 'json' };
    const worker = new TestService({ ...settings, ...role }, undefined, faulty);
    await started(mark, 2);
    worker.process.kill('SIGWINCH');
    expect(await worker.exited).toBe(1);
    const lines = worker.output
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines).toContainEqual(
      expect.objectContaining({
        level: 'error',
        msg: 'an error that nothing caught ends this process',
        reason: 'unhandledRejection',
        stack: expect.stringContaining('Error: rejected by the test') as string,
      }),
    );
    await gone(mark);
    expect((await api.completed(id)).lastError).toBe(SHUT_DOWN);
    await api.stop();
  });

  test('ends an API, whose clients are cut off', async () => {
    const settings = { DATABASE_URL: await freshDatabase(), HOLDFAST_PATH: pipelinesFolder(pipelines('')) };
    const api = new TestService({ ...settings, HOLDFAST_ROLE: 'api' }, undefined, faulty);
    const stream = await fetch(await api.url('/jobs/events'));
    const half = new Socket().on('error', () => undefined).connect(Number(new URL(await api.url()).port));
    half.write('POST /pipelines/schedule HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{');
    await until('both are connected', async () => {
      const numbers = await (await fetch(await api.url('/metrics'))).text();
      return /^holdfast_streams_open 1$/m.test(numbers);
    });
    const cut = new Promise((done) => half.once('close', done));
    api.process.kill('SIGUSR2');
    expect(await api.exited).toBe(1);
    await cut;
    await stream.text().catch(() => undefined);
  });

  test('while the database does not answer leaves what was killed to rescue, and ends all the same', async () => {
    const mark = nextMark();
    const url = await freshDatabase();
    const proxy = await Proxy.open(url);
    const settings = { HOLDFAST_PATH: pipelinesFolder(pipelines(mark)), HOLDFAST_WORKER_NAME: 'one' };
    const service = new TestService({ ...settings, DATABASE_URL: proxy.url }, undefined, faulty);
    const id = await service.schedule('long');
    await started(mark, 2);
    proxy.swallow();
    service.process.kill('SIGUSR2');
    expect(await service.exited).toBe(1);
    expect(service.output).toContain('killed tasks that could not be reported: 1; they are left to rescue');
    await gone(mark);
    proxy.close();

    const successor = new TestService({ ...settings, DATABASE_URL: url });
    const job = await successor.completed(id);
    expect(taskStates(job)).toEqual({ t: 'error' });
    expect(job.lastError).not.toBe(SHUT_DOWN);
    await successor.stop();
  });

  test('that is followed by another one ends the process at once, and its tasks with it', async () => {
    const mark = nextMark();
    const proxy = await Proxy.open(await freshDatabase());
    const settings = { HOLDFAST_PATH: pipelinesFolder(pipelines(mark)), DATABASE_URL: proxy.url };
    const service = new TestService(settings, undefined, faulty);
    await service.schedule('long');
    await started(mark, 2);
    // So that the first end takes its time.
    proxy.swallow();
    service.process.kill('SIGUSR2');
    await until('the first end has begun', () => service.output.includes('running tasks that are killed'));
    service.process.kill('SIGWINCH');
    expect(await service.exited).toBe(1);
    expect(service.output).toContain('Error: rejected by the test');
    expect(service.output).not.toContain('could not be reported');
    await gone(mark);
    proxy.close();
  });

  test('while a signal has tasks waited for kills them', async () => {
    const mark = nextMark();
    const settings = { DATABASE_URL: await freshDatabase(), HOLDFAST_PATH: pipelinesFolder(pipelines(mark)) };
    const service = new TestService(settings, undefined, faulty);
    await service.schedule('long');
    await started(mark, 2);
    service.process.kill('SIGINT');
    await until('it waits', () => service.output.includes('running tasks to wait for: 1, without limit'));
    service.process.kill('SIGUSR2');
    expect(await service.exited).toBe(1);
    await gone(mark);
  });

  test('ends what is only starting, with the Postgres that was started', async () => {
    const folder = pipelinesFolder(pipelines(''));
    const postmaster = `${folder}/.holdfast/postgres/postmaster.pid`;
    const service = new TestService({}, folder, faulty);
    await until('Postgres is there', () => existsSync(postmaster));
    service.process.kill('SIGUSR2');
    expect(await service.exited).toBe(1);
    expect(service.output).toContain('Error: thrown by the test');
    expect(existsSync(postmaster)).toBe(false);
  });
});

describe('the end of a start that waits for the recovery of its Postgres', () => {
  let folder: string;
  let recovery: EndlessRecovery;
  const postmaster = () => `${folder}/.holdfast/postgres/postmaster.pid`;

  /** A service whose Postgres recovers. */
  async function recovering(): Promise<TestService> {
    const service = new TestService({}, folder, faulty);
    await until('it recovers', () => recovery.process !== null);
    return service;
  }

  beforeEach(async () => {
    folder = pipelinesFolder(pipelines(''));
    const first = new TestService({}, folder);
    await first.greeting();
    expect(await first.stop()).toBe(0);
    recovery = new EndlessRecovery(`${folder}/.holdfast/postgres`);
  });

  test('is at once on a signal', async () => {
    const service = await recovering();
    expect(await service.stop('SIGTERM')).toBe(0);
    expect(service.output).toContain('stopped by SIGTERM');
    expect(existsSync(postmaster())).toBe(false);
  });

  test('is at once on an error that nothing caught', async () => {
    const service = await recovering();
    expect(await service.stop('SIGUSR2')).toBe(1);
    expect(service.output).toContain('Error: thrown by the test');
    expect(existsSync(postmaster())).toBe(false);
  });

  test('is that of a Postgres that hangs, too, as soon as it goes on', async () => {
    const service = await recovering();
    const hanging = recovery.process as number;
    process.kill(hanging, 'SIGSTOP');
    try {
      service.process.kill('SIGINT');
      service.process.kill('SIGTERM');
      expect(await service.exited).toBe(1);
      expect(existsSync(postmaster())).toBe(true);
    } finally {
      process.kill(hanging, 'SIGCONT');
    }
    await until('Postgres has ended', () => !existsSync(postmaster()));
  });
});

describe.each(['text', 'json'])('a log as %s', (format) => {
  test('whose reader has left ends nothing', async () => {
    const settings = { DATABASE_URL: await freshDatabase(), HOLDFAST_PATH: pipelinesFolder(pipelines('')) };
    const service = new TestService({
      ...settings,
      HOLDFAST_LOG_FORMAT: format,
      HOLDFAST_LOG_LEVEL: 'debug',
    });
    await until('it is there', () => service.output.includes('API http'));
    const [, url = ''] = /API (http:[^,]+),/.exec(service.output) ?? [];
    service.process.stdout?.destroy();
    service.process.stderr?.destroy();
    for (let asked = 0; asked < 20; asked += 1)
      expect((await fetch(`${url}/job/detail?id=x`)).status).toBe(400);
    const exit = new Promise((done) => service.process.once('exit', done));
    service.process.kill('SIGTERM');
    expect(await exit).toBe(0);
  });
});
