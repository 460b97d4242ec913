import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JobSummaryResponse } from '../src/jobs/list/summary.response.js';
import { freshDatabase } from './support/database.js';
import { pipelinesFolder, taskStates, TestService } from './support/service.js';
import { until } from './support/wait.js';

const TOLD =
  'echo "[{{ .jobStatus }}] [{{ .failedTaskName }}] [{{ .failedTaskExitCode }}] [{{ .failedTaskError }}] [{{ .failedTaskStdout }}] [{{ .failedTaskStderr }}] {{ .tag | default "-" }} $TASK_NAME"';
/** A line for each run, so that a second one would show. */
const NOTE = 'echo "$TASK_NAME" >> "{{ .notes }}"';
const HANG = 'echo ready; sleep 60 & wait';
const TRAP = "trap 'echo asked' INT";
const quoted = (...script: string[]) => JSON.stringify(script);
const ALL = `
    on_error: { script: ${quoted(NOTE, 'echo handled')} }
    on_cancel: { env: { WHO: cancel }, script: ${quoted(NOTE, TOLD, 'echo "$WHO"')} }
    finally: { script: ${quoted(NOTE, TOLD)} }`;

const PIPELINES = `
pipelines:
  good:
    concurrency: 9
    tasks: { a: { script: [echo a] } }${ALL}
  bad:
    concurrency: 9
    tasks:
      a: { script: ['echo out; echo err >&2; exit 3'] }
      b: { depends_on: [a], script: [echo b] }${ALL}
  hangs:
    concurrency: 9
    tasks:
      a: { script: ${quoted(TRAP, HANG)} }
      b: { depends_on: [a], script: [echo b] }${ALL}
  slow_stop:
    kill_grace: 1h
    tasks: { a: { script: ${quoted("trap 'echo stopping; sleep 60' INT", HANG)} } }${ALL}
  empty: { tasks: {}, finally: { script: ${quoted(NOTE, TOLD)} } }
  half:
    concurrency: 9
    continue_running_tasks_after_failure: true
    tasks: { a: { script: [exit 4] }, b: { script: ${quoted(HANG)} } }
    on_cancel: { script: ${quoted(TOLD)} }
    finally: { script: ${quoted(TOLD)} }
  wrong:
    concurrency: 9
    tasks: { a: { script: ${quoted(HANG)} } }
    on_cancel: { script: [exit 5] }
    finally: { script: [exit 6] }
  wrong_end: { tasks: { a: { script: [echo a] } }, finally: { script: [exit 6] } }
  wrong_ends: { tasks: { a: { script: [exit 1] } }, on_error: { script: [exit 5] }, finally: { script: [exit 6] } }
  stubborn:
    concurrency: 9
    kill_grace: 1h
    tasks: { a: { script: ${quoted(HANG)} } }
    on_cancel: { script: ["trap '' INT TERM; echo ready; while :; do sleep 0.05; done"] }
    finally: { script: ${quoted(NOTE)} }
  slow_cancel:
    concurrency: 9
    tasks: { a: { script: ${quoted(HANG)} } }
    on_cancel: { script: ${quoted(TRAP, HANG)} }
    finally: { script: ${quoted(NOTE)} }
  slow_error:
    concurrency: 9
    tasks: { a: { script: [exit 1] } }
    on_error: { script: ${quoted(HANG)} }
    on_cancel: { script: ${quoted(TOLD)} }
    finally: { script: ${quoted(TOLD)} }
  slow_end:
    concurrency: 9
    timeout: 1h
    tasks: { a: { script: [echo a] } }
    on_cancel: { script: ${quoted(NOTE)} }
    finally: { script: ['echo ready; until [ -e "{{ .go }}" ]; do sleep 0.02; done; echo "[{{ .jobStatus }}]"'] }
  timed:
    timeout: 300ms
    tasks: { a: { script: [sleep 60] } }
    finally: { script: ['sleep 0.5; echo "{{ .jobStatus }} {{ .failedTaskError }}"'] }
  one:
    queue_limit: 1
    queue_strategy: replace
    tasks: { a: { script: ['until [ -e "{{ .go }}" ]; do sleep 0.02; done'] } }
    on_cancel: { script: ${quoted(NOTE)} }
    finally: { script: ['until [ -e "{{ .go }}2" ]; do sleep 0.02; done', ${JSON.stringify(NOTE)}] }
`;

