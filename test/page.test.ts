import { gzipSync } from 'node:zlib';
import { ask } from './support/ask.js';
import { freshDatabase } from './support/database.js';
import { pipelinesFolder, TestService } from './support/service.js';

const MOST_BYTES = 300_000;

let folder: string;
let url: string;
beforeAll(async () => {
  folder = pipelinesFolder('pipelines: { p: { tasks: { t: { script: [echo hi] } } } }');
  url = await freshDatabase();
});

const start = (env: Record<string, string> = {}) =>
  new TestService({ DATABASE_URL: url, HOLDFAST_PATH: folder, HOLDFAST_ROLE: 'api', ...env });

const fetchFrom = async (service: TestService, path: string, headers: Record<string, string> = {}) =>
  fetch(await service.url(path), { headers, redirect: 'manual' });

/** What the page loads before it shows anything, by its address below the page's. */
const loadedBy = (html: string) =>
  [...html.matchAll(/(?:src|href)="\.\/([^"]+)"/g)].map(([, path]) => path ?? '');

describe('the page', () => {
  let service: TestService;
  beforeAll(() => {
    service = start();
  });
  afterAll(() => service.stop());

  test('is at /, asked for anew each time, and answered by 304 while it is the same', async () => {
    const first = await fetchFrom(service, '/');
    expect([first.status, first.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(first.headers.get('cache-control')).toBe('no-cache');
    expect(await first.text()).toContain('<title>Holdfast</title>');
    const tag = String(first.headers.get('etag'));
    const again = await fetchFrom(service, '/', { 'if-none-match': `"other", ${tag}` });
    expect([again.status, await again.text(), again.headers.get('etag')]).toEqual([304, '', tag]);
    expect((await fetchFrom(service, '/', { 'if-none-match': '"other"' })).status).toBe(200);
  });

  test('loads what is named by its content and kept for ever, all of it below itself', async () => {
    const html = await (await fetchFrom(service, '/')).text();
    const loaded = loadedBy(html);
    expect(loaded.filter((path) => /^assets\/[\w-]+-[\w-]{8}\.(js|css|svg)$/.test(path))).toEqual(loaded);
    expect(loaded.length).toBeGreaterThan(2);
    expect([...html.matchAll(/(?:src|href)=/g)]).toHaveLength(loaded.length);
    for (const path of loaded) {
      const { status, headers } = await fetchFrom(service, `/${path}`);
      expect([path, status, headers.get('cache-control')]).toEqual([
        path,
        200,
        'public, max-age=31536000, immutable',
      ]);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
    }
  });

  test('is small: what it loads at first is less than 300 kB compressed', async () => {
    const html = await (await fetchFrom(service, '/')).text();
    let bytes = gzipSync(html).length;
    for (const path of loadedBy(html)) {
      bytes += gzipSync(Buffer.from(await (await fetchFrom(service, `/${path}`)).arrayBuffer())).length;
    }
    process.stderr.write(`the page's first load is ${(bytes / 1000).toFixed(0)} kB compressed\n`);
    expect(bytes).toBeLessThan(MOST_BYTES);
  });

  test('may run and load nothing but its own files, and be framed by nobody', async () => {
    const { headers } = await fetchFrom(service, '/');
    const policy = String(headers.get('content-security-policy')).split('; ');
    expect(policy).toEqual(
      expect.arrayContaining([
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "frame-ancestors 'none'",
      ]),
    );
    expect(policy.join()).not.toMatch(/unsafe|https?:|\*|data:|blob:/);
  });

  test('has nothing inline, which its policy would not let run', async () => {
    const html = await (await fetchFrom(service, '/')).text();
    expect(html).not.toMatch(/<style|<script(?![^>]* src=)|\son\w+=|\sstyle=|javascript:/i);
  });

  test.each(['/assets/', '/assets/nope.js', '/assets/..%2findex.html', '/index.html', '/web/', '/assets'])(
    'leaves %s to the API, which says that it is not there',
    async (path) => {
      const answer = await fetchFrom(service, path);
      expect([answer.status, await answer.text()]).toEqual([404, '{"error":"Not found"}']);
    },
  );

  test('takes no other method', async () => {
    expect(await service.call('POST', '/', '')).toMatchObject({ status: 405 });
  });

  test('is not for a name that a stranger has lead here, like the API without authentication', async () => {
    for (const path of ['/', '/pipelines']) {
      const { status, error } = await ask(service, path, { headers: [['Host', 'evil.example']] });
      expect([path, status, error]).toEqual([path, 403, expect.stringMatching(/^this Host is not served/)]);
    }
  });

  test('leaves Swagger UI where it is', async () => {
    expect((await fetchFrom(service, '/docs')).status).toBe(200);
  });
});

test('below a base path, its address without a slash leads to the one with it, and nothing is outside', async () => {
  const service = start({ HOLDFAST_BASE_PATH: '/jobs-api' });
  const answer = await fetchFrom(service, '/jobs-api?x=1');
  expect([answer.status, answer.headers.get('location')]).toEqual([308, '/jobs-api/?x=1']);
  const html = await (await fetchFrom(service, '/jobs-api/')).text();
  for (const path of loadedBy(html)) {
    expect([path, (await fetchFrom(service, `/jobs-api/${path}`)).status]).toEqual([path, 200]);
    expect((await fetchFrom(service, `/${path}`)).status).toBe(404);
  }
  expect((await fetchFrom(service, '/')).status).toBe(404);
  await service.stop();
});

test('anybody may read it where the API asks for tokens: there is no secret in it', async () => {
  const service = start({ HOLDFAST_JWT_SECRET: 'a secret of enough characters' });
  const html = await (await fetchFrom(service, '/')).text();
  for (const path of ['', ...loadedBy(html)]) expect((await fetchFrom(service, `/${path}`)).status).toBe(200);
  expect((await fetchFrom(service, '/pipelines')).status).toBe(401);
  await service.stop();
});

test('a worker has none', async () => {
  const service = start({ HOLDFAST_ROLE: 'worker' });
  expect((await fetchFrom(service, '/')).status).toBe(404);
  await service.stop();
});
