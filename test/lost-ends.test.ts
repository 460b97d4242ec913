import { readFileSync } from 'node:fs';
import { Database } from '../src/database/database.js';
import { DatabaseClock } from '../src/database/database-clock.js';
import { Listener } from '../src/database/listener.js';
import { BashExecutor } from '../src/executor/bash-executor.js';
import { OutputWriter } from '../src/logs/output-writer.js';
import { type Claim, type Holding, Scheduler } from '../src/scheduler/scheduler.js';
import { Worker } from '../src/worker/worker.js';
import { freshDatabase, withClient } from './support/database.js';
import { LAUNCHER, PATH } from './support/executors.js';
import { Proxy } from './support/proxy.js';
import { pipelinesFolder, taskStates, TestService } from './support/service.js';
import { until } from './support/wait.js';

const RUN = 'echo {{ .__jobID }} $TASK_ATTEMPT >> runs';
const PIPELINES = `
pipelines:
  once: { tasks: { a: { script: ['${RUN}; echo out'] }, b: { depends_on: [a], script: [echo b] } } }
  again: { tasks: { a: { retries: 1, retry_delay: 0s, script: ['${RUN}; echo out'] } } }
  many: { concurrency: 100, tasks: { a: { script: ['${RUN}; sleep 0.1'] } } }
  late: { concurrency: 2, tasks: { a: { script: ['echo ran $TASK_ATTEMPT'] } } }
  hold: { tasks: { a: { script: ['until [ -e go ]; do sleep 0.02; done'] } } }
`;
/** Far longer than a test waits, so that no sweep takes part. */
const LEASE = { HOLDFAST_LEASE_SECONDS: '600', HOLDFAST_WORKER_NAME: 'one' };

let folder: string;
let url: string;
const services: TestService[] = [];
const start = (role: string, databaseUrl = url) => {
  const env = { DATABASE_URL: databaseUrl, HOLDFAST_PATH: folder, HOLDFAST_ROLE: role, ...LEASE };
  const service = new TestService(env, folder);
  services.push(service);
  return service;
};
beforeEach(async () => {
  folder = pipelinesFolder(PIPELINES);
  url = await freshDatabase();
});
afterEach(async () => {
  for (const service of services.splice(0)) await service.stop('SIGKILL');
});

const runs = () => readFileSync(`${folder}/runs`, 'utf8').trim().split('\n');

/** As a standby has it that takes over and has not received the last commits: the ends, or with them the claim. */
const forget = (id: string, what: 'end' | 'claim', more = 'SELECT') =>
  withClient(url, async (client) => {
    const running = what === 'end';
    await client.query('BEGIN');
    await client.query(`UPDATE jobs SET status = 'running', ended_at = NULL WHERE id = $1`, [id]);
    await client.query(
      `UPDATE tasks SET status = 'waiting', exit_code = 0, started_at = NULL, ended_at = NULL, ready_at = NULL,
              attempt = 0, worker = NULL
        WHERE job_id = $1 AND name <> 'a'`,
      [id],
    );
    await client.query(
      running
        ? `UPDATE tasks SET status = 'running', exit_code = -1, ended_at = NULL WHERE job_id = $1 AND name = 'a'`
        : `UPDATE tasks SET status = 'ready', exit_code = 0, started_at = NULL, ended_at = NULL,
                  attempt = 0, worker = NULL
            WHERE job_id = $1 AND name = 'a'`,
      [id],
    );
    await client.query(more);
    await client.query('COMMIT');
  });