let service: TestService;
let env: Record<string, string>;
beforeAll(async () => {
  env = { DATABASE_URL: await freshDatabase(), HOLDFAST_PATH: pipelinesFolder(PIPELINES) };
  service = new TestService(env);
  await service.greeting();
});
afterAll(() => service.stop('SIGKILL'));

const schedule = (pipeline: string, variables: Record<string, unknown> = {}, of = service) => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-handlers-'));
  const files = { notes: join(folder, 'notes'), go: join(folder, 'go') };
  const ran = () => (existsSync(files.notes) ? readFileSync(files.notes, 'utf8').trim().split('\n') : []);
  return of.schedule(pipeline, { tag: '', ...files, ...variables }).then((id) => ({ id, ran, ...files }));
};
/** Empty where the task is not there yet, as a handler that has not begun. */
const stdout = async (id: string, task: string, of = service) =>
  ((await of.logs(id, task)) as { stdout?: string }).stdout ?? '';
const ready = (id: string, task: string, of = service) =>
  until(`${task} is ready`, async () => (await stdout(id, task, of)).startsWith('ready'));
const cancel = async (id: string, more = '') => {
  expect(await service.call('POST', `/job/cancel?id=${id}${more}`)).toMatchObject({
    status: 200,
    body: true,
  });
};
const summary = async (id: string) => {
  const { body } = await service.get<{ jobs: JobSummaryResponse[] }>('/jobs?limit=100');
  return body.jobs.find((job) => job.id === id);
};

describe('on_cancel (6.8)', () => {
  test('runs after a user’s cancel of a job that had started, once its tasks have stopped, and finally after it', async () => {
    const { id, ran } = await schedule('hangs', { tag: 'v1', jobStatus: 'forged', failedTaskName: 'forged' });
    await ready(id, 'a');
    await cancel(id);
    const job = await service.completed(id);
    expect(job.tasks.map(({ name }) => name)).toEqual(['a', 'b', 'on_cancel', 'finally']);
    expect(taskStates(job)).toEqual({ a: 'canceled', b: 'canceled', on_cancel: 'done', finally: 'done' });
    expect(ran()).toEqual(['on_cancel', 'finally']);
    expect(job).toMatchObject({ canceled: true, errored: false });
    expect(job).not.toHaveProperty('lastError');
    expect(Object.hasOwn(job.tasks[2] ?? {}, 'dependsOn')).toBe(false);
    expect(await stdout(id, 'on_cancel')).toBe('[canceled] [] [] [] [] [] v1 on_cancel\ncancel\n');
    expect(await stdout(id, 'finally')).toBe('[canceled] [] [] [] [] [] v1 finally\n');
    const [a, , onCancel, last] = job.tasks.map(({ start, end }) => ({
      start: String(start),
      end: String(end),
    }));
    expect(String(onCancel?.start) >= String(a?.end) && String(last?.start) >= String(onCancel?.end)).toBe(
      true,
    );
    expect(String(job.end) >= String(last?.end)).toBe(true);
  });

  test('runs neither after a success nor after a failure', async () => {
    for (const pipeline of ['good', 'bad']) {
      const { id, ran } = await schedule(pipeline);
      await service.completed(id);
      expect(ran()).not.toContain('on_cancel');
    }
  });

  test('is told of the task that had failed before the cancel, whose error the job keeps', async () => {
    const { id } = await schedule('half');
    await ready(id, 'b');
    await until('a has failed', async () => taskStates(await service.job(id))['a'] === 'error');
    await cancel(id);
    expect(await service.completed(id)).toMatchObject({
      canceled: true,
      errored: true,
      lastError: 'exit status 4',
    });
    for (const task of ['on_cancel', 'finally'])
      expect(await stdout(id, task)).toBe(`[canceled] [a] [4] [exit status 4] [] [] - ${task}\n`);
  });

  test('runs after an on_error that the cancel stops', async () => {
    const { id } = await schedule('slow_error');
    await ready(id, 'on_error');
    await cancel(id);
    const job = await service.completed(id);
    expect(job.tasks.map(({ name, status }) => [name, status])).toEqual([
      ['a', 'error'],
      ['on_error', 'canceled'],
      ['on_cancel', 'done'],
      ['finally', 'done'],
    ]);
    expect(await stdout(id, 'on_cancel')).toBe('[canceled] [a] [1] [exit status 1] [] [] - on_cancel\n');
  });

  test('runs after a first cancel with force, too', async () => {
    const { id, ran } = await schedule('hangs');
    await ready(id, 'a');
    await cancel(id, '&force=true');
    await service.completed(id);
    expect(ran()).toEqual(['on_cancel', 'finally']);
    expect(await stdout(id, 'a')).toBe('ready\n');
  });
});

