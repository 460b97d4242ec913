import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { freshDatabase, withClient } from './support/database.js';
import { pipelinesFolder, taskStates, TestService } from './support/service.js';
import { until } from './support/wait.js';

/** `hold` says that it runs, and with which attempt, and waits for a file `go`. */
const HOLD = 'echo $$ > pid-$TASK_ATTEMPT; echo held $TASK_ATTEMPT; until [ -e go ]; do sleep 0.02; done';
const PIPELINES = `
pipelines:
  once: { tasks: { hold: { script: ['${HOLD}'] }, after: { depends_on: [hold], script: [echo after] } } }
  again:
    tasks:
      hold: { retries: 1, retry_delay: 0s, script: ['${HOLD}'] }
      after: { depends_on: [hold], script: [echo after] }
  poison:
    tasks:
      kill: { retries: 1, retry_delay: 0s, script: ['kill -9 $(cut -d" " -f4 /proc/$PPID/stat); sleep 60'] }
  quick: { concurrency: 20, tasks: { a: { script: ['echo run >> ran/{{ .__jobID }}; sleep 0.05'] } } }
`;
/** Far longer than a test waits: what happens meanwhile is not for it. */
const LONG = { HOLDFAST_LEASE_SECONDS: '600' };
const SHORT = { HOLDFAST_LEASE_SECONDS: '3' };

let url: string;
let folder: string;
beforeEach(async () => {
  url = await freshDatabase();
  folder = pipelinesFolder(PIPELINES);
});

const start = (role: string, env: Record<string, string>) =>
  new TestService({ DATABASE_URL: url, HOLDFAST_PATH: folder, HOLDFAST_ROLE: role, ...env }, folder);
const pidOf = (attempt = 1) =>
  until(`attempt ${attempt} runs`, () => Number(readFileSync(`${folder}/pid-${attempt}`, 'utf8')));
const go = () => {
  writeFileSync(`${folder}/go`, '');
};
const lives = (pid: number) =>
  existsSync(`/proc/${pid}`) && !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
const sql = <T extends object>(text: string) =>
  withClient(url, async (client) => (await client.query<T>(text)).rows);

describe('a worker that is killed', () => {
  test('is noticed within its lease: its task ends, and says so (10.2)', async () => {
    const api = start('api', SHORT);
    const worker = start('worker', SHORT);
    const id = await api.schedule('once');
    await pidOf();
    await worker.stop('SIGKILL');
    const job = await api.completed(id);
    expect(taskStates(job)).toEqual({ hold: 'error', after: 'skipped' });
    expect(job.lastError).toMatch(/^the worker ".+" was lost while the task ran$/);
    expect((await api.logs(id, 'hold')).stderr).toContain('[holdfast: the worker was lost');
    await api.stop();
  });

  test('is missed at once when one of its name comes: its task is tried again where it may be', async () => {
    const named = { ...LONG, HOLDFAST_WORKER_NAME: 'one' };
    const api = start('api', LONG);
    const worker = start('worker', named);
    const id = await api.schedule('again');
    await until('its output is stored', async () => (await api.logs(id, 'hold')).stdout === 'held 1\n');
    await worker.stop('SIGKILL');
    const next = start('worker', named);
    await pidOf(2);
    go();
    const job = await api.completed(id);
    expect(taskStates(job)).toEqual({ hold: 'done', after: 'done' });
    expect(job.tasks[0]?.attempts).toMatchObject([
      { attempt: 1, error: 'the worker "one" was lost while the task ran' },
    ]);
    const first = await api.get<{ stdout: string }>(`/job/logs?id=${id}&task=hold&attempt=1`);
    expect([first.body.stdout, (await api.logs(id, 'hold')).stdout]).toEqual(['held 1\n', 'held 2\n']);
    await next.stop();
    await api.stop();
  });

  test('each time by the same task is not killed for ever: the task stops at its attempts', async () => {
    const api = start('api', SHORT);
    const workers = [1, 2, 3].map(() => start('worker', SHORT));
    await Promise.all(workers.map((worker) => worker.greeting()));
    const id = await api.schedule('poison');
    const [job] = await Promise.all([
      api.completed(id),
      api.schedule('quick').then((other) => api.completed(other)),
    ]);
    expect(taskStates(job)).toEqual({ kill: 'error' });
    expect(job.tasks[0]?.attempts).toHaveLength(1);
    expect(workers.filter((worker) => worker.process.signalCode === 'SIGKILL')).toHaveLength(2);
    for (const service of [...workers, api]) await service.stop();
  });

  test('with the whole service, which keeps its name by its address, is missed when that starts again', async () => {
    const own = { HOLDFAST_PATH: folder, ...LONG };
    const service = new TestService({ ...own, HOLDFAST_DATA: `${folder}/data` }, folder);
    const id = await service.schedule('once');
    await pidOf();
    const { port } = new URL(await service.url());
    await service.stop('SIGKILL');
    const next = new TestService({ ...own, HOLDFAST_DATA: `${folder}/data`, PORT: port }, folder);
    expect(taskStates(await next.completed(id))).toEqual({ hold: 'error', after: 'skipped' });
    expect(await next.stop()).toBe(0);
  });
});

