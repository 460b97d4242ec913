import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir, uptime } from 'node:os';
import { join } from 'node:path';
import { BashExecutor } from '../src/executor/bash-executor.js';
import { freshDatabase, withClient } from './support/database.js';
import { LAUNCHER, LoneWorker, PATH, StartedTask } from './support/executors.js';
import { pipelinesFolder, taskStates, TestService } from './support/service.js';
import { until } from './support/wait.js';

const LONG = 600_000;
const LOST_TOUCH = { kind: 'lost', message: 'its worker had lost touch with the database' };
const STOOD_STILL = { kind: 'lost', message: 'its worker stood still' };
const DONE = { kind: 'exited', code: 0 };

let executor: BashExecutor;
let folder: string;
beforeEach(() => {
  executor = new BashExecutor({ environment: { PATH }, file: LAUNCHER });
  folder = mkdtempSync(join(tmpdir(), 'holdfast-dead-man-'));
});
afterEach(() => executor.close());

/** Runs until the file `go` is there, and a part of it outside its session. */
const hold = (name: string) =>
  `setsid sleep 1000 & echo "$PPID" > ${folder}/launcher; echo $$ $! > ${folder}/${name}; ` +
  `until [ -e ${folder}/go ]; do sleep 0.02; done; echo ${name} went on`;
const go = () => {
  writeFileSync(`${folder}/go`, '');
};
const pids = (name: string) =>
  until(`${name} runs`, () => /^(\d+) (\d+)\n/.exec(readFileSync(`${folder}/${name}`, 'utf8'))?.slice(1, 3));
const lives = (pid: string) =>
  existsSync(`/proc/${pid}`) && !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
async function start(name: string, fenced: boolean): Promise<StartedTask> {
  const task = new StartedTask(executor, { entry: hold(name), fenced });
  await pids(name);
  return task;
}

describe('when the lease is over', () => {
  test('tasks that others may start again are killed, all of them, and the others go on', async () => {
    executor.lease(LONG, LONG);
    const [fenced, other] = await Promise.all([start('fenced', true), start('other', false)]);
    executor.lease(0, LONG);
    expect(await fenced.outcome).toEqual(LOST_TOUCH);
    expect((await pids('fenced')).filter(lives)).toEqual([]);
    go();
    expect([await other.outcome, other.output]).toEqual([DONE, 'other went on\n']);
  });

  test('because it ran out, they are killed without another word', async () => {
    executor.lease(LONG, LONG);
    const fenced = await start('fenced', true);
    executor.lease(100, LONG);
    expect(await fenced.outcome).toEqual(LOST_TOUCH);
  });

  test('none of them is started, and the others are', async () => {
    executor.lease(-Infinity, LONG);
    go();
    const fenced = new StartedTask(executor, { entry: hold('fenced'), fenced: true });
    const other = new StartedTask(executor, { entry: hold('other') });
    expect([await fenced.outcome, await other.outcome]).toEqual([LOST_TOUCH, DONE]);
    expect(existsSync(`${folder}/fenced`)).toBe(false);
  });

  test('a launcher that is started later knows it too', async () => {
    const first = new StartedTask(executor, { entry: 'kill -9 $PPID; sleep 1000' });
    executor.lease(0, LONG);
    expect((await first.outcome).kind).toBe('lost');
    const fenced = new StartedTask(executor, { entry: hold('fenced'), fenced: true });
    expect(await fenced.outcome).toEqual(LOST_TOUCH);
  });

  test('and held again, they are started', async () => {
    executor.lease(0, LONG);
    executor.lease(LONG, LONG);
    go();
    const fenced = new StartedTask(executor, { entry: hold('fenced'), fenced: true });
    expect(await fenced.outcome).toEqual(DONE);
  });

  test('they are killed although the worker, which slept as well, then says that it holds it', async () => {
    executor.lease(LONG, LONG);
    const fenced = await start('fenced', true);
    const launcher = Number(readFileSync(`${folder}/launcher`, 'utf8'));
    executor.lease(500, LONG);
    // So that the launcher has got this when it stands still.
    expect(await new StartedTask(executor, { entry: 'true' }).outcome).toEqual(DONE);
    process.kill(launcher, 'SIGSTOP');
    const end = uptime() + 0.6;
    await until('it is over', () => uptime() > end);
    executor.lease(LONG, LONG);
    process.kill(launcher, 'SIGCONT');
    expect(await fenced.outcome).toEqual(LOST_TOUCH);
  });
});

describe('when the worker stands still', () => {
  test('tasks that others may start again are killed, and the others go on', async () => {
    const tasks = [
      { entry: hold('fenced'), fenced: true },
      { entry: hold('other'), fenced: false },
    ];
    const worker = new LoneWorker(tasks, [LONG, 3_000]);
    const fenced = await pids('fenced');
    const other = await pids('other');
    worker.process.kill('SIGSTOP');
    await until('the one is gone', () => !fenced.some(lives));
    expect(other.filter(lives)).toEqual(other);
    go();
    worker.process.kill('SIGCONT');
    expect(JSON.parse(await worker.says(/^({.*lost.*})$/m))).toEqual(STOOD_STILL);
    expect(JSON.parse(await worker.says(/^({.*exited.*})$/m))).toEqual(DONE);
  });
});

describe('when the database is away for longer than the lease', () => {
  const PIPELINES = `
pipelines:
  hold:
    continue_running_tasks_after_failure: true
    tasks:
      again: { retries: 1, retry_delay: 0s, script: ['echo $$ > again-$TASK_ATTEMPT; until [ -e go ]; do sleep 0.02; done'] }
      once: { script: ['echo $$ > once-$TASK_ATTEMPT; until [ -e go ]; do sleep 0.02; done'] }
`;

  test('a task with another attempt is killed, and tried again when it is back; one without goes on', async () => {
    const url = await freshDatabase();
    const files = pipelinesFolder(PIPELINES);
    const service = new TestService(
      { DATABASE_URL: url, HOLDFAST_PATH: files, HOLDFAST_LEASE_SECONDS: '6' },
      files,
    );
    const id = await service.schedule('hold');
    const pid = (task: string) =>
      until(`${task} runs`, () => /\d+/.exec(readFileSync(`${files}/${task}`, 'utf8'))?.[0]);
    const [again, once] = [await pid('again-1'), await pid('once-1')];
    const server = new URL(url);
    const name = server.pathname.slice(1);
    server.pathname = '/postgres';
    await withClient(server.href, async (client) => {
      await client.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
      await client.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}'`);
      await until('it is gone', () => !lives(again));
      expect(lives(once)).toBe(true);
      await client.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`);
    });
    await pid('again-2');
    writeFileSync(`${files}/go`, '');
    const job = await service.completed(id);
    expect(taskStates(job)).toEqual({ again: 'done', once: 'done' });
    expect(job.tasks.find((task) => task.name === 'again')?.attempts).toMatchObject([
      { attempt: 1, error: LOST_TOUCH.message },
    ]);
    expect(await service.stop()).toBe(0);
  });
});
