import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { emptyDatabase, freshDatabase, withClient } from './support/database.js';
import { pipelinesFolder, taskStates, TestService } from './support/service.js';
import { isRoot, settingOf, USER } from './support/task-user.js';
import { until } from './support/wait.js';

const ONE = 'pipelines: { p: { tasks: { t: { script: [echo hi] } } } }';
const ROOT_TASKS =
  'holdfast: TASKS RUN AS ROOT, as the service does; HOLDFAST_TASK_USER runs them as another user';
const scratch = () => mkdtempSync(join(tmpdir(), 'holdfast-start-'));

/** What a start that fails leaves: its exit code and its lines. */
async function failing(
  env: Record<string, string>,
  cwd = scratch(),
): Promise<{ code: number | null; lines: string[] }> {
  const service = new TestService(env, cwd);
  const code = await service.exited;
  return { code, lines: service.output.trim().split('\n') };
}

describe('a start that cannot succeed ends with code 1 and says why in a line each, when', () => {
  test('settings are wrong: all of them', async () => {
    expect(await failing({ PORT: 'x', HOLDFAST_ROLE: 'y' })).toEqual({
      code: 1,
      lines: [
        'holdfast: PORT: expected a whole number from 0 to 65535; found "x"',
        'holdfast: HOLDFAST_ROLE: expected all, api, worker; found "y"',
      ],
    });
  });

  test.each([
    ['broken', 'pipelines: {', /^holdfast: loading .*pipelines\.yml: decoding YAML: /],
    [
      'circular',
      'pipelines: {p: {tasks: {a: {script: [x], depends_on: [b]}, b: {script: [x], depends_on: [a]}}}}',
      /circle: a → b → a/,
    ],
  ])('the pipelines.yml is %s', async (_how, text, message) => {
    const { code, lines } = await failing({
      DATABASE_URL: await freshDatabase(),
      HOLDFAST_PATH: pipelinesFolder(text),
    });
    expect(code).toBe(1);
    expect(lines).toEqual([expect.stringMatching(message)]);
  });

  test('the folder of the pipelines is not there', async () => {
    const { code, lines } = await failing({ HOLDFAST_PATH: '/nowhere/at/all' });
    expect([code, lines]).toEqual([1, [expect.stringContaining('no such folder')]]);
  });

  test.each(['PORT', 'HOLDFAST_METRICS'])('the port is in use that %s names', async (variable) => {
    const server = await new Promise<Server>((done) => {
      const one = createServer().listen(0, '127.0.0.1', () => {
        done(one);
      });
    });
    const { port } = server.address() as { port: number };
    const { code, lines } = await failing({
      DATABASE_URL: await freshDatabase(),
      HOLDFAST_PATH: pipelinesFolder(ONE),
      [variable]: `${port}`,
    });
    expect([code, lines]).toEqual([
      1,
      [`holdfast: port ${port} is in use; set ${variable} to another one, or 0 for a free one`],
    ]);
    server.close();
  });

  test('the database is nowhere, after 30 seconds, without telling its password', async () => {
    const { code, lines } = await failing({
      DATABASE_URL: 'postgresql://u:geheim@127.0.0.1:1/db',
      HOLDFAST_PATH: pipelinesFolder(ONE),
    });
    expect([code, lines]).toEqual([
      1,
      [
        'holdfast: waiting for the database at 127.0.0.1:1/db: connect ECONNREFUSED 127.0.0.1:1',
        'holdfast: the database at 127.0.0.1:1/db (DATABASE_URL) cannot be reached: connect ECONNREFUSED 127.0.0.1:1',
      ],
    ]);
  });

  test('the data folder is of another version', async () => {
    const folder = pipelinesFolder(ONE);
    execFileSync('mkdir', ['-p', `${folder}/.holdfast/postgres`]);
    writeFileSync(`${folder}/.holdfast/postgres/PG_VERSION`, '12\n');
    const { code, lines } = await failing({}, folder);
    expect([code, lines]).toEqual([1, [expect.stringContaining('is of Postgres 12, this is 18')]]);
  });
});

