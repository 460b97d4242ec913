import { freshDatabase } from './support/database.js';
import { pipelinesFolder, serviceOf, taskStates, TestService } from './support/service.js';
import { until } from './support/wait.js';

/** Ends well when it is asked to end, as many servers do. */
const POLITE = `node -e 'process.on("SIGINT",()=>process.exit(0)); setTimeout(()=>{},60000); console.log("ready")'`;
const PUBLISH = `[${JSON.stringify(POLITE)}, 'echo PUBLISH']`;
/** Needs longer than the default grace. */
const SLOW = `trap 'sleep 2.5; echo cleaned' INT; echo ready; sleep 60 & wait`;
const PIPELINES = `
pipelines:
  publish: { concurrency: 9, tasks: { t: { script: ${PUBLISH} } } }
  task_timeout: { tasks: { t: { timeout: 3s, script: ${PUBLISH} } } }
  pipeline_timeout: { timeout: 3s, tasks: { t: { script: ${PUBLISH} } } }
  failing_sibling:
    tasks:
      t: { script: ${PUBLISH} }
      other: { script: ['sleep 2; exit 1'] }
  slow: { concurrency: 9, kill_grace: 1m, tasks: { t: { script: [${JSON.stringify(SLOW)}] } } }
  stubborn:
    kill_grace: 1h
    tasks: { t: { script: ["trap 'echo no; sleep 60' INT; echo ready; sleep 60 & wait"] } }
  signals:
    kill_signal: TERM
    tasks:
      own: { kill_signal: SIGUSR1, script: ["trap 'echo usr1' USR1; trap 'echo term' TERM; echo ready; sleep 60 & wait"] }
      common: { script: ["trap 'echo usr1' USR1; trap 'echo term' TERM; echo ready; sleep 60 & wait"] }
  tee:
    tasks: { t: { script: ["bash -c 'exec > >(sleep 0.3; tee /dev/null) 2>&1; echo starting; echo REASON; exit 1'"] } }
    on_error: { script: ['printf "mail: [%s]" "{{ .failedTaskStdout }}"'] }
  impatient:
    output_grace: 0s
    tasks: { t: { script: ['(sleep 60; echo late) & echo first'] } }
`;

let service: TestService;
beforeAll(async () => {
  service = await serviceOf(PIPELINES);
  await service.greeting();
});
afterAll(() => service.stop('SIGKILL'));

const stdout = async (id: string, task = 't', of = service) => (await of.logs(id, task)).stdout;
const ready = (id: string, task = 't', of = service) =>
  until('the task is ready', async () => (await stdout(id, task, of)).startsWith('ready'));
const cancel = (id: string, more = '') => service.call('POST', `/job/cancel?id=${id}${more}`);

describe('no entry is run any more', () => {
  test('after a cancel', async () => {
    const id = await service.schedule('publish');
    await ready(id);
    await cancel(id);
    expect(await service.completed(id)).toMatchObject({ canceled: true, errored: false });
    expect(await stdout(id)).toBe('ready\n');
  });

  test.each(['task_timeout', 'pipeline_timeout'])('after a timeout: %s', async (pipeline) => {
    const id = await service.schedule(pipeline);
    expect(await service.completed(id)).toMatchObject({ lastError: 'timed out after 3s' });
    expect(await stdout(id)).not.toContain('PUBLISH');
  });

  test('after the failure of a sibling', async () => {
    const id = await service.schedule('failing_sibling');
    expect(taskStates(await service.completed(id))).toEqual({ t: 'canceled', other: 'error' });
    expect(await stdout(id)).not.toContain('PUBLISH');
  });

  test('after a shutdown of the worker, which waits for the longest grace of its tasks', async () => {
    const env = { DATABASE_URL: await freshDatabase(), HOLDFAST_PATH: pipelinesFolder(PIPELINES) };
    const first = new TestService({ ...env, HOLDFAST_GRACE: '0s' });
    const [publish, slow] = [await first.schedule('publish'), await first.schedule('slow')];
    await ready(publish, 't', first);
    await ready(slow, 't', first);
    expect(await first.stop()).toBe(0);
    expect(first.output).toContain('running tasks are asked to end, for 60 s');
    const second = new TestService(env);
    for (const [id, text] of [
      [publish, 'ready\n'],
      [slow, 'ready\ncleaned\n'],
    ] as const) {
      expect(await second.completed(id)).toMatchObject({
        lastError: 'the worker was shut down while the task ran',
      });
      expect(await stdout(id, 't', second)).toBe(text);
    }
    await second.stop();
  });
});

describe('a task that is stopped', () => {
  test('has the grace of its pipeline', async () => {
    const id = await service.schedule('slow');
    await ready(id);
    await cancel(id);
    expect(await service.completed(id)).toMatchObject({ canceled: true });
    expect(await stdout(id)).toBe('ready\ncleaned\n');
  });

  test('is asked by its own signal, or that of its pipeline', async () => {
    const id = await service.schedule('signals');
    await ready(id, 'own');
    await ready(id, 'common');
    await cancel(id);
    await service.completed(id);
    expect([await stdout(id, 'own'), await stdout(id, 'common')]).toEqual(['ready\nusr1\n', 'ready\nterm\n']);
  });

  test('is killed at once by a second cancel with force, and by no other', async () => {
    const id = await service.schedule('stubborn');
    await ready(id);
    await cancel(id);
    await until('it was asked', async () => (await stdout(id)) === 'ready\nno\n');
    expect(await cancel(id)).toMatchObject({ status: 200, body: true });
    expect(await service.job(id)).toMatchObject({ completed: false });
    expect(await cancel(id, '&force=true')).toMatchObject({ status: 200, body: true });
    expect(await service.completed(id)).toMatchObject({ canceled: true });
  });

  test('is killed at once by a first cancel with force', async () => {
    const id = await service.schedule('stubborn');
    await ready(id);
    await cancel(id, '&force=true');
    expect(await service.completed(id)).toMatchObject({ canceled: true });
    expect(await stdout(id)).toBe('ready\n');
  });

  test('and what force may be is said', async () => {
    expect(await cancel('52a5cb79-7556-4c52-8e6f-dd6aaf1bc4c8', '&force=yes')).toMatchObject({
      status: 400,
      body: { error: 'Invalid force' },
    });
  });
});

describe('the output of a process that goes on when its script has ended', () => {
  test('is all there, for on_error too', async () => {
    const id = await service.schedule('tee');
    await service.completed(id);
    expect(await stdout(id)).toBe('starting\nREASON\n');
    expect(await stdout(id, 'on_error')).toBe('mail: [starting\nREASON\n]');
  });

  test('is waited for no longer than output_grace', async () => {
    const id = await service.schedule('impatient');
    expect(await service.completed(id)).toMatchObject({ errored: false });
    expect(await stdout(id)).toBe('first\n');
  });
});
