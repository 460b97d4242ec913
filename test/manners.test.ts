import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { Agent, get, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { buffer, text } from 'node:stream/consumers';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { SignJWT } from 'jose';
import { freshDatabase } from './support/database.js';
import { pipelinesFolder, TestService } from './support/service.js';
import { until } from './support/wait.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const PIPELINES = `
pipelines:
  p: { concurrency: 5, tasks: { t: { script: [echo hi] } } }
  loud: { tasks: { t: { script: ['head -c 3000000 /dev/zero | tr "\\\\0" x'] } } }
  wait: { tasks: { t: { script: [sleep 600] } } }
`;

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
}

/** As it comes, not decoded. */
async function ask(
  service: TestService,
  path: string,
  headers = {},
  method = 'GET',
  body = '',
): Promise<Answer> {
  const { hostname, port } = new URL(await service.url());
  const options = {
    host: hostname.replace('localhost', '127.0.0.1'),
    port,
    path,
    method,
    headers,
    agent: false,
  };
  return new Promise((done, fail) => {
    const asked = request(options, (response) => {
      buffer(response).then((bytes) => {
        done({ status: response.statusCode ?? 0, headers: response.headers, bytes });
      }, fail);
    });
    asked.on('error', fail).end(body);
  });
}

const services: TestService[] = [];
afterAll(() => Promise.all(services.splice(0).map((service) => service.stop())));

async function start(env: Record<string, string> = {}): Promise<TestService> {
  const service = new TestService({
    DATABASE_URL: await freshDatabase(),
    HOLDFAST_PATH: pipelinesFolder(PIPELINES),
    ...env,
  });
  services.push(service);
  await service.greeting();
  return service;
}

describe('a service without settings for a gateway', () => {
  let service: TestService;
  let done: string;
  let loud: string;
  let running: string;
  beforeAll(async () => {
    service = await start();
    done = await service.schedule('p');
    loud = await service.schedule('loud');
    running = await service.schedule('wait');
    await service.completed(done);
    await service.completed(loud);
  });

  test.each([
    ['GET', '/pipelines', '', {}, 200],
    ['GET', '/nope', '', {}, 404],
    ['DELETE', '/pipelines', '', {}, 405],
    ['GET', '/job/detail?id=x', '', {}, 400],
    ['GET', '/%zz', '', {}, 400],
    ['POST', '/pipelines/schedule', 'x'.repeat(1024 * 1024 + 1), {}, 413],
    ['GET', '/pipelines', '', { expect: 'nope' }, 417],
    ['GET', '/docs/swagger-ui.css', '', {}, 200],
  ])('answers %s %s with the id of the request', async (method, path, body, headers, status) => {
    const named = await ask(service, path, { ...headers, 'x-request-id': 'deploy-42.a_B' }, method, body);
    expect([named.status, named.headers['x-request-id']]).toEqual([status, 'deploy-42.a_B']);
    const nameless = await ask(service, path, headers, method, body);
    expect(nameless.headers['x-request-id']).toMatch(UUID);
  });

  test.each(['x'.repeat(65), 'a b', 'a"b', 'a;b', '<b>', 'é', ''])(
    'gives %j, which is no id, another one',
    async (id) => {
      const { headers } = await ask(service, '/pipelines', { 'x-request-id': id });
      expect(headers['x-request-id']).toMatch(UUID);
    },
  );

  test('believes nobody who says for whom he asks, and is not disturbed by what he says', async () => {
    for (const said of ['6.6.6.6', 'x', ',,,', '1.2.3.4, [::1', 'a'.repeat(5000)]) {
      const headers = { 'x-forwarded-for': said, 'x-forwarded-proto': said, 'x-forwarded-host': said };
      expect((await ask(service, '/pipelines', headers)).status).toBe(200);
    }
  });

  test.each(['/pipelines', '/pipelines/jobs', '/health/ready', '/nope', '/job/detail?id=x', '/openapi.json'])(
    'lets nobody keep %s',
    async (path) => {
      const { headers } = await ask(service, path);
      expect([headers['cache-control'], headers.etag]).toEqual(['no-store', undefined]);
    },
  );

  test('lets nobody keep a job that runs, nor its logs, whatever is known of it', async () => {
    for (const path of [`/job/detail?id=${running}`, `/job/logs?id=${running}&task=t`]) {
      for (const known of [{}, { 'if-none-match': '*' }, { 'if-none-match': 'W/"0"' }]) {
        const { status, headers } = await ask(service, path, known);
        expect([status, headers['cache-control'], headers.etag]).toEqual([200, 'no-store', undefined]);
      }
    }
  });

  test('tells who has a completed job or its logs that nothing has changed, and sends nothing', async () => {
    for (const path of [
      `/job/detail?id=${done}`,
      `/job/detail?id=urn:uuid:${done.toUpperCase()}`,
      `/job/logs?id=${done}&task=t`,
      `/job/logs?id=${loud}&task=t&attempt=1`,
    ]) {
      const first = await ask(service, path);
      expect(first.headers).toMatchObject({
        etag: expect.stringMatching(/^W\/".+"$/) as string,
        'cache-control': 'private, no-cache',
      });
      const tag = first.headers.etag ?? '';
      for (const known of [tag, tag.slice(2), `"a", ${tag}`, '*']) {
        for (const method of ['GET', 'HEAD']) {
          const again = await ask(service, path, { 'if-none-match': known }, method);
          expect([
            again.status,
            again.bytes.length,
            again.headers.etag,
            again.headers['cache-control'],
          ]).toEqual([304, 0, tag, 'private, no-cache']);
          expect(again.headers.vary).toBe(first.headers.vary);
        }
      }
      const other = await ask(service, path, { 'if-none-match': '"a", W/"b"' });
      expect([other.status, other.bytes]).toEqual([200, first.bytes]);
    }
  });

  test('answers for what is not there as always, whatever is known of it', async () => {
    const known = { 'if-none-match': '*' };
    const unknown = '52a5cb79-7556-4c52-8e6f-000000000000';
    const statusOf = async (path: string) => (await ask(service, path, known)).status;
    expect(await statusOf(`/job/detail?id=${unknown}`)).toBe(404);
    expect(await statusOf(`/job/logs?id=${done}&task=nope`)).toBe(404);
    expect(await statusOf(`/job/logs?id=${done}&task=t&attempt=2`)).toBe(404);
    expect(await statusOf('/job/detail?id=x')).toBe(400);
  });

  test('compresses what is large for who accepts it, and says that it depends on that', async () => {
    for (const path of ['/openapi.json', `/job/logs?id=${loud}&task=t`, '/docs/swagger-ui.css']) {
      const plain = await ask(service, path);
      const gzipped = await ask(service, path, { 'accept-encoding': 'gzip' });
      const brotli = await ask(service, path, { 'accept-encoding': 'gzip, br' });
      expect([plain, gzipped, brotli].map(({ headers }) => headers['content-encoding'])).toEqual([
        undefined,
        'gzip',
        'br',
      ]);
      expect([plain, gzipped, brotli].map(({ headers }) => headers.vary)).toEqual(
        Array(3).fill('Accept-Encoding'),
      );
      expect(gunzipSync(gzipped.bytes).equals(plain.bytes)).toBe(true);
      expect(brotliDecompressSync(brotli.bytes).equals(plain.bytes)).toBe(true);
      expect(gzipped.bytes.length).toBeLessThan(plain.bytes.length / 2);
      expect(gzipped.headers.etag).toBe(plain.headers.etag);
    }
    const small = await ask(service, `/job/logs?id=${done}&task=t`, { 'accept-encoding': 'gzip, br' });
    expect([small.headers['content-encoding'], small.bytes.toString()]).toEqual([
      undefined,
      '{"stdout":"hi\\n","stderr":""}',
    ]);
  });

  test('says nothing to a web page of another origin, and refuses to be asked by one', async () => {
    for (const method of ['GET', 'OPTIONS']) {
      const headers = { origin: 'https://evil.example', 'access-control-request-method': 'POST' };
      const answer = await ask(service, '/pipelines/jobs', headers, method);
      expect(answer.status).toBe(method === 'GET' ? 403 : 405);
      expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
    }
  });

  test('limits nobody', async () => {
    const answers = await Promise.all(Array.from({ length: 100 }, () => ask(service, '/pipelines')));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  });

  test('refuses an address that is too long', async () => {
    const { status, bytes } = await ask(service, `/job/detail?id=${'x'.repeat(17_000)}`);
    expect([status, bytes.toString()]).toEqual([431, '{"error":"Request header is too large"}']);
  });
});

describe('a service that knows its gateway', () => {
  const OURS = 'https://app.example.com';
  let service: TestService;
  beforeAll(async () => {
    service = await start({
      HOLDFAST_ROLE: 'api',
      HOLDFAST_BASE_PATH: '/jobs-api',
      HOLDFAST_TRUSTED_PROXIES: '127.0.0.1',
      HOLDFAST_CORS_ORIGINS: `${OURS},http://localhost:3000`,
      HOLDFAST_RATE_LIMIT: '2',
    });
  });
  let callers = 0;
  /** Each test is another caller. */
  const caller = () => ({ 'x-forwarded-for': `10.1.0.${(callers += 1)}` });

  test('has its routes below its path, and health and numbers without it, too', async () => {
    const greeting = await service.greeting();
    expect(greeting).toMatch(/API http:\S+\/jobs-api, Swagger UI http:\S+\/jobs-api\/docs,/);
    const statusOf = async (path: string) => (await ask(service, path, caller())).status;
    for (const path of [
      '/jobs-api/pipelines',
      '/jobs-api/pipelines/?x',
      '/jobs-api/docs',
      '/jobs-api/openapi.json',
      '/jobs-api/health/live',
      '/health/live',
      '/health/ready?x',
      '/jobs-api/metrics',
      '/metrics',
    ])
      expect([path, await statusOf(path)]).toEqual([path, 200]);
    const absent = [
      '/',
      '/pipelines',
      '/docs',
      '/openapi.json',
      '/job/detail',
      '/jobs-apix/pipelines',
      '/jobs-api/jobs-api/pipelines',
      '/JOBS-API/pipelines',
      '//jobs-api/pipelines',
      '/x/../jobs-api/pipelines',
      '/health',
      '/health/nope',
    ];
    for (const path of absent) {
      const { status, bytes } = await ask(service, path, caller());
      expect([path, status, bytes.toString()]).toEqual([path, 404, '{"error":"Not found"}']);
    }
    // What is refused first is told of as well.
    const numbers = (await ask(service, '/metrics', caller())).bytes.toString();
    expect(numbers).toContain(
      `http_request_duration_seconds_count{method="GET",route="none",status="404"} ${absent.length}`,
    );
    const refused = await ask(service, '/jobs-api/pipelines/', caller(), 'DELETE');
    expect([refused.status, refused.headers.allow]).toEqual([405, 'GET, HEAD']);
    expect((await ask(service, '/pipelines', caller(), 'DELETE')).status).toBe(404);
  });

  test('lets the pages of named origins ask, and read what they need', async () => {
    const asking = { ...caller(), origin: OURS, 'access-control-request-method': 'POST' };
    const preflight = await ask(service, '/jobs-api/pipelines/schedule', asking, 'OPTIONS');
    expect(preflight).toMatchObject({
      status: 204,
      headers: {
        'access-control-allow-origin': OURS,
        'access-control-allow-methods': 'GET, HEAD, POST',
        'access-control-allow-headers': expect.stringContaining('Authorization') as string,
        vary: 'Accept-Encoding, Origin',
      },
    });
    for (const path of ['/jobs-api/pipelines', '/jobs-api/nope', '/jobs-api/job/detail?id=x']) {
      const { headers } = await ask(service, path, { ...caller(), origin: OURS });
      expect(headers).toMatchObject({
        'access-control-allow-origin': OURS,
        'access-control-expose-headers':
          'Location, ETag, Content-Range, X-Request-Id, Retry-After, Idempotent-Replayed',
        vary: 'Accept-Encoding, Origin',
      });
      expect(headers).not.toHaveProperty('access-control-allow-credentials');
    }
  });

  test.each([
    'https://evil.example',
    `${OURS}.evil.example`,
    'http://app.example.com',
    `${OURS}:444`,
    'null',
    OURS.toUpperCase(),
    '*',
  ])('says nothing to the pages of %s', async (origin) => {
    for (const method of ['GET', 'OPTIONS']) {
      const asking = { ...caller(), origin, 'access-control-request-method': 'POST' };
      const { status, headers } = await ask(service, '/jobs-api/pipelines', asking, method);
      expect(status).toBe(method === 'GET' ? 403 : 405);
      expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
      expect(headers.vary).toBe('Accept-Encoding, Origin');
    }
  });

  test('refuses a caller that asks too often, that one alone, and never for health', async () => {
    const hasty = caller();
    const answers = await Promise.all(
      Array.from({ length: 60 }, () => ask(service, '/jobs-api/pipelines', hasty)),
    );
    const refused = answers.filter(({ status }) => status === 429);
    expect(answers.filter(({ status }) => status !== 200 && status !== 429)).toEqual([]);
    expect(refused.length).toBeGreaterThan(0);
    for (const { bytes, headers } of refused) {
      expect(bytes.toString()).toBe('{"error":"Too many requests"}');
      expect(headers['retry-after']).toBe('1');
      expect(headers['x-request-id']).toMatch(UUID);
    }
    expect((await ask(service, '/jobs-api/pipelines', caller())).status).toBe(200);
    const health = await Promise.all(Array.from({ length: 30 }, () => ask(service, '/health/live', hasty)));
    expect(new Set(health.map(({ status }) => status))).toEqual(new Set([200]));
  });

  test('takes what its gateway says and is no address for nothing', async () => {
    for (const said of ['', 'x', ',', '1.2.3.4:x', '999.1.1.1', 'a'.repeat(3000)]) {
      const { status } = await ask(service, '/health/ready', {
        'x-forwarded-for': said,
        'x-forwarded-host': said,
      });
      expect([said, status]).toEqual([said, 200]);
    }
  });
});