test('what may have been meant as a setting is told, and does not keep the service from starting', async () => {
  const cwd = scratch();
  writeFileSync(join(cwd, '.env'), 'HOLDFAST_JWT_ISUER=https://id.example.com\ngeheim\n');
  const env = { DATABASE_URL: await freshDatabase(), HOLDFAST_PATH: pipelinesFolder(ONE) };
  const service = new TestService({ ...env, HOLDFAST_RATELIMIT: '5' }, cwd);
  await service.greeting();
  expect(await service.stop()).toBe(0);
  expect(service.output.split('\n').filter((line) => line.includes('warning:'))).toEqual([
    'holdfast: warning: .env: line 2 is no NAME=value and is passed over',
    'holdfast: warning: HOLDFAST_JWT_ISUER: there is no such setting; did you mean HOLDFAST_JWT_ISSUER?',
    'holdfast: warning: HOLDFAST_RATELIMIT: there is no such setting; did you mean HOLDFAST_RATE_LIMIT?',
  ]);
});

test('a file of another tool, or with two documents, does not keep the service from starting, and is warned of', async () => {
  const folder = pipelinesFolder(`${ONE}\n---\nmore: {}`);
  writeFileSync(join(folder, 'pipelines.yaml'), 'kind: Other\n---\nkind: Another');
  const service = new TestService({ DATABASE_URL: await freshDatabase(), HOLDFAST_PATH: folder });
  await service.schedule('p');
  expect(await service.stop()).toBe(0);
  expect(service.output.split('\n').filter((line) => line.includes('warning:'))).toEqual([
    expect.stringContaining(
      ' passed over 1 file without the top-level key pipelines, webhooks or secrets: pipelines.yaml',
    ),
    expect.stringContaining('pipelines.yml: only the first document of a file is read (line 2, column 1)'),
  ]);
});

test('that everybody may call from everywhere is said also to who wants to hear warnings only', async () => {
  const env = { DATABASE_URL: await freshDatabase(), HOLDFAST_PATH: pipelinesFolder(ONE) };
  const open = { ...env, HOST: '0.0.0.0', HOLDFAST_AUTH: 'off', HOLDFAST_METRICS: '0' };
  const service = new TestService(open);
  expect(await service.greeting()).toMatch(
    /API (http:\/\/localhost:\d+), Swagger UI \1\/docs, .*, numbers http:\/\/localhost:\d+\/metrics, on all addresses of this machine \(0\.0\.0\.0\)/,
  );
  expect(await service.stop()).toBe(0);
  const quiet = new TestService({ ...open, HOLDFAST_LOG_LEVEL: 'warn' });
  await until('it warns', () => quiet.output.includes('NO AUTHENTICATION'));
  expect(await quiet.stop()).toBe(0);
  expect(quiet.output).toMatch(
    /^holdfast: NO AUTHENTICATION \(HOLDFAST_AUTH=off\): every client that reaches 0\.0\.0\.0 /,
  );
});

test('that tasks run as root is said by a service that runs tasks as root, and by no other', async () => {
  const folder = pipelinesFolder(ONE);
  chmodSync(folder, 0o755);
  const env = { DATABASE_URL: await freshDatabase(), HOLDFAST_PATH: folder };
  const warns = async (more: Record<string, string>) => {
    const service = new TestService({ ...env, ...more }, folder);
    await service.greeting();
    expect(await service.stop()).toBe(0);
    return service.output.split('\n').includes(ROOT_TASKS);
  };
  expect(await warns({ HOLDFAST_ROLE: 'worker', HOLDFAST_LOG_LEVEL: 'info' })).toBe(isRoot);
  expect(await warns({})).toBe(isRoot);
  expect(await warns({ HOLDFAST_ROLE: 'api' })).toBe(false);
  if (isRoot) expect(await warns({ HOLDFAST_TASK_USER: settingOf(USER) })).toBe(false);
});

