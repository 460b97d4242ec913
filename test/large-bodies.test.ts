import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { freshDatabase } from './support/database.js';
import { pipelinesFolder, TestService } from './support/service.js';
import { bearer, SECRET } from './support/token.js';

/** Large bodies that one caller may send at a time. */
const AT_ONCE = 8;
const BODY = JSON.stringify({ pipeline: 'p', variables: { text: 'x'.repeat(100_000) } });

let service: TestService;
/** One token of each caller. The service has verified it, and so admits what comes with it at once. */
const tokens = new Map<string, Promise<TokenHeaders>>();
const sockets: Socket[] = [];
beforeAll(async () => {
  service = new TestService({
    DATABASE_URL: await freshDatabase(),
    HOLDFAST_PATH: pipelinesFolder('pipelines: { p: { concurrency: 1000, tasks: {} } }'),
    HOLDFAST_ROLE: 'api',
    HOLDFAST_JWT_SECRET: SECRET,
  });
  await service.greeting();
});
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});
afterAll(() => service.stop());

type TokenHeaders = Record<string, string>;

const headersOf = (sub: string): Promise<TokenHeaders> => {
  const known = tokens.get(sub) ?? verified(sub);
  tokens.set(sub, known);
  return known;
};

async function verified(sub: string): Promise<TokenHeaders> {
  const headers = await bearer({ sub });
  expect((await service.call('GET', '/pipelines', undefined, headers)).status).toBe(200);
  return headers;
}

/** A caller that has begun to send a large body. `length`: what it says of its length. */
async function beginning(sub: string, length: string): Promise<Socket> {
  const socket = connect(Number(new URL(await service.url()).port), '127.0.0.1');
  sockets.push(socket);
  await once(socket, 'connect');
  const { authorization } = await headersOf(sub);
  socket.write(
    `POST /pipelines/schedule HTTP/1.1\r\nHost: x\r\nAuthorization: ${String(authorization)}\r\n${length}\r\n\r\n`,
  );
  socket.write(length.startsWith('Content') ? BODY.slice(0, 1_000) : `3e8\r\n${BODY.slice(0, 1_000)}\r\n`);
  return socket;
}

const schedule = async (sub: string, body = BODY) =>
  (await service.call('POST', '/pipelines/schedule', body, await headersOf(sub))).status;
const small = (sub: string) => schedule(sub, '{"pipeline":"p"}');

/** The service has come to what was sent before when it has answered twice on new connections. */
async function settled(): Promise<void> {
  for (let round = 0; round < 2; round += 1) expect((await service.get('/health/live')).status).toBe(200);
}

test.each([
  ['of a length that is said', `Content-Length: ${BODY.length}`],
  ['of any length', 'Transfer-Encoding: chunked'],
])('large bodies %s wait for others of the same caller, and nothing else does', async (_what, length) => {
  for (let count = 0; count < AT_ONCE; count += 1) await beginning('a', length);
  await settled();
  let answer: number | null = null;
  const waiting = schedule('a').then((status) => (answer = status));
  await settled();
  expect([await small('a'), await schedule('b'), await small('b')]).toEqual([202, 202, 202]);
  expect(answer).not.toBe(202);
  // A caller that disconnects gives up its turn. On a slow machine the wait may be over before.
  sockets[0]?.destroy();
  expect((await waiting) === 429 ? await schedule('a') : answer).toBe(202);
  // An answer ends a turn, too.
  expect(await Promise.all([schedule('a'), schedule('a'), schedule('a')])).toEqual([202, 202, 202]);
});

test('a large body that waits for too long is refused, and says when to come again', async () => {
  for (let count = 0; count < AT_ONCE; count += 1) await beginning('c', `Content-Length: ${BODY.length}`);
  await settled();
  const { status, body, headers } = await service.call(
    'POST',
    '/pipelines/schedule',
    BODY,
    await headersOf('c'),
  );
  expect([status, body, headers.get('retry-after')]).toEqual([
    429,
    { error: 'Too many large bodies at a time' },
    '1',
  ]);
});
