import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { freshDatabase } from './support/database.js';
import { hasNginx } from './support/nginx.mjs';
import { serviceOf } from './support/service.js';
import { until } from './support/wait.js';

const ROUTES = hasNginx() ? ['directly', 'through nginx'] : ['directly'];

test('requests that wait for another one of their connection end with it, before they have begun', async () => {
  const service = await serviceOf('pipelines: { p: { tasks: { t: { script: [echo hi] } } } }');
  const { port } = new URL(await service.url());
  const numbers = async () => (await fetch(await service.url('/metrics'))).text();
  const streams = async () => Number(/^holdfast_streams_open (\d+)$/m.exec(await numbers())?.[1]);
  const socket = connect(Number(port), '127.0.0.1').on('error', () => undefined);
  socket.write('GET /jobs/events HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(20));
  await until('the first is open', async () => (await streams()) === 1);
  socket.resetAndDestroy();
  await until('it has ended', async () => (await streams()) === 0);
  expect(await numbers()).toMatch(/_count\{.*route="\/jobs\/events",status="499"\} 1$/m);
  await service.stop();
});

test('clients that leave in twenty ways end no process of any role, and leave nothing open', async () => {
  const count = 200;
  const clients = spawn(process.execPath, [join(__dirname, 'clients', 'run.mjs'), '--count', `${count}`], {
    env: { PATH: process.env['PATH'], DATABASE_URL: await freshDatabase() },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(clients, 'close') as Promise<[number | null]>;
  const [said, [code]] = await Promise.all([text(clients.stdout), ended]);
  expect({ code, said }).toEqual({ code: 0, said: expect.stringMatching(/^0 problems$/m) as unknown });
  for (const role of ['all', 'api', 'worker'])
    for (const route of ROUTES) expect(said).toContain(`${role}, ${route}: ${20 * count} clients in 20 ways`);
  // They must have come as far as to be answered, refused, and gone before that.
  for (const role of ['all', 'api']) {
    const [, answers] = new RegExp(`^${role}: .*; answers (.*)$`, 'm').exec(said) ?? [];
    for (const status of [200, 400, 401, 404, 405, 499])
      expect(answers).toMatch(new RegExp(`(^|, )${status} \\d+ times`));
  }
}, 300_000);
