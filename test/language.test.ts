import { readFileSync, writeFileSync } from 'node:fs';
import { freshDatabase } from './support/database.js';
import { pipelinesFolder, taskStates, TestService } from './support/service.js';
import { until } from './support/wait.js';

const PIPELINES = `
pipelines:
  handled:
    env: { WHO: pipeline }
    tasks:
      good: { script: [echo fine] }
      bad:
        depends_on: [good]
        script:
          - |
            echo "out; touch pwned-out" ; echo 'err \`touch pwned-err\` $(touch pwned-sub)' >&2
          - exit 3
      never: { depends_on: [bad], script: [echo never] }
    on_error:
      env: { WHO: handler }
      script:
        - echo "{{ .failedTaskName }} {{ .failedTaskExitCode }} {{ .failedTaskError }} {{ .tag }} $TASK_NAME $WHO"
        - echo {{ .failedTaskStdout }}
        - printf '%s' '{{ .failedTaskStderr }}'
  badhandler:
    tasks: { bad: { script: [exit 1] } }
    on_error: { script: [exit 9] }
  loudfailure:
    tasks: { bad: { script: ["head -c 300000 /dev/zero | tr '\\\\0' x; printf '\\\\0end'; exit 1"] } }
    on_error: { script: ['printf %s "{{ .failedTaskStdout }}" | wc -c', 'printf %s "{{ .failedTaskStdout }}" | tail -c 3'] }
  slow:
    concurrency: 9
    tasks:
      slow: { timeout: 300ms, script: ["trap 'echo stopping; exit 0' INT; while :; do sleep 0.02; done"] }
      next: { depends_on: [slow], script: [echo next] }
  slowpipeline:
    timeout: 400ms
    continue_running_tasks_after_failure: true
    tasks:
      quick: { script: [echo quick] }
      slow: { script: [sleep 60] }
      other: { timeout: 1h, script: [sleep 60] }
    on_error: { script: [sleep 0.6; echo handled] }
  soon:
    queue_limit: 3
    queue_strategy: replace
    start_delay: 300ms
    tasks: { t: { script: [echo t] } }
  tenants:
    queue_strategy: partitioned_replace
    queue_partition_limit: 1
    tasks: { t: { script: ['until [ -e go ]; do sleep 0.02; done'] } }
  single:
    queue_limit: 0
    tasks: { t: { script: ['until [ -e go ]; do sleep 0.02; done'] } }
  values:
    tasks:
      say: { script: ['printf %s "{{ .big }}" | wc -c', 'printf %s {{ .number }} {{ .float }}'] }
  ends:
    continue_running_tasks_after_failure: true
    tasks:
      early: { script: ['exit 3', 'echo {{ .nope }}'] }
      late: { allow_failure: true, script: ['false', 'echo {{ .nope }}'] }
  nul:
    tasks: { nul: { script: ['{{ printf "a%cecho injected" 0 }}'] } }
  printed: { tasks: { t: { script: ['echo "{{ .text }} {{ .number }} {{ .list }} {{ .map }}"'] } } }
  options:
    tasks:
      keeps: { script: ['x=1; set -u', 'echo "$x"', 'echo "\${nope}"', 'echo unreached'] }
`;

let service: TestService;
let folder: string;
beforeAll(async () => {
  folder = pipelinesFolder(PIPELINES);
  service = new TestService({ DATABASE_URL: await freshDatabase(), HOLDFAST_PATH: folder }, folder);
  await service.greeting();
});
afterAll(() => service.stop());

describe('on_error (6.6)', () => {
  test('runs last, is told of the failure over the job’s own variables, and what the task printed is no code (6.7)', async () => {
    const id = await service.schedule('handled', { tag: 'v1', failedTaskName: 'forged' });
    const job = await service.completed(id);
    expect(job).toMatchObject({ errored: true, canceled: false, lastError: 'exit status 3' });
    expect(job.tasks.map(({ name }) => name)).toEqual(['good', 'bad', 'never', 'on_error']);
    expect(taskStates(job)).toEqual({ good: 'done', bad: 'error', never: 'skipped', on_error: 'done' });
    expect(Object.hasOwn(job.tasks[3] ?? {}, 'dependsOn')).toBe(false);
    const { stdout } = await service.logs(id, 'on_error');
    expect(stdout).toBe(
      'bad 3 exit status 3 v1 on_error handler\nout; touch pwned-out\nerr `touch pwned-err` $(touch pwned-sub)\n',
    );
    for (const name of ['out', 'err', 'sub'])
      expect(() => readFileSync(`${folder}/pwned-${name}`)).toThrow('ENOENT');
  });

  test('does not change the last error by its own outcome', async () => {
    const job = await service.completed(await service.schedule('badhandler'));
    expect(job).toMatchObject({ errored: true, lastError: 'exit status 1' });
    expect(job.tasks[1]).toMatchObject({ name: 'on_error', errored: true, exitCode: 9 });
  });

  test('gets the end of what was printed, where that is much', async () => {
    const id = await service.schedule('loudfailure');
    await service.completed(id);
    const { stdout } = await service.logs(id, 'on_error');
    expect(stdout).toMatch(/^\d+\nend$/);
    expect(Number(stdout.split('\n')[0])).toBeGreaterThan(60_000);
  });
});