describe('finally (6.8)', () => {
  test('runs after a success, with nothing that failed', async () => {
    const { id, ran } = await schedule('good');
    const job = await service.completed(id);
    expect(taskStates(job)).toEqual({ a: 'done', finally: 'done' });
    expect(job).toMatchObject({ errored: false, canceled: false });
    expect(ran()).toEqual(['finally']);
    expect(await stdout(id, 'finally')).toBe('[done] [] [] [] [] [] - finally\n');
  });

  test('runs after on_error, with the failure that this was for', async () => {
    const { id, ran } = await schedule('bad');
    const job = await service.completed(id);
    expect(job.tasks.map(({ name }) => name)).toEqual(['a', 'b', 'on_error', 'finally']);
    expect(job).toMatchObject({ errored: true, lastError: 'exit status 3' });
    expect(ran()).toEqual(['on_error', 'finally']);
    expect(await stdout(id, 'finally')).toBe('[error] [a] [3] [exit status 3] [out\n] [err\n] - finally\n');
  });

  test('runs for a job without tasks', async () => {
    const { id, ran } = await schedule('empty');
    expect(taskStates(await service.completed(id))).toEqual({ finally: 'done' });
    expect(ran()).toEqual(['finally']);
  });

  test('runs for a rerun of which all is carried over', async () => {
    const { id } = await schedule('wrong_end');
    await service.completed(id);
    const { body } = await service.call<{ jobId: string }>('POST', `/job/rerun?id=${id}&from=failed`);
    const job = await service.completed(body.jobId);
    expect(job.tasks).toMatchObject([
      { name: 'a', status: 'done', carriedOver: true },
      { name: 'finally', status: 'error' },
    ]);
  });

  test('has the time that it needs, whatever the timeout of its pipeline', async () => {
    const { id } = await schedule('timed');
    expect(await service.completed(id)).toMatchObject({ lastError: 'timed out after 300ms' });
    expect(await stdout(id, 'finally')).toBe('error timed out after 300ms\n');
  });

  test('keeps its job running, and with it the room of the job, until it has ended', async () => {
    const [one, next] = [await schedule('one'), await schedule('one')];
    writeFileSync(one.go, '');
    await until('finally runs', async () => taskStates(await service.job(one.id))['finally'] === 'running');
    expect(await service.job(one.id)).toMatchObject({ completed: false, end: null, status: 'running' });
    expect(await service.job(next.id)).toMatchObject({ start: null });
    writeFileSync(`${one.go}2`, '');
    expect(await service.completed(one.id)).toMatchObject({ errored: false });
    for (const file of [next.go, `${next.go}2`]) writeFileSync(file, '');
    await service.completed(next.id);
  });
});

