import { execFile, spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { SignJWT } from 'jose';
import type { JobsPage } from '../src/cli/types.js';
import { freshDatabase } from './support/database.js';
import { pipelinesFolder, TestService } from './support/service.js';
import { until } from './support/wait.js';

const SECRET = 'a secret of more than sixteen';
const BIN = join(__dirname, '..', 'bin', 'holdfast.mjs');
const UUID = /[0-9a-f]{8}-[0-9a-f-]{27}/;

let database: string;
let folder: string;
let service: TestService;
let url: string;
let token: string;
const settings = (more: Record<string, string> = {}) => ({
  DATABASE_URL: database,
  HOLDFAST_PATH: folder,
  HOLDFAST_JWT_SECRET: SECRET,
  HOLDFAST_BASE_PATH: '/ci',
  HOLDFAST_WORKER_SLOTS: '8',
  ...more,
});

beforeAll(async () => {
  database = await freshDatabase();
  folder = pipelinesFolder(`
pipelines:
  good: { tasks: { build: { script: [echo built] }, test: { script: [echo ok], depends_on: [build] } } }
  bad:
    tasks:
      build: { script: [echo built] }
      test: { script: ['printf "one\\\\ntwo\\\\n"; printf "\\\\033[31mit is broken\\\\033]0;pwned\\\\007\\\\n" >&2; exit 3'], depends_on: [build] }
      ship: { script: [echo], depends_on: [test] }
  gate: { tasks: { t: { script: ['echo begun; until [ -e {{ .file }} ]; do sleep 0.05; done; echo go on'] } } }
  strict: { variables: { count: { type: integer, required: true } }, tasks: { t: { script: ['echo {{ .count }}'] } } }
`);
  service = new TestService(settings(), folder);
  url = await service.url('/ci');
  token = await tokenOf({ sub: 'jane' });
});
afterAll(() => service.stop());

const tokenOf = (claims: Record<string, unknown>) =>
  new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode(SECRET));

interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}
const environment = (more: Record<string, string> = {}) => ({
  PATH: process.env['PATH'],
  HOLDFAST_URL: url,
  HOLDFAST_TOKEN: token,
  ...more,
});

/** Begun, and to be waited for. */
class Running {
  out = '';
  err = '';
  readonly ended: Promise<Ran>;
  readonly #child;

  constructor(args: readonly string[], more: Record<string, string> = {}) {
    this.#child = spawn(process.execPath, [BIN, ...args], {
      env: environment(more),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child.stdout.on('data', (bytes: Buffer) => (this.out += bytes.toString()));
    this.#child.stderr.on('data', (bytes: Buffer) => (this.err += bytes.toString()));
    this.ended = new Promise((done) => {
      this.#child.once('close', (code) => {
        done({ code, out: this.out, err: this.err });
      });
    });
  }

  says(text: string | RegExp): Promise<true> {
    return until(`it says ${String(text)}: ${this.out}`, () => this.out.match(text) !== null && true);
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }
}
const holdfast = (...args: string[]) => new Running(args).ended;
const holdfastAs = (more: Record<string, string>, ...args: string[]) => new Running(args, more).ended;

/** In a terminal of its own; what it shows there, escapes included. */
const inTerminal = (...args: string[]) =>
  new Promise<Ran>((done) => {
    const command = [process.execPath, BIN, ...args].map((word) => `'${word}'`).join(' ');
    const child = execFile(
      'script',
      ['-qec', command, '/dev/null'],
      { env: { ...environment(), TERM: 'xterm' } },
      (_error, out, err) => {
        done({ code: child.exitCode, out, err });
      },
    );
    child.stdin?.end();
  });

const freePort = () =>
  new Promise<number>((done) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => {
        done(port);
      });
    });
  });

const json = ({ out }: Ran) => JSON.parse(out) as unknown;
const scheduled = async (...args: string[]) => {
  const ran = await holdfast('run', ...args);
  expect(ran).toMatchObject({ code: 0, err: '' });
  expect(ran.out).toMatch(new RegExp(`^${UUID.source}\\n$`));
  return ran.out.trim();
};
const ended = async (id: string) => (await holdfast('show', id, '-f')).code;