describe('a worker that stands still', () => {
  test('for longer than its lease loses its task to another, and its word about it does not count', async () => {
    const api = start('api', SHORT);
    const still = start('worker', SHORT);
    const id = await api.schedule('again');
    const pid = await pidOf();
    still.process.kill('SIGSTOP');
    const other = start('worker', SHORT);
    await pidOf(2);
    still.process.kill('SIGCONT');
    await until('it has noticed', () => still.output.includes('was called dead'));
    await until('its processes are gone', () => !lives(pid));
    expect(taskStates(await api.job(id))).toEqual({ hold: 'running', after: 'waiting' });
    go();
    const job = await api.completed(id);
    expect(taskStates(job)).toEqual({ hold: 'done', after: 'done' });
    expect(job.tasks[0]?.attempts).toHaveLength(1);
    // It has a new life, and goes on.
    await other.stop();
    expect((await api.completed(await api.schedule('quick'))).errored).toBe(false);
    for (const service of [still, api]) expect(await service.stop()).toBe(0);
  });
});

describe('a worker that has been called dead', () => {
  test('kills what it ran, and begins a new life', async () => {
    const service = start('all', SHORT);
    const id = await service.schedule('once');
    const pid = await pidOf();
    const [before] = await sql<{ id: string }>('DELETE FROM workers RETURNING id');
    await until('its processes are gone', () => !lives(pid));
    expect(taskStates(await service.completed(id))).toEqual({ hold: 'error', after: 'skipped' });
    expect((await service.completed(await service.schedule('quick'))).errored).toBe(false);
    const [after] = await sql<{ id: string }>('SELECT id FROM workers');
    expect(after?.id).not.toBe(before?.id);
    expect(await service.stop()).toBe(0);
    expect(await sql('SELECT FROM workers')).toEqual([]);
  });
});

describe('two workers of one name', () => {
  test('do not kill each other’s tasks in turn: the older one stands by until the newer one is gone', async () => {
    const named = { ...SHORT, HOLDFAST_WORKER_NAME: 'twin' };
    const api = start('api', SHORT);
    const older = start('worker', named);
    await older.greeting();
    const newer = start('worker', named);
    await newer.greeting();
    await until('it has noticed', () => older.output.includes('another worker is called twin now'));
    const id = await api.schedule('once');
    await pidOf();
    const [task] = await sql<{ worker: string }>(`SELECT worker FROM tasks WHERE status = 'running'`);
    expect(await sql('SELECT id FROM workers')).toEqual([{ id: task?.worker }]);
    go();
    expect((await api.completed(id)).errored).toBe(false);
    await newer.stop();
    expect((await api.completed(await api.schedule('quick'))).errored).toBe(false);
    for (const service of [older, api]) expect(await service.stop()).toBe(0);
  });
});

describe('a rolling restart', () => {
  test('of two workers under load loses nothing and repeats nothing', async () => {
    mkdirSync(`${folder}/ran`);
    const api = start('api', LONG);
    let workers = [start('worker', LONG), start('worker', LONG)];
    await Promise.all([api, ...workers].map((service) => service.greeting()));
    const ids: string[] = [];
    const restarted = new AbortController();
    const load = (async () => {
      while (!restarted.signal.aborted)
        ids.push(...(await Promise.all([1, 2, 3, 4].map(() => api.schedule('quick')))));
    })();
    for (let round = 0; round < 3; round += 1) {
      for (const old of workers) {
        const next = start('worker', LONG);
        await next.greeting();
        expect(await old.stop('SIGTERM')).toBe(0);
        workers = workers.map((worker) => (worker === old ? next : worker));
      }
    }
    restarted.abort();
    await load;
    await until('all jobs have ended', async () => {
      const [row] = await sql<{ open: number }>(
        `SELECT count(*)::int AS open FROM jobs WHERE status IN ('waiting', 'running')`,
      );
      return row?.open === 0;
    });
    expect(await sql(`SELECT status, count(*)::int FROM jobs GROUP BY status`)).toEqual([
      { status: 'done', count: ids.length },
    ]);
    expect(readdirSync(`${folder}/ran`).sort()).toEqual([...ids].sort());
    expect(ids.filter((id) => readFileSync(`${folder}/ran/${id}`, 'utf8') !== 'run\n')).toEqual([]);
    expect(await sql(`SELECT FROM tasks WHERE attempt <> 1`)).toEqual([]);
    for (const service of [...workers, api]) expect(await service.stop()).toBe(0);
  });
});

describe('a task that outlasts the grace period (10.4)', () => {
  test('is killed, and tried again by another worker where it may be', async () => {
    const api = start('api', LONG);
    const worker = start('worker', { ...LONG, HOLDFAST_GRACE: '0s' });
    const id = await api.schedule('again');
    await pidOf();
    expect(await worker.stop('SIGTERM')).toBe(0);
    const [task] = (await api.job(id)).tasks;
    expect(task).toMatchObject({
      status: 'waiting',
      attempts: [{ error: 'the worker was shut down while the task ran' }],
    });
    go();
    const next = start('worker', LONG);
    expect((await api.completed(id)).errored).toBe(false);
    for (const service of [next, api]) expect(await service.stop()).toBe(0);
  });
});