describe('a service that limits callers who have tokens', () => {
  const SECRET = 'x'.repeat(32);
  let service: TestService;
  beforeAll(async () => {
    service = await start({
      HOLDFAST_ROLE: 'api',
      HOLDFAST_JWT_SECRET: SECRET,
      HOLDFAST_TRUSTED_PROXIES: '127.0.0.1',
      HOLDFAST_RATE_LIMIT: '2',
    });
  });
  let probers = 100;
  const from = (host: number, token: string) => ({
    'x-forwarded-for': `10.3.0.${host}`,
    authorization: `Bearer ${token}`,
  });
  const tokenOf = (claims: { sub?: string; scope?: string }) =>
    new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(Buffer.from(SECRET));
  const statuses = async (headers: object, count: number) => {
    const answers = Array.from({ length: count }, () => ask(service, '/pipelines', headers));
    return (await Promise.all(answers)).map(({ status }) => status);
  };

  test('has whoever guesses wait, with a good token as well, and nobody else', async () => {
    const good = await tokenOf({ sub: 'jane' });
    const guessed = new Set<number>();
    await until('whoever has guessed is not asked any more', async () => {
      for (const one of await statuses(from(1, 'guess'), 30)) guessed.add(one);
      const { status, headers } = await ask(service, '/pipelines', from(1, good));
      return status === 429 && headers['retry-after'] === '1';
    });
    expect(await statuses(from(2, good), 1)).toEqual([200]);
    for (const one of await statuses(from(1, 'guess'), 30)) guessed.add(one);
    expect(guessed).toEqual(new Set([401, 429]));
  });

  test('has many guesses at once wait as well, however they come', async () => {
    const one =
      'GET /pipelines HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 10.3.0.9\r\nAuthorization: Bearer x\r\n\r\n';
    const last = one.replace(
      'Bearer x\r\n',
      `Bearer ${await tokenOf({ sub: 'jane' })}\r\nConnection: close\r\n`,
    );
    // Also where the good one among them is known already.
    expect(await statuses(from(7, await tokenOf({ sub: 'jane' })), 1)).toEqual([200]);
    const { port } = new URL(await service.url());
    const socket = connect(Number(port), '127.0.0.1');
    socket.write(one.repeat(300) + last);
    const answers = [...(await text(socket)).matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status);
    expect(answers).toHaveLength(301);
    // At two a second, for as long as this may take at the most.
    expect(answers.filter((status) => status === '401').length).toBeLessThan(100);
    expect(answers.at(-1)).toBe('429');
  });

  test('keeps nobody from asking because strangers at the same address ask for what is open, or not there', async () => {
    const good = await tokenOf({});
    for (const path of ['/openapi.json', '/nope']) {
      const stranger = from(8, '');
      const asked = await Promise.all(Array.from({ length: 60 }, () => ask(service, path, stranger)));
      expect(asked.some(({ status }) => status === 429)).toBe(true);
      expect((await ask(service, '/pipelines', from(8, good))).status).toBe(200);
    }
  });

  test('has whoever asks for what it may not have wait, and not its neighbours', async () => {
    const [reads, cancels] = [await tokenOf({ sub: 'r' }), await tokenOf({ sub: 'c', scope: 'cancel' })];
    expect(new Set(await statuses(from(3, cancels), 60))).toEqual(new Set([403, 429]));
    expect(await statuses(from(3, reads), 1)).toEqual([200]);
  });

  test('answers a page of another origin that has a token, in words that its browser keeps from it', async () => {
    const asking = { ...from(5, await tokenOf({ sub: 'page' })), origin: 'https://evil.example' };
    const { status, headers } = await ask(service, '/pipelines', asking);
    expect(status).toBe(200);
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  });

  test.each([
    ['GET', '/nope', 404],
    ['GET', '/health/nope', 404],
    ['GET', '/health/live/nope', 404],
    ['DELETE', '/health/live', 405],
    ['GET', '/assets/nope', 404],
    ['GET', '/assets/nope/nope', 404],
  ])(
    'makes a caller that looks for routes by %s %s wait, and still answers it for health',
    async (...asked) => {
      const [method, path, status] = asked;
      const prober = from((probers += 1), '');
      const answers = Array.from({ length: 60 }, () => ask(service, path, prober, method));
      const found = (await Promise.all(answers)).map((answer) => answer.status);
      expect(new Set(found)).toEqual(new Set([status, 429]));
      const health = Array.from({ length: 30 }, () => ask(service, '/health/live', prober));
      expect(new Set((await Promise.all(health)).map((answer) => answer.status))).toEqual(new Set([200]));
    },
  );
});