describe('run', () => {
  test('says the id of the job, and with --follow what its tasks do, in lines where nobody looks', async () => {
    const { code, out, err } = await holdfast('run', 'good', '-v', 'tag=v1', '--follow');
    expect([code, err]).toEqual([0, '']);
    const lines = out.trimEnd().split('\n');
    expect(lines[0]).toMatch(UUID);
    expect(lines.filter((line) => line.startsWith('done'))).toEqual([
      expect.stringMatching(/^done build \ds$/),
      expect.stringMatching(/^done test \ds$/),
    ]);
    expect(lines.at(-1)).toMatch(/^job good .* ✓ done/);
    expect(out).not.toContain('\x1b');
  });

  test('ends as the job does: 1 with what the failing task has written at the end', async () => {
    const { code, out } = await holdfast('run', 'bad', '-f');
    expect(code).toBe(1);
    expect(out).toContain('error test');
    expect(out).toContain('skipped ship');
    expect(out).toMatch(
      /\ntest: exit status 3\n--- the end of its stdout\none\ntwo\n--- the end of its stderr\nit is broken\n$/,
    );
  });

  test('ends with 3 where the job is canceled', async () => {
    const running = new Running(['run', 'gate', '-v', `file=${folder}/never`, '-f']);
    await running.says('running t');
    const [id = ''] = UUID.exec(running.out) ?? [];
    expect(await holdfast('cancel', id)).toMatchObject({ code: 0, out: '' });
    expect((await running.ended).code).toBe(3);
  });

  test('passes variables as texts, or as JSON after :=', async () => {
    expect(await holdfast('run', 'strict', '-v', 'count=5')).toMatchObject({ code: 2, out: '' });
    expect(await ended(await scheduled('strict', '-v', 'count:=5'))).toBe(0);
    expect((await holdfast('run', 'strict', '-v', 'count')).err).toBe(
      'holdfast: expected key=value or key:=JSON; found "count"\n',
    );
  });

  test('schedules one job for one key', async () => {
    const first = await scheduled('good', '--idempotency-key', 'once');
    expect(await scheduled('good', '--idempotency-key', 'once')).toBe(first);
  });

  test('prints the job as JSON at each change with --json', async () => {
    const { code, out } = await holdfast('run', 'good', '-f', '--json');
    const lines = out.trimEnd().split('\n');
    const [first, ...jobs] = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(code).toBe(0);
    expect(first).toEqual({ jobId: jobs[0]?.['id'] });
    expect(jobs.at(-1)).toMatchObject({ pipeline: 'good', status: 'done', completed: true });
  });

  test('leaves the job alone on Ctrl-C, and says how to go on', async () => {
    const running = new Running(['run', 'gate', '-v', `file=${folder}/after`, '-f']);
    await running.says('running t');
    const [id = ''] = UUID.exec(running.out) ?? [];
    running.kill('SIGINT');
    const { code, err } = await running.ended;
    expect(code).toBe(130);
    expect(err).toBe(
      `holdfast: job ${id} goes on. To follow it: holdfast show ${id} -f. To end it: holdfast cancel ${id}\n`,
    );
    writeFileSync(join(folder, 'after'), '');
    expect(await ended(id)).toBe(0);
  });

  test('goes on following when the service is away for a while', async () => {
    const api = new TestService(settings({ HOLDFAST_ROLE: 'api' }), folder);
    const { origin, port } = new URL(await api.url());
    const args = ['run', 'gate', '-v', `file=${folder}/away`, '-f'];
    const running = new Running(args, { HOLDFAST_URL: `${origin}/ci` });
    await running.says('running t');
    await api.stop();
    await until('it says that the service is away', () =>
      running.err.includes('trying again, the job goes on'),
    );
    writeFileSync(join(folder, 'away'), '');
    const next = new TestService(settings({ HOLDFAST_ROLE: 'api', PORT: port }), folder);
    const { code, out } = await running.ended;
    expect(code).toBe(0);
    expect(out.match(/running t/g)).toHaveLength(1);
    await next.stop();
  });

  test('shows the tasks as a tree that changes, in a terminal, and nothing of what tasks write does anything there', async () => {
    const { code, out } = await inTerminal('run', 'bad', '-f');
    expect(code).toBe(1);
    expect(out).toContain('\x1b[4A');
    expect(out).toContain('    \x1b[31m✗\x1b[39m test');
    expect(out).toContain('it is broken');
    expect(out).not.toContain('\x1b]0;');
    expect(out).not.toContain('\x1b[31mit is broken');
  });
});

describe('logs', () => {
  test('go where the task has written them, as they were written', async () => {
    const id = await scheduled('bad');
    await ended(id);
    expect(await holdfast('logs', id, 'test')).toEqual({
      code: 0,
      out: 'one\ntwo\n',
      err: '\x1b[31mit is broken\x1b]0;pwned\x07\n',
    });
    expect(await holdfast('logs', id, 'test', '--stream', 'stderr')).toMatchObject({ out: '' });
    expect(json(await holdfast('logs', id, 'test', '--json'))).toMatchObject({ stdout: 'one\ntwo\n' });
    const { out } = await inTerminal('logs', id, 'test');
    expect(out).toContain('it is broken');
    expect(out).not.toContain('\x1b');
  });

  test('are followed while they are written', async () => {
    const file = join(folder, 'followed');
    const id = await scheduled('gate', '-v', `file=${file}`);
    const running = new Running(['logs', id, 't', '-f']);
    await running.says('begun');
    writeFileSync(file, '');
    expect(await running.ended).toEqual({ code: 0, out: 'begun\ngo on\n', err: '' });
  });
});

