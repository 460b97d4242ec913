import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { expectAway } from './support/away.js';
import { freshDatabase, withClient } from './support/database.js';
import { pipelinesFolder, taskStates, TestService } from './support/service.js';
import { until } from './support/wait.js';

const PIPELINES = `
pipelines:
  quick: { concurrency: 50, tasks: { a: { script: [echo a] }, b: { depends_on: [a], script: [echo b] } } }
  wait: { tasks: { t: { script: ['echo $$ > pid; until [ -e go ]; do sleep 0.02; done; echo after'] } } }
  loud: { tasks: { t: { script: ['head -c 30000000 /dev/zero | tr "\\\\0" x'] } } }
`;

let url: string;
let folder: string;
beforeEach(async () => {
  url = await freshDatabase();
  folder = pipelinesFolder(PIPELINES);
});

const start = (env: Record<string, string> = {}) =>
  new TestService({ DATABASE_URL: url, HOLDFAST_PATH: folder, ...env }, folder);
const pid = () => until('the task runs', () => Number(readFileSync(`${folder}/pid`, 'utf8')));
const lives = (process_: number) => {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${process_}/stat`, 'utf8'));
  } catch {
    return false;
  }
};

/** As an administrator of the server, from another database of it. */
function administrate<T>(
  use: (query: (text: string) => Promise<unknown>, name: string) => Promise<T>,
): Promise<T> {
  const server = new URL(url);
  const name = server.pathname.slice(1);
  server.pathname = '/postgres';
  return withClient(server.href, (client) => use((text) => client.query(text), name));
}
const cut = (name: string) =>
  `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}'`;

describe('a database that goes away', () => {
  test('under load costs callers a 503 at most, and no job that was accepted', async () => {
    const service = start();
    await service.greeting();
    const accepted: string[] = [];
    const answers = new Set<number>();
    await administrate(async (query, name) => {
      for (let round = 0; round < 8; round += 1) {
        const calls = Array.from({ length: 12 }, () =>
          service.call<{ jobId: string }>('POST', '/pipelines/schedule', '{"pipeline":"quick"}'),
        );
        await query(cut(name));
        for (const { status, body } of await Promise.all(calls)) {
          answers.add(status);
          if (status === 202) accepted.push(body.jobId);
        }
      }
    });
    expect([...answers].filter((status) => ![202, 503].includes(status))).toEqual([]);
    for (const id of accepted) expect((await service.completed(id)).errored).toBe(false);
    expect(await service.stop()).toBe(0);
  });

  test('for a while is answered with 503, and what runs meanwhile is reported when it is back', async () => {
    const service = start();
    const id = await service.schedule('wait');
    await pid();
    await administrate(async (query, name) => {
      await query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
      await query(cut(name));
      await expectAway(service, id);
      writeFileSync(`${folder}/go`, '');
      await until('the worker has noticed', () => service.output.includes('output has to wait'));
      await query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`);
    });
    expect(taskStates(await service.completed(id))).toEqual({ t: 'done' });
    expect((await service.logs(id, 't')).stdout).toBe('after\n');
    expect(await service.stop()).toBe(0);
  });
});

describe('a service that is told to end', () => {
  test('does so although a client does not read its answer', async () => {
    const service = start();
    const id = await service.schedule('loud');
    await service.completed(id);
    const { hostname, port } = new URL(await service.url());
    const socket = connect(Number(port), hostname.replace('localhost', '127.0.0.1'));
    socket.on('error', () => undefined);
    socket.write(`GET /job/logs?id=${id}&task=t HTTP/1.1\r\nHost: x\r\n\r\n`);
    await new Promise((done) => socket.once('readable', done));
    expect(await service.stop()).toBe(0);
    socket.destroy();
  });

  test('says so to whoever asks whether it is ready', async () => {
    const service = start();
    await service.schedule('wait');
    await pid();
    service.process.kill('SIGINT');
    const answer = await until('it says so', async () => {
      const ready = await service.get('/health/ready');
      return ready.status === 503 && ready;
    });
    expect(answer.body).toEqual({ error: 'Server is shutting down' });
    writeFileSync(`${folder}/go`, '');
    expect(await service.exited).toBe(0);
  });

  test('takes two SIGINTs at once for one, as npm passes a Ctrl-C on', async () => {
    const service = start();
    const id = await service.schedule('wait');
    await pid();
    service.process.kill('SIGINT');
    service.process.kill('SIGINT');
    await until('it has noticed', () => service.output.includes('running tasks to wait for: 1'));
    writeFileSync(`${folder}/go`, '');
    expect(await service.exited).toBe(0);
    const next = start({ HOLDFAST_ROLE: 'api' });
    expect(await next.job(id)).toMatchObject({ errored: false, completed: true });
    await next.stop();
  });

  test('while it starts leaves no Postgres behind', async () => {
    const service = new TestService({}, folder);
    await until('Postgres is being made', () => readdirSync(`${folder}/.holdfast`).length > 0);
    await service.stop('SIGTERM');
    expect(() => readFileSync(`${folder}/.holdfast/postgres/postmaster.pid`)).toThrow('ENOENT');
    expect(readdirSync(`${folder}/.holdfast`)).toEqual(['postgres']);
  });
});

describe('a service that is killed', () => {
  test('while its launcher is about to start a task takes that task along', async () => {
    const service = start();
    const id = await service.schedule('wait');
    const first = await pid();
    const stat = readFileSync(`/proc/${first}/stat`, 'utf8');
    const launcher = Number(stat.slice(stat.lastIndexOf(')')).split(' ')[2]);
    process.kill(launcher, 'SIGSTOP');
    await service.call('POST', '/pipelines/schedule', '{"pipeline":"quick"}');
    await service.call('POST', '/pipelines/schedule', '{"pipeline":"loud"}');
    await until('a task is on its way', async () => {
      const count = await withClient(
        url,
        async (client) => (await client.query(`SELECT FROM tasks WHERE status = 'running'`)).rowCount,
      );
      return (count ?? 0) >= 2;
    });
    // Its end is not waited for: the launcher, which stands still, holds its output open.
    service.process.kill('SIGKILL');
    await until('it is gone', () => !lives(Number(service.process.pid)));
    process.kill(launcher, 'SIGCONT');
    await until('the launcher and its task are gone', () => !lives(launcher) && !lives(first));
    expect(id).toBeDefined();
    const left = execFileSync(
      'bash',
      [
        '-c',
        `grep -lsz "^TASK_NAME=" /proc/[0-9]*/environ | while read f; do tr '\\0' '\\n' < $f; done | grep -c "${folder}" || true`,
      ],
      { encoding: 'utf8' },
    );
    expect(left.trim()).toBe('0');
  });
});
