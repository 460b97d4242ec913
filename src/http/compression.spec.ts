import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { fastify } from 'fastify';
import { compressAnswers } from './compression.js';

const app = fastify();
compressAnswers(app);
const LARGE = 'x'.repeat(100_000);
let closed: Promise<unknown> = Promise.resolve();

const JSON_TYPE = 'application/json; charset=utf-8';
const pieces = async function* (count: number, failure?: Error) {
  for (let index = 0; index < count; index += 1) yield await Promise.resolve('0123456789'.repeat(100));
  if (failure !== undefined) throw failure;
};
app.get('/streamed', (request, reply) => {
  const { count } = request.query as { count: string };
  return reply.type(JSON_TYPE).send(Readable.from(pieces(Number(count)), { objectMode: false }));
});
app.get('/fails', (request, reply) => {
  const { count } = request.query as { count: string };
  const source = pieces(Number(count), new Error('the database is away'));
  return reply.type(JSON_TYPE).send(Readable.from(source, { objectMode: false }));
});
app.get('/endless', (_request, reply) => {
  const source = Readable.from(pieces(Infinity), { objectMode: false });
  closed = new Promise((done) => source.once('close', done));
  return reply.type(JSON_TYPE).send(source);
});
app.get('/events', (_request, reply) => reply.type('text/event-stream').send(LARGE));
app.get('/image', (_request, reply) => reply.type('image/png').send(LARGE));
app.get('/part', (_request, reply) =>
  reply.code(206).header('content-range', 'bytes 0-99999/200000').type(JSON_TYPE).send(LARGE),
);
app.get('/encoded', (_request, reply) => reply.header('content-encoding', 'x').type(JSON_TYPE).send(LARGE));

beforeAll(() => app.listen({ port: 0, host: '127.0.0.1' }));
afterAll(() => app.close());

async function ask(path: string, accept = 'gzip'): Promise<IncomingMessage> {
  const { port } = app.server.address() as AddressInfo;
  const options = { port, host: '127.0.0.1', path, headers: { 'accept-encoding': accept }, agent: false };
  const [response] = (await once(get(options), 'response')) as [IncomingMessage];
  return response;
}

test('a stream is compressed while it is sent', async () => {
  const response = await ask('/streamed?count=500');
  expect([response.headers['content-encoding'], response.headers['content-length']]).toEqual([
    'gzip',
    undefined,
  ]);
  expect(gunzipSync(await buffer(response))).toHaveLength(500_000);
});

test.each([0, 1])('a stream of %i small pieces is sent as it is', async (count) => {
  const response = await ask(`/streamed?count=${count}`);
  expect(response.headers['content-encoding']).toBeUndefined();
  expect(await buffer(response)).toHaveLength(count * 1000);
});

test.each([0, 1, 2, 500])(
  'a stream that fails after %i pieces does not look like one that has ended',
  async (count) => {
    const response = await ask(`/fails?count=${count}`).catch(() => null);
    const whole =
      response === null || response.statusCode !== 200
        ? false
        : await buffer(response).then(
            () => true,
            () => false,
          );
    expect(whole).toBe(false);
  },
);

test('a stream that nobody waits for any more is read no further', async () => {
  const response = await ask('/endless');
  await once(response, 'data');
  response.destroy();
  await closed;
});

test.each(['/events', '/image', '/part', '/encoded'])('%s is sent as it is', async (path) => {
  const response = await ask(path);
  expect(response.headers['content-encoding']).toBe(path === '/encoded' ? 'x' : undefined);
  expect((await buffer(response)).toString()).toBe(LARGE);
});