test('a job that never started runs neither: canceled or replaced while it waited (6.8)', async () => {
  const running = await schedule('one');
  const canceled = await schedule('one');
  await cancel(canceled.id);
  const replaced = await schedule('one');
  const last = await schedule('one');
  for (const { id, ran } of [canceled, replaced]) {
    const job = await service.completed(id);
    expect(taskStates(job)).toEqual({ a: 'canceled' });
    expect(job).toMatchObject({ canceled: true, start: null });
    expect(ran()).toEqual([]);
  }
  for (const { id, go } of [running, last]) {
    for (const file of [go, `${go}2`]) writeFileSync(file, '');
    await service.completed(id);
  }
});

describe('the outcome of on_cancel and finally (6.8)', () => {
  test('changes no last error, nor makes a canceled job errored', async () => {
    const { id } = await schedule('wrong');
    await ready(id, 'a');
    await cancel(id);
    const job = await service.completed(id);
    expect(job.tasks).toMatchObject([
      { name: 'a', status: 'canceled' },
      { name: 'on_cancel', status: 'error', exitCode: 5 },
      { name: 'finally', status: 'error', exitCode: 6 },
    ]);
    for (const told of [job, await summary(id)]) {
      expect(told).toMatchObject({ canceled: true, errored: false, status: 'canceled' });
      expect(told).not.toHaveProperty('lastError');
    }
  });

  test('changes no last error of a failed job', async () => {
    const { id } = await schedule('wrong_ends');
    const job = await service.completed(id);
    for (const told of [job, await summary(id)])
      expect(told).toMatchObject({ errored: true, lastError: 'exit status 1', status: 'error' });
  });

  test('makes a job errored whose finally alone has failed, without a last error (5.7)', async () => {
    const { id } = await schedule('wrong_end');
    const job = await service.completed(id);
    for (const told of [job, await summary(id)]) {
      expect(told).toMatchObject({ errored: true, canceled: false, status: 'error' });
      expect(told).not.toHaveProperty('lastError');
    }
  });
});

describe('a second cancel (6.8)', () => {
  test('asks on_cancel to end, and finally never begins', async () => {
    const { id, ran } = await schedule('slow_cancel');
    await ready(id, 'a');
    await cancel(id);
    await ready(id, 'on_cancel');
    await cancel(id);
    const job = await service.completed(id);
    expect(taskStates(job)).toEqual({ a: 'canceled', on_cancel: 'canceled', finally: 'canceled' });
    expect(job.tasks[2]).toMatchObject({ start: null, skipped: false });
    expect(job.tasks[2]?.end).not.toBeNull();
    expect(await stdout(id, 'on_cancel')).toBe('ready\nasked\n');
    expect(ran()).toEqual([]);
  });

  test('with force kills a handler at once that does not listen', async () => {
    const { id, ran } = await schedule('stubborn');
    await ready(id, 'a');
    await cancel(id);
    await ready(id, 'on_cancel');
    await cancel(id);
    expect(await service.job(id)).toMatchObject({ completed: false });
    await cancel(id, '&force=true');
    expect(taskStates(await service.completed(id))).toMatchObject({
      on_cancel: 'canceled',
      finally: 'canceled',
    });
    expect(ran()).toEqual([]);
  });

  test('that comes before the handlers leaves them to run', async () => {
    const { id, ran } = await schedule('slow_stop');
    await ready(id, 'a');
    await cancel(id);
    await until('a is stopping', async () => (await stdout(id, 'a')) === 'ready\nstopping\n');
    await cancel(id);
    expect(taskStates(await service.job(id))).toEqual({ a: 'running' });
    await cancel(id, '&force=true');
    expect(taskStates(await service.completed(id))).toMatchObject({ on_cancel: 'done', finally: 'done' });
    expect(ran()).toEqual(['on_cancel', 'finally']);
  });

  test('kills a finally that a first cancel has left to run: the job is canceled then, without on_cancel', async () => {
    const { id, ran, go } = await schedule('slow_end');
    await ready(id, 'finally');
    await cancel(id);
    writeFileSync(go, '');
    const job = await service.completed(id);
    expect(taskStates(job)).toEqual({ a: 'done', finally: 'done' });
    expect(job).toMatchObject({ canceled: true, errored: false });
    expect(await stdout(id, 'finally')).toBe('ready\n[done]\n');
    expect(ran()).toEqual([]);

    const other = await schedule('slow_end');
    await ready(other.id, 'finally');
    await cancel(other.id);
    await cancel(other.id);
    expect(taskStates(await service.completed(other.id))).toEqual({ a: 'done', finally: 'canceled' });
  });

  test('is what a first cancel with force is to a finally that runs', async () => {
    const { id } = await schedule('slow_end');
    await ready(id, 'finally');
    await cancel(id, '&force=true');
    const job = await service.completed(id);
    expect(taskStates(job)).toEqual({ a: 'done', finally: 'canceled' });
    expect(job).toMatchObject({ canceled: true });
  });
});

