import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createServer, type AddressInfo } from 'node:net';
import { EventReader } from '../web/api/sse.js';
import { freshDatabase, withClient } from './support/database.js';
import { Gateway, gatewayTest } from './support/gateway.js';
import { pipelinesFolder, TestService } from './support/service.js';
import { until } from './support/wait.js';

const BASE = '/jobs-api';
const ROUNDS = 2;
const READERS = 3;
const SCHEDULERS = 1;

let url: string;
let folder: string;
let gateway: Gateway;
beforeEach(async () => {
  url = await freshDatabase();
  folder = pipelinesFolder(`
pipelines:
  p: { concurrency: 100, tasks: { t: { script: [echo hi] } } }
  speaks: { tasks: { t: { script: ['echo hi; until [ -e {{ .read }} ]; do sleep 0.05; done'] } } }
`);
  gateway = new Gateway();
});
afterEach(() => gateway.stop());

const start = (port = 0, env: Record<string, string> = {}) =>
  new TestService({
    DATABASE_URL: url,
    HOLDFAST_PATH: folder,
    HOLDFAST_ROLE: 'api',
    HOLDFAST_BASE_PATH: BASE,
    HOLDFAST_TRUSTED_PROXIES: '127.0.0.1',
    PORT: String(port),
    ...env,
  });

/** On a loaded machine, and under this load of ours, a start may take longer than patience usually does. */
async function ready(service: TestService): Promise<void> {
  await service.greeting().catch(() => service.greeting());
  await until('it is ready', async () => (await service.get('/health/ready')).status === 200);
}

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
  return ports;
}