test('a database that is a little late is waited for', async () => {
  const url = await freshDatabase();
  const name = new URL(url).pathname.slice(1);
  const server = new URL(url);
  server.pathname = '/postgres';
  const allow = (yes: boolean) =>
    withClient(server.href, (client) =>
      client.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS ${String(yes)}`),
    );
  await allow(false);
  const service = new TestService({ DATABASE_URL: url, HOLDFAST_PATH: pipelinesFolder(ONE) });
  await until('it has been refused', () => service.output.includes('waiting for the database at'));
  await allow(true);
  await service.greeting();
  expect(await service.stop()).toBe(0);
});

test('several processes that start at once on one empty database make its tables once', async () => {
  const env = { DATABASE_URL: await emptyDatabase(), HOLDFAST_PATH: pipelinesFolder(ONE) };
  const services = ['all', 'api', 'worker', 'worker'].map(
    (role) => new TestService({ ...env, HOLDFAST_ROLE: role }),
  );
  await Promise.all(services.map((service) => service.greeting()));
  const id = await (services[1] as TestService).schedule('p');
  await (services[0] as TestService).completed(id);
  for (const service of services) expect(await service.stop()).toBe(0);
});

test('settings are read from .env.local, over .env, under the environment', async () => {
  const folder = pipelinesFolder(ONE);
  writeFileSync(`${folder}/.env`, 'HOLDFAST_ROLE=nonsense\nHOLDFAST_WORKER_SLOTS=nonsense\nPORT=1\n');
  writeFileSync(`${folder}/.env.local`, 'HOLDFAST_ROLE=worker\n');
  const { lines } = await failing({}, folder);
  expect(lines).toEqual([
    'holdfast: HOLDFAST_WORKER_SLOTS: expected a whole number from 1 to 1000; found "nonsense"',
  ]);
});

test('--help lists the settings and starts nothing', () => {
  const main = join(__dirname, '..', 'dist', 'main.js');
  const text = execFileSync(process.execPath, [main, '--help'], { encoding: 'utf8', cwd: scratch() });
  for (const name of ['HOST', 'DATABASE_URL', 'HOLDFAST_DATA', 'HOLDFAST_PATTERN', 'PRUNNER_ADDRESS'])
    expect(text).toContain(name);
});

describe('the default start', () => {
  test('brings its own Postgres, keeps what it has over a kill -9, and says on one line where all is', async () => {
    const folder = pipelinesFolder(
      'pipelines: { p: { tasks: { t: { script: [echo hi] } } }, w: { tasks: { t: { script: [sleep 100] } } } }',
    );
    const first = new TestService({}, folder);
    const greeting = await first.greeting();
    expect(greeting).toMatch(
      /^Holdfast \d+\.\d+\.\d+: API (http:\/\/localhost:\d+), Swagger UI \1\/docs, no authentication, so for this machine only, database 127\.0\.0\.1:\d+\/holdfast \(embedded, in .*\.holdfast\)$/,
    );
    const warned = isRoot ? [ROOT_TASKS] : [];
    expect(first.output.trim().split('\n')).toEqual([...warned, greeting]);
    const id = await first.schedule('p');
    await first.completed(id);
    await first.schedule('w');
    const waiting = await first.schedule('w');
    await first.stop('SIGKILL');

    const again = new TestService({}, folder);
    expect(taskStates(await again.job(id))).toEqual({ t: 'done' });
    expect(await again.logs(id, 't')).toEqual({ stdout: 'hi\n', stderr: '' });
    expect(taskStates(await again.job(waiting))).toEqual({ t: 'waiting' });
    expect(await again.stop('SIGINT')).toBe(0);
    const pid = () => readFileSync(`${folder}/.holdfast/postgres/postmaster.pid`);
    expect(pid).toThrow('ENOENT');
  });

  test('can be had twice in one folder: the second uses the first one’s Postgres, which outlives the first', async () => {
    const folder = pipelinesFolder(ONE);
    const [first, second] = [new TestService({}, folder), new TestService({}, folder)];
    const id = await first.schedule('p');
    await second.completed(id);
    expect(await first.stop()).toBe(0);
    expect((await second.completed(await second.schedule('p'))).errored).toBe(false);
    expect(await second.stop()).toBe(0);
    await until('Postgres is gone', () => {
      try {
        return readFileSync(`${folder}/.holdfast/postgres/postmaster.pid`).length === 0;
      } catch {
        return true;
      }
    });
  });
});
