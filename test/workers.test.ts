import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { freshDatabase, withClient } from './support/database.js';
import { pipelinesFolder, taskStates, TestService } from './support/service.js';
import { until } from './support/wait.js';

/** Each run of a task leaves a line in a file of its own job and name: two lines would be two runs. */
const fanOut = (names: string[]) =>
  names.map((name) => `      ${name}: { script: ['echo run >> ran/{{ .__jobID }}-${name}'] }`).join('\n');

test('two workers on one database never run a task twice: 1,000 tasks of 200 jobs', async () => {
  const url = await freshDatabase();
  const folder = pipelinesFolder(`
pipelines:
  five:
    concurrency: 200
    tasks:
${fanOut(['a', 'b', 'c', 'd', 'e'])}
`);
  const common = { DATABASE_URL: url, HOLDFAST_PATH: folder, HOLDFAST_WORKER_SLOTS: '8' };
  const api = new TestService({ ...common, HOLDFAST_ROLE: 'api' }, folder);
  await api.greeting();
  await withClient(url, async (client) => {
    const workers = [1, 2].map(() => new TestService({ ...common, HOLDFAST_ROLE: 'worker' }, folder));
    await Promise.all(workers.map((worker) => worker.greeting()));
    mkdirSync(`${folder}/ran`);
    const ids = await Promise.all(Array.from({ length: 200 }, () => api.schedule('five')));
    await until('all jobs are done', async () => {
      const { rows } = await client.query<{ count: number }>(
        `SELECT count(*)::int FROM jobs WHERE status = 'done'`,
      );
      return rows[0]?.count === 200;
    });

    const files = readdirSync(`${folder}/ran`);
    expect(files).toHaveLength(1000);
    expect(files.filter((file) => readFileSync(`${folder}/ran/${file}`, 'utf8') !== 'run\n')).toEqual([]);
    const { rows } = await client.query<{ attempt: number; worker: string; count: number }>(
      `SELECT attempt, worker, count(*)::int FROM tasks WHERE status = 'done' GROUP BY attempt, worker`,
    );
    expect(rows.map(({ attempt }) => attempt)).toEqual([1, 1]);
    expect(rows.reduce((sum, { count }) => sum + count, 0)).toBe(1000);
    expect((await api.job(ids[7] as string)).tasks.map(({ name }) => name)).toEqual([
      'a',
      'b',
      'c',
      'd',
      'e',
    ]);
    for (const worker of workers) expect(await worker.stop()).toBe(0);
  });
  expect(await api.stop()).toBe(0);
});

describe('a process', () => {
  let url: string;
  let folder: string;
  beforeEach(async () => {
    url = await freshDatabase();
    folder = pipelinesFolder(`
pipelines:
  wait:
    concurrency: 2
    tasks:
      first: { script: ['echo $$ >> pids; until [ -e go ]; do sleep 0.02; done; echo ok'] }
      second: { script: [echo second], depends_on: [first] }
  stubborn:
    tasks:
      deaf: { script: ["trap '' INT; echo $$ >> pids; while :; do sleep 1; done"] }
`);
  });
  const start = (role: string, more: Record<string, string> = {}) =>
    new TestService({ DATABASE_URL: url, HOLDFAST_PATH: folder, HOLDFAST_ROLE: role, ...more }, folder);
  const runningTask = (service: TestService, id: string) =>
    until('a task runs', async () => taskStates(await service.job(id))['first'] === 'running');

  test('that is only a worker answers health, and nothing else', async () => {
    const worker = start('worker');
    expect((await worker.get('/health/live')).body).toEqual({ status: 'ok' });
    expect((await worker.get('/health/ready')).body).toEqual({ status: 'ok' });
    for (const path of ['/pipelines', '/docs', '/openapi.json'])
      expect((await worker.get(path)).status).toBe(404);
    await worker.stop();
  });

  test('that is only an API leaves tasks to workers, who run a job by the definition that it carries', async () => {
    const api = start('api');
    const id = await api.schedule('wait');
    expect(taskStates(await api.job(id))).toEqual({ first: 'waiting', second: 'waiting' });
    writeFileSync(`${folder}/pipelines.yml`, 'nonsense');
    writeFileSync(`${folder}/go`, '');
    const worker = start('worker');
    expect(await api.completed(id)).toMatchObject({ errored: false });
    await worker.stop();
    await api.stop();
  });

  test('that gets SIGINT takes no more jobs, waits for what runs, and leaves what waits for the next start (10.4)', async () => {
    const service = start('all');
    const id = await service.schedule('wait');
    await runningTask(service, id);
    service.process.kill('SIGINT');
    const refused = await until('it refuses', async () => {
      const answer = await service.call('POST', '/pipelines/schedule', '{"pipeline":"wait"}');
      return answer.status === 503 && answer;
    });
    expect(refused.body).toEqual({ error: 'Server is shutting down' });
    expect(await service.job(id)).toMatchObject({ completed: false });
    writeFileSync(`${folder}/go`, '');
    expect(await service.exited).toBe(0);

    const next = start('all');
    expect(taskStates(await next.completed(id))).toEqual({ first: 'done', second: 'done' });
    await next.stop();
  });

  test('that gets a second signal ends at once, and says of what it killed that it did (10.4)', async () => {
    const service = start('all');
    const id = await service.schedule('wait');
    await runningTask(service, id);
    await until('the task has said its number', () => readFileSync(`${folder}/pids`, 'utf8').length > 1);
    service.process.kill('SIGINT');
    await until('it has noticed', () => service.output.includes('running tasks to wait for: 1'));
    service.process.kill('SIGTERM');
    expect(await service.exited).toBe(1);
    expect(() => process.kill(Number(readFileSync(`${folder}/pids`, 'utf8')), 0)).toThrow('ESRCH');

    const next = start('api');
    const job = await next.job(id);
    expect(job).toMatchObject({ completed: true, lastError: 'the worker was shut down while the task ran' });
    expect(taskStates(job)).toEqual({ first: 'error', second: 'skipped' });
    await next.stop();
  });

  test('that is killed takes every process of its tasks with it (6.5)', async () => {
    const service = start('all');
    await service.schedule('stubborn');
    const pid = await until('the task runs', () => Number(readFileSync(`${folder}/pids`, 'utf8')));
    await service.stop('SIGKILL');
    await until('its task is gone', () => {
      try {
        process.kill(pid, 0);
        return /^\d+ \(bash\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
      } catch {
        return true;
      }
    });
  });

  test('answers a cancel before the task has ended, which is killed if it does not listen (4.5, 6.5)', async () => {
    const service = start('all');
    const id = await service.schedule('stubborn');
    await until('the task runs', async () => taskStates(await service.job(id))['deaf'] === 'running');
    expect((await service.call('POST', `/job/cancel?id=${id}`)).body).toBe(true);
    expect(await service.job(id)).toMatchObject({ canceled: true, completed: false });
    expect(taskStates(await service.completed(id))).toEqual({ deaf: 'canceled' });
    await service.stop();
  });
});
