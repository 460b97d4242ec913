/** Requests that a client sends before it has the answers to earlier ones. */
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { serviceOf, type TestService } from './support/service.js';

let service: TestService;
beforeAll(async () => {
  service = await serviceOf('pipelines: { p: { tasks: { t: { script: [echo hi] } } } }');
});
afterAll(() => service.stop());

async function client(): Promise<Socket> {
  const { port } = new URL(await service.url());
  return connect(Number(port), '127.0.0.1').on('error', () => undefined);
}

const get = (path: string, ...headers: string[]) =>
  [`GET ${path} HTTP/1.1`, 'Host: localhost', ...headers, '', ''].join('\r\n');

const post = (body: string) =>
  `POST /pipelines/schedule HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

/** Reads on until the server has ended the connection, also where it was reset. */
const closed = (socket: Socket) =>
  new Promise((done) => {
    socket.resume().once('close', done);
  });

async function megabytes(): Promise<number> {
  const numbers = await (await fetch(await service.url('/metrics'))).text();
  return Number(/^process_resident_memory_bytes (\S+)$/m.exec(numbers)?.[1]) / 1024 ** 2;
}

test('they are answered in their order, bodies included', async () => {
  const socket = await client();
  const asked = Array.from({ length: 100 }, (_, i) =>
    i % 2 === 0 ? get(`/${i}`) : post('{"pipeline":"p"}'),
  );
  socket.write(asked.join('') + get('/pipelines', 'Connection: close'));
  const statuses = [...(await text(socket)).matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status);
  expect(statuses).toEqual([...asked.map((_, i) => (i % 2 === 0 ? '404' : '202')), '200']);
});

test('what follows a request that closes the connection is not begun', async () => {
  const jobs = async () => (await service.call<{ jobs: unknown[] }>('GET', '/jobs')).body.jobs.length;
  const before = await jobs();
  const socket = await client();
  socket.write(get('/pipelines', 'Connection: close') + post('{"pipeline":"p"}').repeat(10));
  const answers = (await text(socket)).match(/HTTP\/1/g);
  expect({ answers: answers?.length, jobs: await jobs() }).toEqual({ answers: 1, jobs: before });
});

test.each([
  ['reads', get('/openapi.json')],
  ['schedules', post('{"pipeline":"no"}')],
  ['streams', get('/jobs/events')],
])(
  'thousands of %s ahead of their answers cost the client its connection, and nobody else theirs',
  async (_, one) => {
    const before = await megabytes();
    const sockets = await Promise.all(Array.from({ length: 20 }, client));
    // Nothing of the answers is read.
    for (const socket of sockets) socket.pause().write(one.repeat(20_000));
    expect((await fetch(await service.url('/health/ready'))).status).toBe(200);
    await Promise.all(sockets.map(closed));
    expect((await megabytes()) - before).toBeLessThan(400);
  },
);