describe('timeout', () => {
  test('of a task kills it as a cancel does, and it ends as an error that says so', async () => {
    const id = await service.schedule('slow');
    const job = await service.completed(id);
    expect(job).toMatchObject({ errored: true, canceled: false, lastError: 'timed out after 300ms' });
    expect(job.tasks).toMatchObject([
      { name: 'slow', status: 'error', exitCode: -1, error: 'timed out after 300ms' },
      { name: 'next', status: 'skipped' },
    ]);
    expect((await service.logs(id, 'slow')).stdout).toBe('stopping\n');
  });

  test('of a pipeline ends what runs then, and leaves its on_error the time it needs', async () => {
    const id = await service.schedule('slowpipeline');
    const job = await service.completed(id);
    expect(job.tasks).toMatchObject([
      { name: 'other', status: 'error', error: 'timed out after 400ms' },
      { name: 'quick', status: 'done' },
      { name: 'slow', status: 'error', error: 'timed out after 400ms' },
      { name: 'on_error', status: 'done' },
    ]);
  });
});

describe('the wait list of a running service', () => {
  const list = async () =>
    (await service.get<{ pipelines: { pipeline: string; schedulable: boolean }[] }>('/pipelines')).body
      .pipelines;

  test('starts a delayed job by itself (7.5)', async () => {
    const id = await service.schedule('soon');
    expect(await service.job(id)).toMatchObject({ start: null, completed: false });
    expect(await service.completed(id)).toMatchObject({ errored: false });
  });

  test('tells whether scheduling would be accepted, and turns away when not (7.7, 4.2)', async () => {
    const id = await service.schedule('single');
    expect(await list()).toContainEqual({ pipeline: 'single', schedulable: false, running: true });
    const refused = await service.call('POST', '/pipelines/schedule', '{"pipeline":"single"}');
    expect(refused).toMatchObject({
      status: 400,
      body: { error: 'Error scheduling pipeline: concurrency exceeded and queueing disabled for pipeline' },
    });
    await service.call('POST', `/job/cancel?id=${id}`);
    await service.completed(id);
    expect(await list()).toContainEqual({ pipeline: 'single', schedulable: true, running: false });
  });

  test('replaces per tenant (7.4)', async () => {
    const schedule = async (queuePartition: string) => {
      const body = JSON.stringify({ pipeline: 'tenants', queuePartition });
      return (await service.call<{ jobId: string }>('POST', '/pipelines/schedule', body)).body.jobId;
    };
    const running = await schedule('x');
    const [a, b, again] = [await schedule('a'), await schedule('b'), await schedule('a')];
    expect(await service.job(a)).toMatchObject({ canceled: true, completed: true, start: null });
    writeFileSync(`${folder}/go`, '');
    for (const id of [running, b, again])
      expect(await service.completed(id)).toMatchObject({ errored: false, canceled: false });
    const [first, second] = [await service.job(b), await service.job(again)];
    expect(String(first.start) <= String(second.start)).toBe(true);
  });
});

describe('a delayed job', () => {
  test('starts on time after a restart, too: its time is the database’s (7.5, 10.2)', async () => {
    const at = pipelinesFolder(
      'pipelines: { p: { queue_limit: 1, start_delay: 2s, tasks: { t: { script: [echo t] } } } }',
    );
    const env = { DATABASE_URL: await freshDatabase(), HOLDFAST_PATH: at };
    const first = new TestService(env);
    const id = await first.schedule('p');
    await first.stop('SIGKILL');
    const second = new TestService(env);
    expect(await second.completed(id)).toMatchObject({ errored: false });
    await second.stop();
  });
});

describe('values', () => {
  test('are not themselves rendered as templates (8.5), and whole numbers print as written (8.2)', async () => {
    const id = await service.schedule('printed', {
      text: '{{ .number }}',
      number: 1_000_000,
      list: ['a', 1],
      map: { k: 'v', a: 2 },
    });
    await service.completed(id);
    expect((await service.logs(id, 't')).stdout).toBe('{{ .number }} 1000000 [a 1] map[a:2 k:v]\n');
  });

  test('of 128 KiB and more reach a task (8.3)', async () => {
    const id = await service.schedule('values', { big: 'é '.repeat(100_000), number: 1_000_000, float: 0.5 });
    await until('the job is completed', async () => (await service.job(id)).completed);
    expect(await service.logs(id, 'say')).toEqual({ stdout: '300000\n10000000.5', stderr: '' });
  });
});

describe('an entry that cannot be rendered (6.4)', () => {
  test('ends the task when its turn comes, also under allow_failure, and not where the script has ended before (8.7)', async () => {
    const { tasks } = await service.completed(await service.schedule('ends'));
    expect(tasks).toMatchObject([
      { name: 'early', status: 'error', error: 'exit status 3' },
      {
        name: 'late',
        status: 'error',
        exitCode: -1,
        error: expect.stringContaining('map has no entry for key "nope"') as string,
      },
    ]);
  });

  test('is one with NUL in it', async () => {
    const id = await service.schedule('nul');
    expect((await service.completed(id)).tasks).toMatchObject([{ error: 'a script must not contain NUL' }]);
    expect(await service.logs(id, 'nul')).toEqual({ stdout: '', stderr: '' });
  });
});