describe('jobs, show, rerun and pipelines', () => {
  test('list what the filters leave', async () => {
    const id = await scheduled('good', '-v', 'tag=needle');
    await ended(id);
    const { out } = await holdfast('jobs', '--pipeline', 'good', '--status', 'done,error', '-q', 'needle');
    expect(out.split('\n')[0]).toMatch(/^JOB +STATUS +PIPELINE +CREATED +TASKS +USER$/);
    expect(out.split('\n')[1]).toMatch(new RegExp(`^${id} +✓ done +good +\\S+Z +2/2 +jane$`));
    expect(await holdfast('jobs', '--user', 'nobody')).toEqual({
      code: 0,
      out: '',
      err: 'holdfast: no jobs\n',
    });
    const listed = json(await holdfast('jobs', '-n', '2', '--json')) as JobsPage;
    expect(listed.jobs).toHaveLength(2);
    expect(listed.nextCursor).toBeDefined();
    expect((await holdfast('jobs', '-n', '1')).err).toBe(
      'holdfast: there are more; --limit 2 shows as many\n',
    );
  });

  test('show a job with its variables, and run it again from what failed', async () => {
    const id = await scheduled('bad', '-v', 'tag=v2');
    await ended(id);
    const { out } = await holdfast('show', id);
    expect(out).toContain('  tag = "v2"\n');
    expect(out).toMatch(/ {2}created \S+ by jane\n/);
    const again = await holdfast('rerun', id, '--from-failed', '-f');
    expect(again.code).toBe(1);
    expect(again.out).toMatch(/done build \ds carried over/);
    const [second = ''] = UUID.exec(again.out) ?? [];
    expect((await holdfast('show', id)).out).toContain(`run again as ${second}`);
    expect((await holdfast('show', second)).out).toContain(`runs ${id} again`);
    expect(json(await holdfast('show', second, '--json'))).toMatchObject({ rerunOf: id });
  });

  test('list pipelines', async () => {
    const { out } = await holdfast('pipelines');
    expect(out).toMatch(/^PIPELINE +RUNNING +WAITING +LAST +USUALLY\nbad /);
    expect(json(await holdfast('pipelines', '--json'))).toHaveProperty('pipelines');
  });
});

describe('what cannot be done is said in a line, and by the exit code', () => {
  test.each<[string, string[], string]>([
    [
      'a pipeline that is not there',
      ['run', 'nope'],
      'Error scheduling pipeline: pipeline "nope" is not defined',
    ],
    ['no id', ['show', 'x'], 'Invalid job id'],
    ['no job', ['show', '00000000-0000-4000-8000-000000000000'], 'Job not found'],
    ['no status', ['jobs', '--status', 'well'], 'Invalid status'],
    ['an address that is none', ['jobs', '--url', 'nowhere'], 'expected the address of the service'],
    ['another protocol', ['jobs', '--url', 'file:///etc/passwd'], 'expected the address of the service'],
    [
      'an option that is misspelt',
      ['run', 'good', '--folow'],
      "unknown option '--folow'\n(Did you mean --follow?)",
    ],
    ['a command that is misspelt', ['lgos'], "unknown command 'lgos'\n(Did you mean logs?)"],
    ['a limit that is none', ['jobs', '-n', '0'], 'It has to be a whole number from 1 on.'],
    ['a stream that is none', ['logs', 'x', 'y', '--stream', 'both'], 'Allowed choices are stdout, stderr.'],
  ])('%s: 2', async (_what, args, message) => {
    const { code, out, err } = await holdfast(...args);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(message);
    expect(err).toMatch(/^holdfast: /);
  });

  test('a token that is missing, wrong, too narrow or none at all: 2, and the token is not shown', async () => {
    expect(await holdfastAs({ HOLDFAST_TOKEN: '' }, 'jobs')).toMatchObject({
      code: 2,
      err: 'holdfast: no token found (a token comes from HOLDFAST_TOKEN)\n',
    });
    const wrong = await holdfastAs({ HOLDFAST_TOKEN: 'x.secret-y.z' }, 'jobs');
    expect([wrong.code, wrong.err.includes('secret-y')]).toEqual([2, false]);
    const split = await holdfastAs({ HOLDFAST_TOKEN: 'a\nsecret-y' }, 'jobs');
    expect([split.code, split.err.includes('secret-y')]).toEqual([2, false]);
    const narrow = await tokenOf({ scope: 'read' });
    expect(await holdfastAs({ HOLDFAST_TOKEN: narrow }, 'run', 'good')).toMatchObject({
      code: 2,
      err: 'holdfast: the scope schedule is missing\n',
    });
  });

  test('a service that is not there, or is another one: 4 or 2', async () => {
    const nobody = `http://127.0.0.1:${await freePort()}`;
    const { code, err } = await holdfastAs({ HOLDFAST_URL: nobody }, 'jobs');
    expect([code, err]).toEqual([4, `holdfast: ${nobody} does not answer: ECONNREFUSED\n`]);
    const other = url.replace('/ci', '/elsewhere');
    expect(await holdfastAs({ HOLDFAST_URL: other }, 'jobs')).toMatchObject({ code: 2 });
  });

  test('help is no mistake', async () => {
    const { code, out } = await holdfast('--help');
    expect(code).toBe(0);
    expect(out).toContain('HOLDFAST_TOKEN');
    expect((await holdfast('run', '--help')).out).toContain('key:=JSON');
  });
});

test('the command is there for npx', () => {
  expect(existsSync(BIN)).toBe(true);
});