describe('behind a real nginx, under a sub-path', () => {
  gatewayTest('every route, Swagger UI and what it loads are there, and nothing is elsewhere', async () => {
    const service = start();
    const address = new URL(await service.url()).port;
    await gateway.start([`127.0.0.1:${address}`], { location: BASE });
    const statusOf = async (path: string) => (await gateway.ask(path)).status;
    for (const path of ['/pipelines', '/pipelines/', '/pipelines/jobs', '/openapi.json', '/health/ready'])
      expect([path, await statusOf(BASE + path)]).toEqual([path, 200]);
    const absent = ['/pipelines', '/openapi.json', '/health/ready', `${BASE}x/pipelines`, '/', '/index.html'];
    for (const path of [...absent, '/metrics', `${BASE}/metrics`, `${BASE}/%6detrics?x`])
      for (const method of ['GET', 'POST', 'DELETE']) {
        const { status, body } = await gateway.ask(path, { method });
        expect([method, path, status, body]).toEqual([method, path, 404, '{"error":"Not found"}']);
      }
    const page = (await gateway.ask(`${BASE}/docs`)).body;
    const loaded = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link]) => link ?? '');
    expect(loaded.length).toBeGreaterThan(3);
    for (const link of loaded) {
      const { pathname } = new URL(link, `http://gateway${BASE}/docs`);
      expect([pathname, await statusOf(pathname)]).toEqual([pathname, 200]);
    }
    const document = JSON.parse((await gateway.ask(`${BASE}/openapi.json`)).body) as {
      servers: { url: string }[];
      paths: Record<string, object>;
    };
    expect(document.servers).toEqual([{ url: BASE }]);
    // What the gateway refuses by itself it refuses as the service would.
    for (const [path, item] of Object.entries(document.paths)) {
      const { status, headers } = await gateway.ask(`${BASE}${path}?x`, { method: 'TRACE' });
      expect([path, status, headers['allow']]).toEqual([path, 405, 'get' in item ? 'GET, HEAD' : 'POST']);
    }
    await service.stop();
  });

  gatewayTest(
    'the path without its slash leads to the page as at the service, by no host’s name',
    async () => {
      const service = start();
      const address = `127.0.0.1:${new URL(await service.url()).port}`;
      await gateway.start([address], { location: BASE });
      const { status, headers } = await gateway.ask(`${BASE}?a=1`);
      expect([status, headers.location]).toEqual([308, `${BASE}/?a=1`]);
      expect((await gateway.ask(`${BASE}/?a=1`)).status).toBe(200);
      const posted = await gateway.ask(BASE, { method: 'POST', body: '{}' });
      expect([posted.status, posted.headers['allow']]).toEqual([405, 'GET, HEAD']);
      await gateway.stop();

      gateway = new Gateway();
      await gateway.start([address], { location: `${BASE}/` });
      expect((await gateway.ask(`${BASE}?a=1`)).headers.location).toBe(`${BASE}/?a=1`);
      expect((await gateway.ask('/')).body).toBe('{"error":"Not found"}');
      await service.stop();
    },
  );

  gatewayTest('events come through one by one, as they happen', async () => {
    const service = start(0, { HOLDFAST_ROLE: 'all' });
    await gateway.start([`127.0.0.1:${new URL(await service.url()).port}`], { location: BASE });
    const job = await gateway.ask(`${BASE}/pipelines/schedule`, {
      method: 'POST',
      body: JSON.stringify({ pipeline: 'speaks', variables: { read: join(folder, 'read') } }),
    });
    const { jobId } = JSON.parse(job.body) as { jobId: string };
    const answer = await gateway.open(`${BASE}/job/logs/stream?id=${jobId}&task=t`);
    const reader = new EventReader();
    const events: string[] = [];
    for await (const piece of answer)
      for (const { name, data } of reader.read(String(piece))) {
        events.push(name);
        // The task goes on for as long as nobody has read this.
        if (data.includes('hi')) writeFileSync(join(folder, 'read'), '');
      }
    expect(events).toEqual(['attempt', 'output', 'end']);
    await service.stop();
  });

  gatewayTest('a request keeps its id on the way through, and its answer its tag', async () => {
    const service = start(0, { HOLDFAST_ROLE: 'all' });
    await gateway.start([`127.0.0.1:${new URL(await service.url()).port}`], { location: BASE });
    const { body } = await gateway.ask(`${BASE}/pipelines/schedule`, {
      method: 'POST',
      body: '{"pipeline":"p"}',
    });
    const path = `${BASE}/job/detail?id=${(JSON.parse(body) as { jobId: string }).jobId}`;
    const done = await until('it is completed', async () => {
      const answer = await gateway.ask(path, { headers: { 'x-request-id': 'mine' } });
      return answer.headers.etag !== undefined && answer;
    });
    expect(done.headers['x-request-id']).toBe('mine');
    const again = await gateway.ask(path, { headers: { 'if-none-match': done.headers.etag ?? '' } });
    expect([again.status, again.body]).toEqual([304, '']);
    await service.stop();
  });

  gatewayTest('who calls can be asked by the gateway, whom alone the API believes', async () => {
    const service = start(0, { HOLDFAST_ROLE: 'all', HOLDFAST_USER_HEADER: 'X-Forwarded-User' });
    const { stdout: hash } = spawnSync('openssl', ['passwd', '-6', 'right'], { encoding: 'utf8' });
    await gateway.start([`127.0.0.1:${new URL(await service.url()).port}`], {
      location: BASE,
      users: `jane:${hash}`,
    });
    const by = (password: string) => ({
      authorization: `Basic ${Buffer.from(`jane:${password}`).toString('base64')}`,
      'x-forwarded-user': 'root',
    });
    for (const headers of [{}, { 'x-forwarded-user': 'root' }, by('wrong')]) {
      const { status, headers: told, body } = await gateway.ask(`${BASE}/pipelines`, { headers });
      expect([status, told['www-authenticate'], body]).toEqual([
        401,
        'Basic realm="Holdfast"',
        '{"error":"no user found"}',
      ]);
    }
    for (const path of ['/health/ready', '/health/live', '/docs', '/openapi.json'])
      expect([path, (await gateway.ask(BASE + path)).status]).toEqual([path, 200]);
    const scheduled = await gateway.ask(`${BASE}/pipelines/schedule`, {
      method: 'POST',
      headers: by('right'),
      body: '{"pipeline":"p"}',
    });
    const { jobId } = JSON.parse(scheduled.body) as { jobId: string };
    const { body } = await gateway.ask(`${BASE}/job/detail?id=${jobId}`, { headers: by('right') });
    expect(JSON.parse(body)).toMatchObject({ user: 'jane' });
    await service.stop();
  });

  gatewayTest(
    'no GET fails while its APIs are restarted, one after the other',
    async () => {
      const ports = await freePorts(2);
      const services = ports.map((port) => start(port));
      await Promise.all(services.map(ready));
      await gateway.start(
        ports.map((port) => `127.0.0.1:${port}`),
        { location: BASE },
      );

      const asked: string[] = [];
      const failed: string[] = [];
      const accepted: string[] = [];
      let goesOn = true;
      const repeat = async (what: string, ask: () => Promise<string | null>) => {
        while (goesOn) {
          const problem = await ask().catch((error: unknown) => String(error));
          asked.push(what);
          if (problem !== null) failed.push(`${what}: ${problem}`);
        }
      };
      const schedule = async () => {
        const { status, body } = await gateway.ask(`${BASE}/pipelines/schedule`, {
          method: 'POST',
          body: '{"pipeline":"p"}',
        });
        if (status !== 202) return `${status} ${body}`;
        accepted.push((JSON.parse(body) as { jobId: string }).jobId);
        return null;
      };
      const read = async () => {
        const id = accepted.at(-1);
        const path = id === undefined ? '/pipelines' : `/job/detail?id=${id}`;
        const { status, body } = await gateway.ask(BASE + path);
        return status === 200 ? null : `${status} ${body}`;
      };
      const load = [
        ...Array.from({ length: READERS }, () => repeat('GET', read)),
        ...Array.from({ length: SCHEDULERS }, () => repeat('POST', schedule)),
      ];

      try {
        for (let round = 0; round < ROUNDS; round += 1) {
          for (const [index, port] of ports.entries()) {
            expect(await services[index]?.stop()).toBe(0);
            const next = start(port);
            services[index] = next;
            await ready(next);
          }
        }
      } finally {
        goesOn = false;
      }
      await Promise.all(load);

      expect(failed.filter((one) => one.startsWith('GET'))).toEqual([]);
      // One that nginx has sent and heard nothing of is not sent again, and its caller is told so.
      const posts = failed.filter((one) => one.startsWith('POST'));
      expect(posts.filter((one) => !one.startsWith('POST: 502'))).toEqual([]);
      const stored = await withClient(
        url,
        async (client) => (await client.query<{ id: string }>('SELECT id::text FROM jobs')).rows,
      );
      const ids = new Set(stored.map(({ id }) => id));
      expect(accepted.filter((id) => !ids.has(id))).toEqual([]);
      expect(ids.size - accepted.length).toBeLessThanOrEqual(posts.length);
      process.stderr.write(
        `gateway.test.ts: ${asked.length} asked, ${failed.length} failed: ${posts.join('; ')}\n`,
      );
      await Promise.all(services.map((service) => service.stop()));
    },
    600_000,
  );
});