test('variables and options of the shell persist from entry to entry (8.7)', async () => {
  const id = await service.schedule('options');
  expect(await service.completed(id)).toMatchObject({ errored: true });
  expect(await service.logs(id, 'keeps')).toEqual({
    stdout: '1\n',
    stderr: expect.stringContaining('unbound variable') as string,
  });
});

describe('declared variables', () => {
  test('that do not fit are refused, every problem named, and defaults are filled in', async () => {
    const declared = pipelinesFolder(`
pipelines:
  deploy:
    variables:
      tag: { type: string, pattern: '^v[0-9]+$', required: true }
      stage: { enum: [staging, live], default: staging }
      count: { type: integer, minimum: 1 }
    tasks: { t: { script: ['echo "{{ .tag }} {{ .stage }}"'] } }
`);
    const one = new TestService({ DATABASE_URL: await freshDatabase(), HOLDFAST_PATH: declared });
    const schedule = (variables: object) =>
      one.call<{ error: string; jobId: string }>(
        'POST',
        '/pipelines/schedule',
        JSON.stringify({ pipeline: 'deploy', variables }),
      );
    const { body } = await one.get<{ pipelines: object[] }>('/pipelines');
    expect(body.pipelines[0]).toMatchObject({
      variables: { tag: { required: true, schema: { type: 'string', pattern: '^v[0-9]+$' } } },
    });
    const refused = await schedule({ stage: 'moon', count: 0 });
    expect(refused.status).toBe(400);
    expect(refused.body.error).toMatch(/^Error scheduling pipeline: /);
    for (const name of ['"tag" is required', '"stage"', '"count"'])
      expect(refused.body.error).toContain(name);
    const taken = await schedule({ tag: 'v12', extra: [1] });
    expect(taken.status).toBe(202);
    const job = await one.completed(taken.body.jobId);
    expect(job.variables).toEqual({ tag: 'v12', stage: 'staging', extra: [1] });
    expect((await one.logs(taken.body.jobId, 't')).stdout).toBe('v12 staging\n');
    await one.stop();
  });
});

describe('a reload (9.6, 9.7)', () => {
  const file = (at: string, text: string) => {
    writeFileSync(`${at}/pipelines.yml`, text);
  };
  const names = async (one: TestService) =>
    (await one.get<{ pipelines: { pipeline: string }[] }>('/pipelines')).body.pipelines.map(
      ({ pipeline }) => pipeline,
    );
  const pipeline = (name: string, text: string) => `  ${name}: { tasks: { t: { script: [${text}] } } }\n`;

  test('by SIGUSR1 takes what is right and keeps the old set for what is wrong; jobs keep their definition', async () => {
    const at = pipelinesFolder(
      `pipelines:\n${pipeline('p', '"until [ -e go ]; do sleep 0.02; done; echo old"')}`,
    );
    const one = new TestService({ DATABASE_URL: await freshDatabase(), HOLDFAST_PATH: at }, at);
    const ids = [await one.schedule('p'), await one.schedule('p')];
    file(at, `pipelines:\n${pipeline('p', 'echo new')}${pipeline('q', 'echo q')}`);
    one.process.kill('SIGUSR1');
    await until('it is loaded', () => one.output.includes('pipelines loaded: added q; changed p'));
    expect(await names(one)).toEqual(['p', 'q']);

    file(at, 'pipelines: {p: {concurrency: -1}}');
    one.process.kill('SIGUSR1');
    await until('it is refused', () => one.output.includes('the pipelines stay as they were'));
    expect(one.output).toContain('concurrency must be greater than 0');
    expect(await names(one)).toEqual(['p', 'q']);

    const later = await one.schedule('p');
    file(at, `pipelines:\n${pipeline('q', 'echo q')}`);
    one.process.kill('SIGUSR1');
    await until('it is gone', () => one.output.includes('pipelines loaded: removed p'));
    writeFileSync(`${at}/go`, '');
    for (const id of ids) {
      await one.completed(id);
      expect((await one.logs(id, 't')).stdout).toBe('old\n');
    }
    await one.completed(later);
    expect((await one.logs(later, 't')).stdout).toBe('new\n');
    await one.stop();
  });

  test('comes by itself where files are watched', async () => {
    const at = pipelinesFolder(`pipelines:\n${pipeline('p', 'echo p')}`);
    const one = new TestService(
      { DATABASE_URL: await freshDatabase(), HOLDFAST_PATH: at, HOLDFAST_WATCH: 'on' },
      at,
    );
    expect(await names(one)).toEqual(['p']);
    file(at, `pipelines:\n${pipeline('q', 'echo q')}`);
    await until('it is there', async () => (await names(one)).includes('q'));
    await one.stop();
  });
});