describe('a worker', () => {
  test.each(['SIGKILL', 'SIGTERM'] as const)(
    'that ends by %s while finally runs does not run it again, and the job ends',
    async (signal) => {
      const own = {
        ...env,
        DATABASE_URL: await freshDatabase(),
        HOLDFAST_WORKER_NAME: 'w',
        HOLDFAST_GRACE: '0s',
      };
      const first = new TestService(own);
      const { id } = await schedule('slow_end', {}, first);
      await ready(id, 'finally', first);
      await first.stop(signal);
      const second = new TestService(own);
      const job = await second.completed(id);
      expect(job.tasks).toMatchObject([
        { name: 'a', status: 'done' },
        {
          name: 'finally',
          status: 'error',
          error:
            signal === 'SIGKILL'
              ? 'the worker "w" was lost while the task ran'
              : 'the worker was shut down while the task ran',
        },
      ]);
      expect(job).toMatchObject({ errored: true, canceled: false });
      expect(job).not.toHaveProperty('lastError');
      expect(await stdout(id, 'finally', second)).toMatch(/^ready\n(\n\[holdfast: .*\]\n)?$/);
      await second.stop();
    },
  );

  test('that is killed while on_cancel runs leaves finally to its successor', async () => {
    const own = { ...env, DATABASE_URL: await freshDatabase(), HOLDFAST_WORKER_NAME: 'w' };
    const first = new TestService(own);
    const { id, ran } = await schedule('slow_cancel', {}, first);
    await ready(id, 'a', first);
    await first.call('POST', `/job/cancel?id=${id}`);
    await ready(id, 'on_cancel', first);
    await first.stop('SIGKILL');
    const second = new TestService(own);
    const job = await second.completed(id);
    expect(taskStates(job)).toEqual({ a: 'canceled', on_cancel: 'error', finally: 'done' });
    expect(job).toMatchObject({ canceled: true, errored: false });
    expect(ran()).toEqual(['finally']);
    await second.stop();
  });
});

test('a job keeps the handlers that it was scheduled with, whatever is loaded meanwhile (9.7)', async () => {
  const file = (last: string) =>
    `pipelines: { p: { tasks: { a: { script: ['until [ -e go ]; do sleep 0.02; done'] } }, ${last} } }`;
  const folder = pipelinesFolder(file('finally: { script: [echo old] }'));
  const one = new TestService({ DATABASE_URL: await freshDatabase(), HOLDFAST_PATH: folder }, folder);
  const id = await one.schedule('p');
  writeFileSync(join(folder, 'pipelines.yml'), file('on_error: { script: [echo new] }'));
  one.process.kill('SIGUSR1');
  await until('it is loaded', () => one.output.includes('pipelines loaded: changed p'));
  writeFileSync(join(folder, 'go'), '');
  expect(taskStates(await one.completed(id))).toEqual({ a: 'done', finally: 'done' });
  expect(await stdout(id, 'finally', one)).toBe('old\n');
  await one.stop();
});

test('a file with a task of such a name does not load, and the start says so (9.6)', async () => {
  const folder = pipelinesFolder('pipelines: { p: { tasks: { finally: { script: [x] } } } }');
  const one = new TestService({ DATABASE_URL: await freshDatabase(), HOLDFAST_PATH: folder });
  expect(await one.exited).toBe(1);
  expect(one.output).toContain(
    'a task must not be called "finally", the name is that of the handler that runs last',
  );
});
