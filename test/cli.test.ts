import { randomUUID } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Job, JobsPage, Pipelines } from '../src/cli/ask/answers.js';
import type { JobDetailResponse } from '../src/jobs/job.response.js';
import type { JobsListResponse } from '../src/jobs/list/summary.response.js';
import type { PipelinesOverviewResponse } from '../src/jobs/overview/overview.response.js';
import { freshDatabase } from './support/database.js';
import { EndlessServer } from './support/endless.js';
import { Forward } from './support/forward.js';
import { testWith } from './support/gateway.js';
import { ended, hasTerminals, Holdfast, onTerminal, screenOf } from './support/holdfast.js';
import { pipelinesFolder, TestService } from './support/service.js';
import { SECRET, tokenOf } from './support/token.js';
import { until } from './support/wait.js';

/** What the command line reads of an answer is in it, or this does not compile. */
type Answers = [Job, JobsPage, Pipelines];
type Given = [JobDetailResponse, JobsListResponse, PipelinesOverviewResponse];
const asGiven = (given: Given): Answers => given;

let database: string;
let folder: string;
let service: TestService;
let url: string;
let token: string;

const serviceOf = (more: Record<string, string> = {}) =>
  new TestService(
    {
      DATABASE_URL: database,
      HOLDFAST_PATH: folder,
      HOLDFAST_JWT_SECRET: SECRET,
      HOLDFAST_WORKER_SLOTS: '8',
      ...more,
    },
    folder,
  );

const environment = () => ({ HOLDFAST_URL: url, HOLDFAST_TOKEN: token });
const start = (...args: string[]) => new Holdfast(environment(), args);
const holdfast = (...args: string[]) => ended(start(...args));
const scheduled = async (...args: string[]) => (await holdfast('run', ...args)).stdout.trim();

async function detail(id: string): Promise<JobDetailResponse> {
  const { body } = await service.call<JobDetailResponse>('GET', `/job/detail?id=${id}`, undefined, {
    authorization: `Bearer ${token}`,
  });
  return body;
}
const completed = (id: string) =>
  until(`job ${id} is completed`, async () => {
    const job = await detail(id);
    return job.completed && job;
  });
/** `expect`'s is of any type. */
const matching = (text: RegExp): unknown => expect.stringMatching(text);
const newFile = () => `${folder}/${randomUUID()}`;
const touch = (file: string) => {
  writeFileSync(file, '');
};
const eventsIn = (stdout: string) =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown> & { event: string });

beforeAll(async () => {
  database = await freshDatabase();
  folder = pipelinesFolder(`
pipelines:
  build:
    concurrency: 20
    tasks:
      fetch: { script: [echo fetched] }
      lint: { script: [echo linted], depends_on: [fetch] }
      test: { script: [echo tested], depends_on: [fetch] }
      pack: { script: [echo packed], depends_on: [lint, test] }
  fails:
    concurrency: 20
    tasks:
      prepare: { script: [echo prepared] }
      import: { script: [seq 1 30; echo "no such file" >&2; exit 3], depends_on: [prepare] }
      report: { script: [echo never], depends_on: [import] }
  gate:
    concurrency: 20
    tasks:
      wait: { script: ['echo "it begins"; echo "to stderr" >&2; until [ -e {{ .file }} ]; do sleep 0.05; done; echo "it ends"'] }
  again:
    concurrency: 20
    tasks:
      first: { script: [echo first] }
      second: { script: ['[ -e {{ .file }} ]'], depends_on: [first] }
  echo:
    concurrency: 20
    variables: { n: { type: number }, text: string }
    tasks: { say: { script: ['echo "{{ .text }}"'] } }
  much:
    concurrency: 20
    tasks: { say: { script: [seq 1 100000] } }
  turns:
    tasks:
      say: { script: ['for i in 1 2; do echo o$i; sleep 0.5; echo e$i >&2; sleep 0.5; done'] }
      bar: { script: ['printf " 50%%\\r100%%\\nhalf of it"; sleep 0.5; echo err >&2'] }
  bytes:
    concurrency: 20
    tasks:
      say: { script: ['printf "\\377\\376 begins\\n"; until [ -e {{ .file }} ]; do sleep 0.05; done; printf "goes on\\nends \\303"'] }
  hostile:
    concurrency: 20
    tasks:
      say: { script: ['printf "\\\\033]0;owned\\\\007\\\\033[31mred\\\\033[0m\\\\033[2J\\\\033[6nend\\\\n"; exit 1'] }
  ends:
    continue_running_tasks_after_failure: true
    tasks:
      killed: { script: ['kill -9 $$'] }
      allowed: { script: [exit 1], allow_failure: true }
  wide:
    concurrency: 20
    tasks:
${Array.from({ length: 40 }, (_, index) => `      t${index}: { script: ['true'] }`).join('\n')}
`);
  service = serviceOf();
  url = await service.url();
  token = await tokenOf({ sub: 'j.doe' });
});
afterAll(() => service.stop());

