import { connect } from 'node:net';
import { freshDatabase } from './support/database.js';
import { pipelinesFolder, TestService } from './support/service.js';

let service: TestService;
beforeAll(async () => {
  const folder = pipelinesFolder('pipelines: { p: { tasks: { t: { script: [echo hi] } } } }');
  service = new TestService({ DATABASE_URL: await freshDatabase(), HOLDFAST_PATH: folder });
  await service.greeting();
});
afterAll(() => service.stop());

const schedule = (body: string | Buffer, headers: Record<string, string> = {}) =>
  service.call<{ error: string; jobId: string }>('POST', '/pipelines/schedule', body, headers);

/** What comes back for exactly these bytes. */
async function raw(text: string): Promise<{ status: number; head: string; body: string }> {
  const { hostname, port } = new URL(await service.url());
  return new Promise((done, fail) => {
    const socket = connect(Number(port), hostname.replace('localhost', '127.0.0.1'), () =>
      socket.write(text),
    );
    let answer = '';
    socket.on('data', (bytes) => (answer += bytes.toString()));
    socket.on('error', fail);
    socket.on('close', () => {
      const [head = '', body = ''] = answer.split('\r\n\r\n');
      done({ status: Number(head.split(' ')[1]), head, body });
    });
  });
}

const request = (line: string, ...headers: string[]) =>
  [line, 'Host: localhost', 'Connection: close', ...headers, '', ''].join('\r\n');