test('a service limits who is connected, and not who he says he is, if he is nobody to be believed', async () => {
  const service = await start({
    HOLDFAST_RATE_LIMIT: '1',
    HOLDFAST_ROLE: 'api',
    HOLDFAST_TRUSTED_PROXIES: '10.0.0.0/8',
  });
  const answers = await Promise.all(
    Array.from({ length: 60 }, (_, index) =>
      ask(service, '/pipelines', { 'x-forwarded-for': `10.2.0.${index}` }),
    ),
  );
  expect(answers.some(({ status }) => status === 429)).toBe(true);
});

test('a service that is told to end asks its callers to end their connections, and goes on answering them', async () => {
  const folder = pipelinesFolder(
    'pipelines: { gate: { tasks: { t: { script: ["until [ -e go ]; do sleep 0.02; done"] } } } }',
  );
  const service = new TestService({ DATABASE_URL: await freshDatabase(), HOLDFAST_PATH: folder }, folder);
  services.push(service);
  const id = await service.schedule('gate');
  await until('its task runs', async () => (await service.job(id)).tasks[0]?.status === 'running');
  const { hostname, port } = new URL(await service.url());
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const connectionAfter = async () => {
    const options = {
      host: hostname.replace('localhost', '127.0.0.1'),
      port,
      path: `/job/detail?id=${id}`,
      agent,
    };
    const [response] = (await once(get(options), 'response')) as [IncomingMessage];
    await buffer(response);
    return [response.statusCode, response.headers.connection];
  };
  expect(await connectionAfter()).toEqual([200, 'keep-alive']);
  service.process.kill('SIGINT');
  await until('it has noticed', () => service.output.includes('running tasks to wait for: 1'));
  expect(await connectionAfter()).toEqual([200, 'close']);
  writeFileSync(`${folder}/go`, '');
  expect(await service.exited).toBe(0);
  agent.destroy();
});