it('reads what the service answers', () => {
  expect(asGiven).toBeDefined();
});

describe('run', () => {
  test('prints the id of the job, which is committed', async () => {
    const { code, stdout, stderr } = await holdfast('run', 'build');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^[0-9a-f-]{36}\n$/);
    expect(await detail(stdout.trim())).toMatchObject({ pipeline: 'build', user: 'j.doe' });
  });

  test('--follow prints each change of a task in a line, and ends with 0 when the job is done', async () => {
    const { code, stdout, stderr } = await holdfast('run', 'build', '--follow');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = stdout.trimEnd().split('\n');
    expect(lines[0]).toMatch(/^[0-9a-f-]{36}$/);
    for (const task of ['fetch', 'lint', 'test', 'pack'])
      expect(lines.filter((line) => line.startsWith(`  ${task}: done (`))).toHaveLength(1);
    expect(lines.at(-1)).toMatch(/^build: done \(/);
    expect(stdout).not.toContain('\x1b');
  });

  test('--follow ends with 1 when the job has failed, and shows what the failed task printed last', async () => {
    const { code, stdout } = await holdfast('run', 'fails', '--follow');
    expect(code).toBe(1);
    expect(stdout).toMatch(/^ {2}import: error, exit status 3 \(/m);
    expect(stdout).toMatch(/^ {2}report: skipped$/m);
    expect(stdout).toContain(
      `import wrote to stdout, the last 20 lines:\n${Array.from({ length: 20 }, (_, index) => index + 11).join('\n')}\n`,
    );
    expect(stdout).toContain('import wrote to stderr:\nno such file\n');
    expect(stdout).not.toContain('prepared');
  });

  test('--follow and show say what an exit code means, and one that was allowed', async () => {
    const { stdout } = await holdfast('run', 'ends', '--follow');
    expect(stdout).toMatch(/^ {2}killed: error, exit status 137 \(SIGKILL, as where memory runs out\) \(/m);
    expect(stdout).toMatch(/^ {2}allowed: done, exit status 1, allowed \(/m);
    const shown = await holdfast('show', stdout.split('\n')[0] ?? '');
    expect(shown.stdout).toMatch(/ killed .* exit status 137 \(SIGKILL, as where memory runs out\)$/m);
    expect(shown.stdout).toMatch(/ allowed .* exit status 1, allowed$/m);
  });

  test('--follow ends with 3 when the job was canceled', async () => {
    const run = start('run', 'gate', '-v', `file=${newFile()}`, '--follow');
    await run.says('wait: running');
    expect(await holdfast('cancel', run.lines[0] ?? '')).toMatchObject({ code: 0 });
    expect(await run.exited).toBe(3);
    expect(run.lines.at(-1)).toMatch(/^gate: canceled/);
  });

  test('hands variables over as texts and as JSON, whole numbers as they are written', async () => {
    const id = await scheduled(
      'echo',
      '-v',
      'text=a=b "c"',
      '-v',
      'n:=1e2',
      '-v',
      'list:=[1,"x"]',
      '-v',
      'empty=',
    );
    expect((await completed(id)).variables).toEqual({ text: 'a=b "c"', n: 100, list: [1, 'x'], empty: '' });
    const { code, stderr } = await holdfast('run', 'echo', '-v', 'text=x', '-v', 'n:=9007199254740993');
    expect(code).toBe(4);
    expect(stderr).toContain('9007199254740993');
  });

  test.each([
    [['run'], "missing required argument 'pipeline'"],
    [['run', 'build', '-v', 'text'], '-v text: expected key=text or key:=json'],
    [['run', 'build', '-v', 'n:=x'], '-v n:=x: what follows := is no JSON; a text is written n=…'],
    [['run', 'build', '-v', 'a=1', '-v', 'a=2'], '-v a=2: there are two of "a"'],
    [['run', 'build', '--folow'], "unknown option '--folow' (Did you mean --follow?)"],
    [['cancle', 'x'], "unknown command 'cancle' (Did you mean cancel?)"],
    [
      ['jobs', '--status', 'eror'],
      "option '--status <status>' argument 'eror' is invalid. Did you mean error?",
    ],
    [['jobs', '--from', 'noon'], '--from noon: expected 2h, 3d, 2026-11-23 or 2026-11-23T10:00:00Z'],
    [['--url', 'localhost', 'jobs'], '--url: expected an address such as http://localhost:8080'],
  ])('%j is a mistake that is named in a line, and ends with 2', async (args, message) => {
    expect(await holdfast(...args)).toEqual({ code: 2, stdout: '', stderr: `holdfast: ${message}\n` });
  });

  test('what the service refuses ends with 4, in its words', async () => {
    expect(await holdfast('run', 'nope')).toEqual({
      code: 4,
      stdout: '',
      stderr: 'holdfast: Error scheduling pipeline: pipeline "nope" is not defined\n',
    });
  });

  test('makes one job, however often the answer is lost', async () => {
    const gateway = await Forward.open(url);
    gateway.answersToLose = 2;
    const text = randomUUID();
    const run = new Holdfast({ ...environment(), HOLDFAST_URL: gateway.url }, [
      'run',
      'echo',
      '-v',
      `text=${text}`,
    ]);
    const { code, stdout, stderr } = await ended(run);
    gateway.close();
    expect(code).toBe(0);
    expect(stderr).toMatch(/the connection broke off; asking again, with --idempotency-key [0-9a-f-]{36}\n$/);
    const { jobs } = JSON.parse((await holdfast('jobs', '-q', text, '--json')).stdout) as JobsPage;
    expect(jobs.map(({ id }) => id)).toEqual([stdout.trim()]);
  });

  test('with the same key is the same job', async () => {
    const key = randomUUID();
    const id = await scheduled('build', '--idempotency-key', key);
    expect(await scheduled('build', '--idempotency-key', key)).toBe(id);
  });
});

describe('Ctrl-C while a job is followed', () => {
  test('leaves the job running, says how to go on, and ends with 130', async () => {
    const file = newFile();
    const run = start('run', 'gate', '-v', `file=${file}`, '--follow');
    await run.says('wait: running');
    run.interrupt();
    expect(await run.exited).toBe(130);
    const [id = ''] = run.lines;
    expect(run.stderr).toBe(
      `holdfast: the job goes on; to follow it: holdfast show ${id} --follow, to cancel it: holdfast cancel ${id}\n`,
    );
    expect(await detail(id)).toMatchObject({ status: 'running' });
    const follow = start('show', id, '--follow');
    await follow.says('wait: running');
    touch(file);
    expect(await follow.exited).toBe(0);
  });
});

describe('jobs', () => {
  test('are listed by pipeline, status, user, time and variables', async () => {
    const text = `acme-${randomUUID()}`;
    const mine = await scheduled('echo', '-v', `text=${text}`);
    const other = await ended(
      new Holdfast({ ...environment(), HOLDFAST_TOKEN: await tokenOf({ sub: 'a.other' }) }, [
        'run',
        'fails',
        '-v',
        `text=${text}`,
      ]),
    );
    await completed(mine);
    await completed(other.stdout.trim());
    let told = '';
    const idsOf = async (...args: string[]) => {
      const { code, stdout, stderr } = await holdfast('jobs', '-q', text, ...args);
      expect(code).toBe(0);
      told = stderr;
      return stdout
        .trimEnd()
        .split('\n')
        .slice(1)
        .map((line) => line.split(/\s+/)[0]);
    };
    expect(await idsOf()).toEqual([other.stdout.trim(), mine]);
    expect(await idsOf('--pipeline', 'echo')).toEqual([mine]);
    expect(await idsOf('--status', 'error,canceled')).toEqual([other.stdout.trim()]);
    expect(await idsOf('--user', 'a.other')).toEqual([other.stdout.trim()]);
    expect(await idsOf('--from', '1h')).toHaveLength(2);
    expect(told).toBe('');
    expect(await idsOf('--to', '1h')).toEqual([]);
    expect(told).toBe('holdfast: no jobs\n');
    expect(await idsOf('-n', '1')).toEqual([other.stdout.trim()]);
    expect(told).toBe('holdfast: there may be more; -n tells how many are shown\n');
  });

  test('are a row each, which a pipe gets whole', async () => {
    const text = `${randomUUID()} ${'x'.repeat(300)}`;
    const id = await scheduled('echo', '-v', `text=${text}`, '-v', 'n:=7');
    await completed(id);
    const [heading = '', row = ''] = (await holdfast('jobs', '-q', text.slice(0, 36))).stdout.split('\n');
    expect(heading.split(/\s+/)).toEqual([
      'ID',
      'PIPELINE',
      'STATUS',
      'TASKS',
      'CREATED',
      'TOOK',
      'USER',
      'VARIABLES',
    ]);
    expect(row.split(/ {2,}/)).toEqual([
      id,
      'echo',
      'done',
      '1/1',
      (await detail(id)).created,
      expect.stringMatching(/s$/),
      'j.doe',
      `n:=7 text=${text}`,
    ]);
  });
});

describe('--json', () => {
  test('prints what the service answers', async () => {
    const { stdout } = await holdfast('run', 'build', '--json');
    const { jobId } = JSON.parse(stdout) as { jobId: string };
    expect(stdout).toBe(`${JSON.stringify({ jobId })}\n`);
    const job = await completed(jobId);
    expect(JSON.parse((await holdfast('show', jobId, '--json')).stdout)).toEqual(job);
    expect(JSON.parse((await holdfast('logs', jobId, 'fetch', '--json')).stdout)).toEqual({
      stdout: 'fetched\n',
      stderr: '',
    });
    const { jobs, nextCursor } = JSON.parse(
      (await holdfast('jobs', '--json', '--limit', '1')).stdout,
    ) as JobsPage;
    expect(jobs).toHaveLength(1);
    expect(typeof nextCursor).toBe('string');
    const { pipelines } = JSON.parse((await holdfast('pipelines', '--json')).stdout) as Pipelines;
    expect(pipelines.map(({ pipeline }) => pipeline)).toEqual(
      expect.arrayContaining(['again', 'build', 'echo', 'fails', 'gate', 'hostile']),
    );
  });

  test('of what is followed prints an event a line, with the same exit code', async () => {
    const { code, stdout } = await holdfast('run', 'fails', '--follow', '--json');
    expect(code).toBe(1);
    const events = eventsIn(stdout);
    expect(events[0]).toEqual({ event: 'scheduled', jobId: matching(/^[0-9a-f-]{36}$/) });
    const jobs = events.slice(1, -1);
    expect(new Set(jobs.map(({ event }) => event))).toEqual(new Set(['job']));
    const { event, ...job } = jobs.at(-1) ?? { event: 'none' };
    expect({ event, job }).toEqual({ event: 'job', job: await detail(String(events[0]?.['jobId'])) });
    expect(events.at(-1)).toEqual({ event: 'end', status: 'error' });
  });

  test('of output prints its events as the service tells them', async () => {
    const id = await scheduled('build');
    const { code, stdout } = await holdfast('logs', id, 'pack', '-f', '--json');
    expect(code).toBe(0);
    expect(eventsIn(stdout)).toEqual([
      { event: 'attempt', attempt: 1 },
      { event: 'output', stream: 'stdout', offset: 0, text: 'packed\n', time: matching(/^\S+Z$/) },
      { event: 'end', status: 'done' },
    ]);
  });
});

describe('logs', () => {
  test('-f follows while the task runs, each stream where it was written to', async () => {
    const file = newFile();
    const id = await scheduled('gate', '-v', `file=${file}`);
    const logs = start('logs', id, 'wait', '-f');
    await logs.says('to stderr');
    await logs.says('it begins');
    expect(await detail(id)).toMatchObject({ status: 'running' });
    touch(file);
    expect(await ended(logs)).toEqual({ code: 0, stdout: 'it begins\nit ends\n', stderr: 'to stderr\n' });
  });

  test('prints what there is, or of one stream alone', async () => {
    const id = await scheduled('fails');
    await completed(id);
    const { stdout, stderr } = await holdfast('logs', id, 'import');
    expect(stdout.split('\n')).toHaveLength(31);
    expect(stderr).toBe('no such file\n');
    expect(await holdfast('logs', id, 'import', '--stream', 'stderr')).toEqual({
      code: 0,
      stdout: 'no such file\n',
      stderr: '',
    });
  });

  test('--timestamps says when each line was written, also while it is followed', async () => {
    const id = await scheduled('fails');
    await completed(id);
    const { stdout, stderr } = await holdfast('logs', id, 'import', '--timestamps');
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(30);
    for (const line of [...lines, stderr.trimEnd()])
      expect(line).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z \S/);
    const follow = await holdfast('logs', id, 'import', '--timestamps', '-f');
    expect(follow).toEqual({ code: 0, stdout, stderr });
  });

  test('prints both streams in the order in which they were written where they lead to one place', async () => {
    const id = await scheduled('turns');
    await completed(id);
    const program = join(__dirname, '..', 'bin', 'holdfast.mjs');
    const asOne = (args: string) =>
      ended(new Holdfast(environment(), [], ['sh', '-c', `${process.execPath} ${program} ${args} 2>&1`]));
    for (const args of [`logs ${id} say`, `logs ${id} say -f`])
      expect(await asOne(args)).toEqual({ code: 0, stdout: 'o1\ne1\no2\ne2\n', stderr: '' });
  });

  test('hands output on as it is where there is no terminal', async () => {
    const id = await scheduled('hostile');
    await completed(id);
    const { stdout } = await holdfast('logs', id, 'say');
    expect(stdout).toBe('\x1b]0;owned\x07\x1b[31mred\x1b[0m\x1b[2J\x1b[6nend\n');
  });

  test('of a task that is not there names those that are', async () => {
    const id = await scheduled('build');
    expect(await holdfast('logs', id, 'paint')).toEqual({
      code: 4,
      stdout: '',
      stderr: 'holdfast: Task not found: the job has fetch, lint, test, pack\n',
    });
  });
});

test('cancel says that a job is canceled, and of one that has ended why it cannot be', async () => {
  const id = await scheduled('gate', '-v', `file=${newFile()}`);
  expect(await holdfast('cancel', id)).toEqual({
    code: 0,
    stdout: 'the job is canceled; what runs of it is being stopped\n',
    stderr: '',
  });
  expect(await completed(id)).toMatchObject({ status: 'canceled' });
  const done = await scheduled('build');
  await completed(done);
  expect(await holdfast('cancel', done)).toEqual({
    code: 4,
    stdout: '',
    stderr: 'holdfast: Job is already completed\n',
  });
});

test('rerun --from-failed runs only what was not done, and follows that', async () => {
  const file = newFile();
  const id = await scheduled('again', '-v', `file=${file}`);
  expect(await completed(id)).toMatchObject({ status: 'error' });
  touch(file);
  const { code, stdout } = await holdfast('rerun', id, '--from-failed', '--follow');
  expect(code).toBe(0);
  expect(stdout).toContain('  first: done, as it was\n');
  expect(stdout).toMatch(/^ {2}second: done \(/m);
  const [rerun = ''] = stdout.split('\n');
  expect(await detail(rerun)).toMatchObject({ rerunOf: id, status: 'done' });
  expect((await holdfast('show', rerun)).stdout).toContain(`rerun of  ${id}\n`);
});

describe('who asks', () => {
  const asking = (env: Record<string, string>, ...args: string[]) =>
    ended(new Holdfast({ HOLDFAST_URL: url, ...env }, args));

  test('is told that a token is missing, and where to put it', async () => {
    expect(await asking({}, 'jobs')).toEqual({
      code: 4,
      stdout: '',
      stderr: 'holdfast: no token found: set HOLDFAST_TOKEN\n',
    });
  });

  test('is told that a token is not good, and never shown it', async () => {
    const wrong = `${token}x`;
    expect(await asking({ HOLDFAST_TOKEN: wrong }, 'jobs')).toEqual({
      code: 4,
      stdout: '',
      stderr: 'holdfast: token is unauthorized\n',
    });
    const help = await asking({ HOLDFAST_TOKEN: wrong }, 'jobs', '--help');
    expect(help).toMatchObject({ code: 0, stderr: '' });
    expect(help.stdout).not.toContain(wrong.slice(0, 10));
    expect(await asking({ HOLDFAST_TOKEN: 'secret\nsecret' }, 'jobs')).toEqual({
      code: 2,
      stdout: '',
      stderr: 'holdfast: the token has characters that are in no token\n',
    });
  });

  test('is told what a token does not allow', async () => {
    const narrow = await tokenOf({ sub: 'j.doe', scope: 'read' });
    expect(await asking({ HOLDFAST_TOKEN: narrow }, 'run', 'build')).toEqual({
      code: 4,
      stdout: '',
      stderr: 'holdfast: the scope schedule is missing\n',
    });
  });

  test('may give the token as an argument', async () => {
    expect(await asking({}, 'pipelines', '--token', token)).toMatchObject({ code: 0, stderr: '' });
  });
});

describe('a service', () => {
  test('that is away is said to be, and ends with 5', async () => {
    expect(await holdfast('jobs', '--url', 'http://127.0.0.1:9')).toEqual({
      code: 5,
      stdout: '',
      stderr: matching(/^holdfast: cannot reach http:\/\/127\.0\.0\.1:9\/: .+\n$/),
    });
  });

  test('that is something else is said to be', async () => {
    expect(await holdfast('jobs', '--url', `${url}/docs`)).toMatchObject({ code: 4 });
  });

  test.each<[string, number, string, string[]]>([
    ['of an answer', 200, 'application/json', ['jobs']],
    ['of an error', 500, 'application/json', ['jobs']],
    ['of what is no JSON', 502, 'text/html', ['cancel', randomUUID()]],
  ])('that sends without end %s is read no further than a limit', async (_what, status, type, args) => {
    const endless = await EndlessServer.open({ status, type });
    const { code, stderr } = await holdfast(...args, '--url', endless.url);
    expect({ code, stderr }).toEqual({ code: 5, stderr: matching(/^holdfast: .*\n$/) });
    await until('no connection is left', () => endless.closedConnections === 1);
    // Sockets' buffers on the way hold what was sent, and not read.
    expect(endless.sent).toBeLessThan(96 * 1024 * 1024);
    endless.close();
  });

  test('behind which what a failed task wrote does not end is read no further than a limit', async () => {
    const gateway = await Forward.open(url);
    gateway.endless = ['/job/logs/raw'];
    const env = { ...environment(), HOLDFAST_URL: gateway.url };
    const { code, stderr } = await ended(new Holdfast(env, ['run', 'fails', '--follow']));
    expect({ code, stderr }).toEqual({ code: 1, stderr: matching(/its answer is larger than \d+ bytes/) });
    gateway.close();
  });

  test('that is started anew while a job is followed is waited for', async () => {
    const port = new URL(url).port;
    const file = newFile();
    const run = start('run', 'gate', '-v', `file=${file}`, '--follow');
    await run.says('wait: running');
    const worker = serviceOf({ HOLDFAST_ROLE: 'worker' });
    await worker.greeting();
    const api = serviceOf({ HOLDFAST_ROLE: 'api' });
    const follow = new Holdfast({ ...environment(), HOLDFAST_URL: await api.url() }, [
      'show',
      run.lines[0] ?? '',
      '--follow',
    ]);
    const logs = new Holdfast({ ...environment(), HOLDFAST_URL: await api.url() }, [
      'logs',
      run.lines[0] ?? '',
      'wait',
      '-f',
    ]);
    await follow.says('wait: running');
    await logs.says('it begins');
    const apiPort = new URL(await api.url()).port;
    expect(apiPort).not.toBe(port);
    await api.stop('SIGKILL');
    await follow.says('asking again');
    await logs.says('asking again');
    const next = serviceOf({ HOLDFAST_ROLE: 'api', PORT: apiPort });
    await next.greeting();
    touch(file);
    expect(await run.exited).toBe(0);
    expect(await follow.exited).toBe(0);
    expect(follow.stdout.match(/wait: done/g)).toHaveLength(1);
    expect(await logs.exited).toBe(0);
    expect(logs.stdout).toBe('it begins\nit ends\n');
    await Promise.all([worker.stop(), next.stop()]);
  });

  test('below a base path is asked there, and a wrong one is noticed', async () => {
    const api = serviceOf({ HOLDFAST_ROLE: 'api', HOLDFAST_BASE_PATH: '/jobs-api' });
    const base = await api.url('/jobs-api');
    for (const right of [base, `${base}/`]) {
      const { code, stdout } = await holdfast('run', 'build', '--follow', '--url', right);
      expect({ code, last: stdout.trimEnd().split('\n').at(-1) }).toEqual({
        code: 0,
        last: matching(/^build: done/),
      });
    }
    const wrong = await api.url();
    expect(await holdfast('jobs', '--url', wrong)).toEqual({
      code: 4,
      stdout: '',
      stderr: `holdfast: Not found: ${wrong}/jobs (is the base path in --url?)\n`,
    });
    await api.stop();
  });

  test('of which no stream comes through is asked again and again', async () => {
    const gateway = await Forward.open(url);
    gateway.missing = ['/job/events', '/job/logs/stream'];
    const file = newFile();
    const env = { ...environment(), HOLDFAST_URL: gateway.url };
    const run = new Holdfast(env, ['run', 'gate', '-v', `file=${file}`, '--follow']);
    await run.says('wait: running');
    const logs = new Holdfast(env, ['logs', run.lines[0] ?? '', 'wait', '-f']);
    await logs.says('it begins');
    touch(file);
    expect(await run.exited).toBe(0);
    expect(run.lines.at(-1)).toMatch(/^gate: done/);
    expect(await ended(logs)).toEqual({ code: 0, stdout: 'it begins\nit ends\n', stderr: 'to stderr\n' });
    expect(gateway.paths.filter((path) => path === '/job/events')).toHaveLength(1);
    gateway.close();
  });
});

describe('output of which the connection breaks off', () => {
  let gateway: Forward;
  beforeEach(async () => {
    gateway = await Forward.open(url);
  });
  afterEach(() => {
    gateway.close();
  });
  const behind = (...args: string[]) => new Holdfast({ ...environment(), HOLDFAST_URL: gateway.url }, args);

  test('is gone on with where it broke off', async () => {
    const id = await scheduled('much');
    await completed(id);
    gateway.cut = { path: '/job/logs/raw', after: 200_000 };
    const { code, stdout, stderr } = await ended(behind('logs', id, 'say'));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toBe((await holdfast('logs', id, 'say')).stdout);
    expect(gateway.paths.length).toBeGreaterThan(3);
  });

  test('of a task that may be at another attempt by now ends with 5, and says why', async () => {
    const file = newFile();
    const id = await scheduled('gate', '-v', `file=${file}`);
    await until('it has begun', async () => (await holdfast('logs', id, 'wait')).stdout !== '');
    gateway.cut = { path: '/job/logs/raw', after: 5 };
    const { code, stderr } = await ended(behind('logs', id, 'wait', '--stream', 'stdout'));
    touch(file);
    expect({ code, stderr }).toEqual({
      code: 5,
      stderr: `holdfast: cannot reach ${gateway.url}/: the connection broke off\n`,
    });
  });

  test('is all there, and once, when no stream comes through any more: no UTF-8, and half a character at the end', async () => {
    const file = newFile();
    const id = await scheduled('bytes', '-v', `file=${file}`);
    const logs = behind('logs', id, 'say', '-f');
    await logs.says('begins');
    gateway.missing = ['/job/logs/stream'];
    gateway.breakOff();
    touch(file);
    expect(await logs.exited).toBe(0);
    expect(logs.stdout).toBe('\ufffd\ufffd begins\ngoes on\nends \ufffd');
    expect(gateway.paths).toContain('/job/logs/merged');
  });
});

const terminalTest = (name: string, run: () => Promise<void>) => {
  testWith('script of util-linux', hasTerminals, name, run);
};

describe('on a terminal', () => {
  terminalTest('a job is a tree that is drawn again where it stands', async () => {
    const run = onTerminal(environment(), ['run', 'build', '--follow']);
    expect(await run.exited).toBe(0);
    const { lines } = await screenOf(run.stdout);
    expect(lines).toEqual([
      expect.stringMatching(/^[0-9a-f-]{36}$/),
      expect.stringMatching(/^build done \S+$/),
      expect.stringMatching(/^✓ fetch +\S+$/),
      expect.stringMatching(/^├─ ✓ lint +\S+$/),
      expect.stringMatching(/^└─ ✓ test +\S+$/),
      expect.stringMatching(/^ {3}└─ ✓ pack +\S+$/),
    ]);
    expect(run.stdout).toContain('\x1b[32m✓');
  });

  terminalTest('there are no colours with NO_COLOR', async () => {
    const run = onTerminal({ ...environment(), NO_COLOR: '1' }, ['run', 'build', '--follow']);
    expect(await run.exited).toBe(0);
    // eslint-disable-next-line no-control-regex
    expect(run.stdout).not.toMatch(/\x1b\[[\d;]*m/);
  });

  terminalTest(
    'what is taller than the terminal does not scroll it while it runs, and is shown whole at the end',
    async () => {
      const run = onTerminal(environment(), ['run', 'wide', '--follow'], 10);
      expect(await run.exited).toBe(0);
      const { lines } = await screenOf(run.stdout, 10);
      expect(lines).toHaveLength(42);
      expect(new Set(lines.slice(2).map((line) => /t\d+/.exec(line)?.[0])).size).toBe(40);
    },
  );

  terminalTest('names and output show what they show, and do nothing', async () => {
    const run = onTerminal(environment(), ['run', 'hostile', '-v', 'x=evil\x1b[2Jvalue', '--follow']);
    expect(await run.exited).toBe(1);
    const [id = ''] = /[0-9a-f-]{36}/.exec(run.stdout) ?? [];
    const logs = onTerminal(environment(), ['logs', id, 'say']);
    const follow = onTerminal(environment(), ['logs', id, 'say', '-f']);
    const json = onTerminal(environment(), ['show', id, '--json']);
    const list = onTerminal(environment(), ['show', id]);
    for (const one of [run, logs, follow, json, list]) {
      await one.exited;
      const { titles, typed, lines } = await screenOf(`before\r\n${one.stdout}`);
      expect({ titles, typed, first: lines[0] }).toEqual({ titles: [], typed: [], first: 'before' });
    }
    expect((await screenOf(logs.stdout)).lines).toEqual(['redend']);
    expect(logs.stdout).toContain('\x1b[31mred\x1b[0m');
    expect((await screenOf(run.stdout)).lines).toEqual(expect.arrayContaining(['redend']));
    expect(list.stdout).toContain('x=evil\ufffd[2Jvalue');
  });

  terminalTest(
    'output is in the order in which it was written, with times where they are wanted',
    async () => {
      const id = await scheduled('turns');
      await completed(id);
      const plain = onTerminal(environment(), ['logs', id, 'say']);
      const stamped = onTerminal(environment(), ['logs', id, 'bar', '--timestamps']);
      await Promise.all([plain.exited, stamped.exited]);
      expect((await screenOf(plain.stdout)).lines).toEqual(['o1', 'e1', 'o2', 'e2']);
      expect((await screenOf(stamped.stdout)).lines).toEqual([
        expect.stringMatching(/^\S+Z 100%$/),
        expect.stringMatching(/^\S+Z half of it$/),
        expect.stringMatching(/^\S+Z err$/),
      ]);
    },
  );

  terminalTest('Ctrl-C leaves the job running, and the tree on the screen', async () => {
    const file = newFile();
    const run = onTerminal(environment(), ['run', 'gate', '-v', `file=${file}`, '--follow']);
    await run.says(/●.* wait/);
    run.type('\x03');
    expect(await run.exited).toBe(130);
    const { lines } = await screenOf(run.stdout);
    expect(lines.slice(1, 3)).toEqual([
      expect.stringMatching(/^gate running/),
      expect.stringMatching(/^● wait/),
    ]);
    expect(lines.slice(3).join('')).toContain('holdfast: the job goes on; to follow it: holdfast show');
    expect(existsSync(file)).toBe(false);
    touch(file);
    expect(await completed(lines[0] ?? '')).toMatchObject({ status: 'done' });
  });
});

test('help says how to begin, and is no mistake', async () => {
  const { code, stdout, stderr } = await holdfast('--help');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  for (const word of ['HOLDFAST_URL', 'HOLDFAST_TOKEN', 'Examples:', 'Exit codes:'])
    expect(stdout).toContain(word);
  expect((await holdfast('run', '--help')).stdout).toContain('key:=json');
});