describe('a body', () => {
  const decoding = (rest: RegExp | string) =>
    expect.stringMatching(
      new RegExp(`^Error decoding JSON: ${typeof rest === 'string' ? rest : rest.source}`),
    ) as string;

  test.each([
    ['nothing', '', 'EOF$'],
    ['what is no JSON', '{"pipeline":', '.+'],
    ['what is no JSON at all', 'pipeline=p', '.+'],
    ['a list', '[]', 'expected an object$'],
    ['a text', '"p"', 'expected an object$'],
    ['null', 'null', 'expected an object$'],
    ['a number as pipeline', '{"pipeline":5}', 'pipeline must be a string$'],
    ['a list as variables', '{"pipeline":"p","variables":[]}', 'variables must be an object$'],
    [
      'a long queuePartition',
      `{"pipeline":"p","queuePartition":"${'a'.repeat(9000)}"}`,
      'queuePartition is longer than 500 characters$',
    ],
    ['a number as queuePartition', '{"pipeline":"p","queuePartition":1}', 'queuePartition must be a string$'],
    ['NUL in a value', '{"pipeline":"p","variables":{"a":"\\u0000"}}', 'a string contains NUL$'],
    ['NUL in a key', '{"pipeline":"p","variables":{"\\u0000":1}}', 'a string contains NUL$'],
    ['NUL in the pipeline', '{"pipeline":"\\u0000"}', 'a string contains NUL$'],
    ['half a character', '{"pipeline":"p","variables":{"a":"\\ud800"}}', 'a string is not valid Unicode$'],
    ['a number without end', '{"pipeline":"p","variables":{"a":1e200000}}', 'a number is too large$'],
    ['__proto__', '{"pipeline":"p","__proto__":{"a":1}}', 'the key __proto__ is not allowed$'],
    [
      '__proto__ in the variables',
      '{"pipeline":"p","variables":{"__proto__":1}}',
      'the key __proto__ is not allowed$',
    ],
    [
      '5,000 levels',
      `{"pipeline":"p","variables":{"a":${'['.repeat(5000)}${']'.repeat(5000)}}}`,
      'nested deeper than 64 levels$',
    ],
    ['400,000 levels', '['.repeat(400_000), '.+'],
  ])('with %s is refused with a reason', async (_what, body, reason) => {
    expect(await schedule(body)).toMatchObject({ status: 400, body: { error: decoding(reason) } });
  });

  test('that is no UTF-8 is refused', async () => {
    const bytes = Buffer.concat([Buffer.from('{"pipeline":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}')]);
    expect(await schedule(bytes)).toMatchObject({
      status: 400,
      body: { error: decoding('the body is not UTF-8') },
    });
  });

  test('of more than 1 MiB is refused, one of a little less is taken', async () => {
    const body = (length: number) => JSON.stringify({ pipeline: 'p', variables: { a: 'x'.repeat(length) } });
    expect(await schedule(body(1024 * 1024))).toMatchObject({
      status: 413,
      body: { error: 'Request body is too large' },
    });
    expect((await schedule(body(1024 * 1024 - 100))).status).toBe(202);
  });

  test('of more than 1 MiB without a length is refused', async () => {
    const chunk = `${(1024 * 1024 + 1).toString(16)}\r\n${'x'.repeat(1024 * 1024 + 1)}\r\n0\r\n\r\n`;
    const answer = await raw(
      request('POST /pipelines/schedule HTTP/1.1', 'Transfer-Encoding: chunked') + chunk,
    );
    expect(answer).toMatchObject({ status: 413, body: '{"error":"Request body is too large"}' });
  });

  test('of 64 levels is taken', async () => {
    const body = `{"pipeline":"p","variables":{"a":${'['.repeat(62)}${']'.repeat(62)}}}`;
    expect((await schedule(body)).status).toBe(202);
  });

  test.each([
    ['none', {}],
    ['text/plain', { 'content-type': 'text/plain' }],
    ['a form', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['multipart', { 'content-type': 'multipart/form-data; boundary=x' }],
    ['nonsense', { 'content-type': 'nonsense' }],
    ['JSON in another charset', { 'content-type': 'application/json; charset=latin1' }],
  ])('is read whatever its Content-Type says: %s (1.3)', async (_what, headers) => {
    expect((await schedule('{"pipeline":"p"}', headers)).status).toBe(202);
  });

  test('is read without a Content-Type at all (1.3)', async () => {
    const body = '{"pipeline":"p"}';
    const answer = await raw(
      request('POST /pipelines/schedule HTTP/1.1', `Content-Length: ${body.length}`) + body,
    );
    expect(answer.status).toBe(202);
  });

  test.each([
    ['unknown keys', '{"pipeline":"p","nope":{"deep":1},"constructor":1,"then":"x"}'],
    ['null variables', '{"pipeline":"p","variables":null,"queuePartition":null}'],
    [
      'keys that objects have by themselves',
      '{"pipeline":"p","variables":{"constructor":1,"hasOwnProperty":2,"toString":3}}',
    ],
    ['a byte order mark', '\uFEFF{"pipeline":"p"}'],
  ])('with %s is taken (4.1)', async (_what, body) => {
    expect((await schedule(body)).status).toBe(202);
  });

  test.each([
    ['an unknown pipeline', '{"pipeline":"nope"}', 'pipeline "nope" is not defined'],
    ['no pipeline', '{}', 'pipeline "" is not defined'],
    ['a pipeline of objects’ own', '{"pipeline":"constructor"}', 'pipeline "constructor" is not defined'],
    [
      'the name of the job’s id',
      '{"pipeline":"p","variables":{"__jobID":"x"}}',
      'variable __jobID is reserved',
    ],
  ])('that names %s is refused (4.2, 8.4)', async (_what, body, reason) => {
    expect(await schedule(body)).toMatchObject({
      status: 400,
      body: { error: `Error scheduling pipeline: ${reason}` },
    });
  });

  test('on a GET is passed over', async () => {
    const answer = await raw(request('GET /pipelines HTTP/1.1', 'Content-Length: 3') + 'abc');
    expect(answer.status).toBe(200);
  });
});

describe('an id', () => {
  test.each([
    '',
    'x',
    '52a5cb79-7556-4c52-8e6f-dd6aaf1bc4c',
    '52a5cb79-7556-4c52-8e6f-dd6aaf1bc4c8%00',
    '52a5cb79-7556-4c52-8e6f-dd6aaf1bc4c8%0A',
    "52a5cb79-7556-4c52-8e6f-dd6aaf1bc4c8'%20OR%20'1'='1",
    '%2e%2e/%2e%2e/etc/passwd',
    '{52a5cb79755 64c528e6fdd6aaf1bc4c8}',
    'urn:uuid:52a5cb7975564c528e6fdd6aaf1bc4c8',
    '%ff%fe',
    'x'.repeat(8000),
  ])('%s is refused on every route', async (id) => {
    for (const [method, path] of [
      ['GET', '/job/detail'],
      ['GET', '/job/logs'],
      ['POST', '/job/cancel'],
    ] as const) {
      const answer = await service.call(method, `${path}?id=${id}`);
      expect(answer).toMatchObject({ status: 400, body: { error: 'Invalid job id' } });
    }
  });

  test.each([
    '?ID=52a5cb79-7556-4c52-8e6f-dd6aaf1bc4c8',
    '?id[]=52a5cb79-7556-4c52-8e6f-dd6aaf1bc4c8',
    '?id=&id=52a5cb79-7556-4c52-8e6f-dd6aaf1bc4c8',
    '?__proto__[id]=x',
    '',
  ])('is not found in %j (1.4)', async (query) => {
    expect(await service.get(`/job/detail${query}`)).toMatchObject({
      status: 400,
      body: { error: 'Invalid job id' },
    });
  });
});

describe('a request', () => {
  test.each([
    '/nope',
    '/assets/nope.js',
    '/index.html',
    '/job',
    '/job/detail/',
    '/pipelines//',
    '/pipelines/nope',
    '/.git/config',
    '/%2e%2e/package.json',
  ])('for %s is answered with 404', async (path) => {
    expect(await raw(request(`GET ${path} HTTP/1.1`))).toMatchObject({
      status: 404,
      body: '{"error":"Not found"}',
    });
  });

  test('for a file outside of Swagger UI’s is refused', async () => {
    const { status, body } = await raw(request('GET /docs/../package.json HTTP/1.1'));
    expect([status, body]).toEqual([403, '{"error":"Forbidden"}']);
  });

  test.each([
    ['POST', '/job/detail', 'GET, HEAD'],
    ['DELETE', '/pipelines/', 'GET, HEAD'],
    ['GET', '/job/cancel', 'POST'],
    ['PROPFIND', '/pipelines/jobs', 'GET, HEAD'],
    ['OPTIONS', '/pipelines/schedule', 'POST'],
  ])('with %s for %s is answered with 405 and what would be allowed (1.2)', async (method, path, allow) => {
    const { status, head, body } = await raw(request(`${method} ${path} HTTP/1.1`));
    expect([status, body]).toEqual([405, '{"error":"Method not allowed"}']);
    expect(head.toLowerCase()).toContain(`\r\nallow: ${allow.toLowerCase()}\r\n`);
  });

  test.each([
    ['that is no HTTP', 'hello\r\n\r\n', 400, 'Invalid HTTP request'],
    ['with an unknown method', request('FOO / HTTP/1.1'), 400, 'Invalid HTTP request'],
    ['with a broken escape', request('GET /%zz HTTP/1.1'), 400, 'Invalid URL'],
    [
      'with 20 KiB of headers',
      request('GET /pipelines HTTP/1.1', `X: ${'x'.repeat(20_000)}`),
      431,
      'Request header is too large',
    ],
    [
      'that expects what nobody knows',
      request('GET /pipelines HTTP/1.1', 'Expect: nope'),
      417,
      'Expectation failed',
    ],
    [
      'with two lengths',
      request('POST /pipelines/schedule HTTP/1.1', 'Content-Length: 1', 'Content-Length: 2'),
      400,
      'Invalid HTTP request',
    ],
    [
      'with a length and chunks',
      request('POST /pipelines/schedule HTTP/1.1', 'Content-Length: 1', 'Transfer-Encoding: chunked'),
      400,
      'Invalid HTTP request',
    ],
  ])('%s is refused as JSON', async (_what, text, status, error) => {
    expect(await raw(text)).toMatchObject({ status, body: JSON.stringify({ error }) });
  });

  test('that is no HTTP and goes on after its refusal is cut off', async () => {
    const { hostname, port } = new URL(await service.url());
    // Its end of the connection stays open, although the server has closed its own.
    const options = { port: Number(port), host: hostname.replace('localhost', '127.0.0.1') };
    const socket = connect({ ...options, allowHalfOpen: true });
    socket.on('error', () => undefined).resume();
    const talking = setInterval(() => socket.write('hello\r\n'), 50);
    const closed = new Promise((done) => socket.once('close', done));
    await closed;
    clearInterval(talking);
  });

  test('without a Host is answered', async () => {
    expect((await raw('GET /pipelines HTTP/1.1\r\nConnection: close\r\n\r\n')).status).toBe(200);
  });

  test('never got a 500, and nothing was said of it on the console', async () => {
    expect((await service.get('/health/ready')).status).toBe(200);
    expect(service.output).not.toMatch(/error|exception|at .*\.js/i);
  });
});