describe('an end that the database has forgotten', () => {
  test.each(['end', 'claim'] as const)(
    'with the %s is noticed by the living worker: the task counts as lost, and runs no second time',
    async (what) => {
      const [api, worker] = [start('api'), start('worker')];
      const id = await api.schedule('once');
      expect(taskStates(await api.completed(id))).toEqual({ a: 'done', b: 'done' });
      await forget(id, what);
      const job = await api.completed(id);
      expect(taskStates(job)).toEqual({ a: 'error', b: 'skipped' });
      expect(job.lastError).toBe('the end of the task was lost: the worker "one" no longer runs it');
      expect(runs()).toEqual([`${id} 1`]);
      expect((await api.logs(id, 'a')).stderr).toContain("[holdfast: the task's end was lost;");
      expect(worker.output).toContain('the database has lost the ends of attempts');
      // It goes on.
      expect((await api.completed(await api.schedule('once'))).errored).toBe(false);
    },
  );

  test('is noticed beside a task that runs, and tried again where the definition allows it', async () => {
    const api = start('api');
    start('worker');
    await api.schedule('hold');
    const id = await api.schedule('again');
    await api.completed(id);
    await forget(id, 'end');
    const job = await api.completed(id);
    expect(taskStates(job)).toEqual({ a: 'done' });
    expect(job.tasks[0]?.attempts).toMatchObject([
      { attempt: 1, error: 'the end of the task was lost: the worker "one" no longer runs it' },
    ]);
    expect(runs()).toEqual([`${id} 1`, `${id} 2`]);
  });

  test('is a cancel for a job that is being canceled', async () => {
    const api = start('api');
    start('worker');
    const id = await api.schedule('again');
    await api.completed(id);
    await forget(id, 'end', `UPDATE jobs SET cancel_requested_at = now() WHERE id = '${id}'`);
    await until('it has ended', async () => (await api.job(id)).completed);
    expect((await api.job(id)).canceled).toBe(true);
    expect(runs()).toEqual([`${id} 1`]);
  });
});

test('claims and ends that are under way while the worker compares are not taken for lost', async () => {
  const proxy = await Proxy.open(url);
  const api = start('api');
  const worker = start('worker', proxy.url);
  await worker.greeting();
  proxy.slow({ delayMs: 150 });
  await api.schedule('hold');
  const ids = await Promise.all(Array.from({ length: 60 }, () => api.schedule('many')));
  for (const id of ids) expect(taskStates(await api.completed(id))).toEqual({ a: 'done' });
  expect(runs().sort()).toEqual(ids.map((id) => `${id} 1`).sort());
  expect(worker.output).not.toContain('has lost the end');
  proxy.close();
});

test('a claim whose reply is late is waited for by the comparison, and run once', async () => {
  /** Holds back the reply of each claim that has a task until the worker has been told of that task. */
  class LateClaims extends Scheduler {
    readonly told = new Set<string>();
    override async claim(worker: string, limit: number): Promise<Claim[]> {
      const claims = await super.claim(worker, limit);
      await until('the comparison has seen the claims', () =>
        claims.every(({ taskId }) => this.told.has(taskId)),
      );
      return claims;
    }
    override async holdings(worker: string): Promise<Holding[]> {
      const holdings = await super.holdings(worker);
      // Once what the answer leads to has had its chance to be wrong.
      setTimeout(() => {
        for (const { taskId } of holdings) this.told.add(taskId);
      }, 500);
      return holdings;
    }
  }
  const api = start('api');
  const database = new Database(url, { name: 'worker', size: 10 });
  const listener = new Listener(url);
  const executor = new BashExecutor({ environment: { PATH }, file: LAUNCHER });
  const clock = new DatabaseClock();
  const parts = {
    database: database.pool,
    heartbeat: database.pool,
    scheduler: new LateClaims(database),
    executor,
    writer: new OutputWriter(database.pool, 1_000_000, () => clock.now()),
    clock,
    listener,
  };
  await api.greeting();
  const ids = [await api.schedule('late'), await api.schedule('late')];
  const worker = new Worker(parts, { name: 'one', leaseMs: 600_000, slots: 4 });
  await worker.start();
  for (const id of ids) {
    const job = await api.completed(id);
    expect(taskStates(job)).toEqual({ a: 'done' });
    expect((await api.logs(id, 'a')).stdout).toBe('ran 1\n');
  }
  await worker.drain();
  await listener.close();
  await executor.close();
  await database.close();
});
