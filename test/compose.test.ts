import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type RequestListener,
} from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { parse } from 'yaml';
import { readConfig } from '../src/config/config.js';
import { type Setting, SETTINGS } from '../src/config/settings.js';
import { errorReply } from '../src/http/error-reply.js';
import { Gateway, gatewayTest, testWith } from './support/gateway.js';
import { until } from './support/wait.js';

const ROOT = join(__dirname, '..');
const composeText = readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8');

interface ComposeService {
  readonly image: string;
  readonly build?: string;
  readonly container_name?: string;
  readonly init?: boolean;
  readonly user?: string;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly tmpfs?: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly networks: readonly string[] | Readonly<Record<string, unknown>>;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly stop_grace_period?: string;
  readonly restart?: string;
  readonly read_only?: boolean;
  readonly cap_add?: readonly string[];
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly logging?: { readonly driver: string; readonly options: Readonly<Record<string, string>> };
  readonly healthcheck?: { readonly test: readonly string[] };
}

interface ComposeFile {
  readonly services: Readonly<Record<'gateway' | 'api' | 'worker' | 'postgres', ComposeService>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

const { services, volumes } = parse(composeText, { merge: true }) as ComposeFile;
const everyService = Object.entries(services);
const known = (SETTINGS as readonly Setting[]).map(({ variable }) => variable);

const networksOf = ({ networks }: Pick<ComposeService, 'networks'>): readonly string[] =>
  Array.isArray(networks) ? (networks as string[]) : Object.keys(networks);

const hasCompose = spawnSync('docker', ['compose', 'version']).status === 0;
if (!hasCompose)
  process.stderr.write('compose.test.ts: there is no docker compose here; what needs it is skipped\n');

describe('docker-compose.yml', () => {
  test('publishes the gateway alone, and to this machine alone', () => {
    const published = everyService.filter(([, { ports }]) => ports !== undefined);
    expect(published.map(([name, { ports }]) => [name, ports])).toEqual([
      ['gateway', ['127.0.0.1:8080:8080']],
    ]);
  });

  test.each(['api', 'worker'] as const)(
    'gives the %s nothing but settings that it knows, and its role',
    (name) => {
      const { environment = {} } = services[name];
      expect(known).toEqual(expect.arrayContaining(Object.keys(environment)));
      expect(environment).toMatchObject({ HOLDFAST_ROLE: name });
    },
  );

  test('names no setting that does not exist, in variables to be substituted neither', () => {
    const named = composeText.match(/\b(HOLDFAST_\w+|PRUNNER_\w+|HOST|PORT|DATABASE_URL)\b/g);
    expect(known).toEqual(expect.arrayContaining(named ?? []));
  });

  test('gives Postgres and those who use it the same password, which can be replaced', () => {
    const password = '${POSTGRES_PASSWORD:-only-for-trying-it-out}';
    const address = `postgresql://holdfast:${password}@postgres:5432/holdfast`;
    expect(services.postgres.environment).toMatchObject({ POSTGRES_PASSWORD: password });
    expect(services.api.environment).toMatchObject({ DATABASE_URL: address });
    expect(services.worker.environment).toMatchObject({ DATABASE_URL: address });
  });

  test('asks nobody who they are for trying it out, by this machine’s names, and everybody where that is set', () => {
    const environment = { ...services.api.environment };
    const settings = (set: Record<string, string>) => {
      const entries = Object.entries(environment).map(([name, value]) => [
        name,
        value.replace(
          /\$\{(\w+):-([^}]*)\}/g,
          (_all, variable: string, without: string) => set[variable] ?? without,
        ),
      ]);
      return readConfig({ ...(Object.fromEntries(entries) as Record<string, string>), HOST: '0.0.0.0' });
    };
    expect(settings({}).authentication).toEqual({ by: 'nobody', hosts: ['localhost', '127.0.0.1'] });
    const secret = 'sixteen letters!';
    const asking = settings({ HOLDFAST_AUTH: 'on', HOLDFAST_JWT_SECRET: secret });
    expect(asking.authentication).toMatchObject({ by: 'secret', secret });
    expect(() => settings({ HOLDFAST_AUTH: 'on' })).toThrow('HOST: 0.0.0.0 can be reached');
    expect(() => settings({ HOLDFAST_JWT_SECRET: secret })).toThrow('HOLDFAST_AUTH: expected on');
  });

  test('can have its gateway ask who calls, whom the API then believes and nobody else', () => {
    const more = parse(readFileSync(join(ROOT, 'deploy', 'compose.users.yml'), 'utf8')) as ComposeFile;
    expect(Object.keys(more.services)).toEqual(['gateway', 'api']);
    for (const volume of more.services.gateway.volumes ?? [])
      if (!volume.startsWith('./users:'))
        expect(existsSync(join(ROOT, volume.split(':')[0] ?? ''))).toBe(true);
    const { authentication } = readConfig({
      ...services.api.environment,
      ...more.services.api.environment,
      HOLDFAST_TRUSTED_PROXIES: '10.213.77.10',
      HOLDFAST_HOSTS: '',
      HOST: '0.0.0.0',
    });
    const header = 'x-forwarded-user';
    expect(authentication).toEqual({ by: 'header', header, proxies: ['10.213.77.10'] });
  });

  test('keeps the secret from the workers, whose tasks could read it', () => {
    expect(JSON.stringify(services.worker)).not.toContain('JWT');
  });

  test('lets there be any number of workers: they have no name and no port', () => {
    expect(services.worker.container_name).toBeUndefined();
    expect(services.worker.ports).toBeUndefined();
  });

  test('gives a worker longer to end than the worker gives its tasks', () => {
    const seconds = readConfig({}).graceMs / 1000;
    expect(parseInt(services.worker.stop_grace_period ?? '0')).toBeGreaterThanOrEqual(seconds + 10);
  });

  test('starts a worker as the image does, under the name that its container keeps', () => {
    const image = /ENTRYPOINT (\[.*\])/.exec(readFileSync(join(ROOT, 'Dockerfile'), 'utf8'))?.[1] ?? '';
    const [tini, dashes, ...program] = JSON.parse(image) as string[];
    const [, , shell = '', option = '', script = ''] = services.worker.entrypoint ?? [];
    expect(services.worker.entrypoint?.slice(0, 2)).toEqual([tini, dashes]);
    expect(script).toContain(`exec ${program.join(' ')}`);
    const shown = script.replace('$$', '$').replace(program.join(' '), 'printenv HOLDFAST_WORKER_NAME');
    const { stdout } = spawnSync(shell, [option, shown], {
      env: { PATH: process.env['PATH'], HOSTNAME: '3f2a' },
      encoding: 'utf8',
    });
    expect(stdout).toBe('3f2a\n');
  });

  test.each(everyService)('confines the %s, restarts it, and bounds what it logs', (_name, service) => {
    expect(service).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      restart: 'unless-stopped',
      logging: { driver: 'json-file', options: { 'max-size': '10m', 'max-file': '3' } },
    });
  });

  test('starts no second init beside the one that is in the image', () => {
    expect(everyService.filter(([, { init }]) => init !== undefined)).toEqual([]);
  });

  test('builds one image for all roles', () => {
    for (const name of ['api', 'worker'] as const)
      expect(services[name]).toMatchObject({ image: 'holdfast', build: '.' });
  });

  test('starts nobody before what it needs is healthy', () => {
    const healthy = { condition: 'service_healthy' };
    expect(services.gateway.depends_on).toEqual({ api: healthy });
    expect(services.api.depends_on).toEqual({ postgres: healthy });
    expect(services.worker.depends_on).toEqual({ postgres: healthy });
    // By TCP: on its socket, a Postgres that is still being made answers, too.
    expect(services.postgres.healthcheck?.test).toEqual(
      expect.arrayContaining(['pg_isready', '--host=127.0.0.1']),
    );
  });

  test('keeps the data of Postgres 18 in a named volume, where that version wants it', () => {
    expect(services.postgres.image).toMatch(/^postgres:18\b/);
    expect(services.postgres.volumes).toEqual(['database:/var/lib/postgresql']);
    expect(volumes).toHaveProperty('database');
  });

  test('gives tasks a place for their home and temporary files, from which programs can be started', () => {
    const [mount = ''] = services.worker.tmpfs ?? [];
    expect(mount.split(/[:,]/)).toEqual(expect.arrayContaining(['/tmp', 'exec', 'mode=1777']));
  });

  test('runs tasks as the image’s user, and only the worker as root for that', () => {
    const user = /^USER (.*)$/m.exec(readFileSync(join(ROOT, 'Dockerfile'), 'utf8'))?.[1];
    expect(services.worker).toMatchObject({ user: '0:0', environment: { HOLDFAST_TASK_USER: user } });
    expect(services.api.user).toBeUndefined();
    expect(everyService.filter(([, { cap_add }]) => cap_add !== undefined).map(([name]) => name)).toEqual([
      'worker',
    ]);
  });

  test('keeps the gateway and the database apart', () => {
    const shared = networksOf(services.gateway).filter((network) =>
      networksOf(services.postgres).includes(network),
    );
    expect(shared).toEqual([]);
  });

  test('mounts files that exist, and pipelines to try', () => {
    const mounts = everyService
      .flatMap(([, service]) => service.volumes ?? [])
      .filter((mount) => mount.startsWith('.'));
    for (const mount of mounts) {
      const [source = '', , mode] = mount.split(':');
      expect(mode).toBe('ro');
      expect(existsSync(join(ROOT, source)) ? 'there' : `${source} is missing`).toBe('there');
    }
    expect(services.api.volumes).toEqual(['./examples:/pipelines:ro']);
    expect(existsSync(join(ROOT, 'examples', 'pipelines.yml'))).toBe(true);
  });

  testWith('docker compose', hasCompose, 'is accepted by docker compose', () => {
    const { status, stderr } = spawnSync('docker', ['compose', 'config', '--quiet'], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });
});

describe('the gateway', () => {
  const servers: Server[] = [];
  const gateways: Gateway[] = [];

  afterEach(async () => {
    for (const gateway of gateways.splice(0)) await gateway.stop();
    for (const server of servers.splice(0)) server.close();
  });

  async function listening(server: Server): Promise<string> {
    servers.push(server);
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    return `127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  const service = (listener: RequestListener) => listening(createServer(listener));

  /** Takes a request and hangs up. */
  async function rudeService(): Promise<{ address: string; heard: string[] }> {
    const heard: string[] = [];
    const address = await listening(
      createTcpServer((socket) => {
        socket.once('data', (bytes) => {
          heard.push(bytes.toString().split(' ')[0] as string);
          socket.destroy();
        });
        socket.on('error', () => undefined);
      }),
    );
    return { address, heard };
  }

  async function deadAddress(): Promise<string> {
    const server = createTcpServer();
    const address = await listening(server);
    await new Promise((done) => server.close(done));
    return address;
  }

  async function gateway(
    addresses: readonly string[],
    readTimeout = '60s',
    users?: string,
  ): Promise<Gateway> {
    const started = new Gateway();
    gateways.push(started);
    return started.start(addresses, { readTimeout, ...(users === undefined ? {} : { users }) });
  }

  const error = (message: string) => JSON.stringify({ error: message });

  gatewayTest('tells the service who asks, for what, and under which id', async () => {
    let heard: IncomingMessage | undefined;
    const door = await gateway([await service((asked, answer) => ((heard = asked), answer.end('{}')))]);
    const { status, headers } = await door.ask('/job/logs?id=1&task=a%2Fb//c', {
      headers: { host: 'localhost:8080', 'x-forwarded-for': '6.6.6.6', 'x-forwarded-proto': 'gopher' },
    });
    expect(status).toBe(200);
    expect(heard?.url).toBe('/job/logs?id=1&task=a%2Fb//c');
    expect(heard?.headers).toMatchObject({
      host: 'localhost:8080',
      'x-forwarded-host': 'localhost:8080',
      'x-forwarded-proto': 'http',
      'x-request-id': headers['x-request-id'],
    });
    expect(heard?.headers['x-forwarded-for']).not.toContain('6.6.6.6');
    expect(headers['x-request-id']).toMatch(/^[0-9a-f]{32}$/);
    expect(headers.server).toBe('nginx');
  });

  gatewayTest("keeps a caller's request id, unless it could do harm", async () => {
    const door = await gateway([await service((asked, answer) => answer.end(asked.headers['x-request-id']))]);
    const idFor = async (id: string) => (await door.ask('/', { headers: { 'x-request-id': id } })).body;
    expect(await idFor('deploy-42.a_B')).toBe('deploy-42.a_B');
    expect(await idFor('x'.repeat(65))).toMatch(/^[0-9a-f]{32}$/);
    expect(await idFor('a"b')).toMatch(/^[0-9a-f]{32}$/);
    expect(JSON.parse(door.accessLog().split('\n')[0] as string)).toMatchObject({
      requestId: 'deploy-42.a_B',
      status: 200,
    });
  });

  gatewayTest(
    'names nobody to the service where it asks nobody, whatever a caller says of itself',
    async () => {
      const door = await gateway(
        [await service((asked, answer) => answer.end(JSON.stringify(asked.headers)))],
        '60s',
        'jane:{PLAIN}right',
      );
      const by = (password: string) => ({
        authorization: `Basic ${Buffer.from(`jane:${password}`).toString('base64')}`,
        'x-forwarded-user': 'root',
      });
      const told = async (path: string, password: string) => {
        const { status, body } = await door.ask(path, { headers: by(password) });
        return [status, (JSON.parse(body) as IncomingHttpHeaders)['x-forwarded-user']];
      };
      expect(await told('/pipelines', 'right')).toEqual([200, 'jane']);
      expect(await told('/pipelines', 'wrong')).toEqual([401, undefined]);
      for (const open of ['/health/ready', '/docs', '/pipelines%3f/docs', '/pipelines/../docs'])
        expect([open, await told(open, 'wrong')]).toEqual([open, [200, undefined]]);
      for (const asking of ['/', '/health', '/health/ready/x', '/documents', '/jobs?/docs'])
        expect([asking, (await door.ask(asking)).status]).toEqual([asking, 401]);
    },
  );

  gatewayTest('logs method and path of what it refuses as they came, in JSON whatever they are', async () => {
    const door = await gateway([await deadAddress()]);
    await door.ask('/pipelines/schedule?a=1', { method: 'POST', body: 'x'.repeat(1024 * 1024 + 1) });
    await door.ask('/job/cancel?id=1', { method: 'POST', body: '{}' });
    await door.ask(`/${'x'.repeat(10_000)}`, { method: 'PUT' });
    await door.ask('/jobs', { method: 'TRACE' });
    await door.raw('GET /a"b\\c\u00ff HTTP/1.0\r\n\r\n');
    await door.raw('hello\r\n\r\n');
    const lines = await until('all are logged', () => {
      const logged = door.accessLog().trim().split('\n');
      return logged.length >= 6 && logged.map((line) => JSON.parse(line) as Record<string, unknown>);
    });
    // Not in their order: after a body that was refused, the end of the connection is waited for.
    const told = lines.map(({ status, method, path }) => [status, method, path]);
    expect(told.sort(([one], [other]) => Number(one) - Number(other))).toEqual([
      [400, '', ''],
      [405, 'TRACE', '/jobs'],
      [413, 'POST', '/pipelines/schedule?a=1'],
      [414, 'PUT', `/${'x'.repeat(1_999)}`],
      [502, 'POST', '/job/cancel?id=1'],
      [502, 'GET', '/a"b\\c'],
    ]);
  });

  gatewayTest("passes the service's own errors on as they are", async () => {
    const door = await gateway([
      await service((asked, answer) => {
        const status = Number(asked.url?.slice(1));
        answer.writeHead(status, { 'content-type': 'application/json; charset=utf-8', allow: 'GET' });
        answer.end(error(`the service says ${status}`));
      }),
    ]);
    for (const status of [400, 404, 405, 409, 413, 500, 503]) {
      const { body, ...rest } = await door.ask(`/${status}`);
      expect(body).toBe(error(`the service says ${status}`));
      expect(rest).toMatchObject({
        status,
        headers: { allow: 'GET', 'content-type': 'application/json; charset=utf-8' },
      });
    }
  });

  gatewayTest('says in JSON that the service is away, with 502', async () => {
    const door = await gateway([await deadAddress()]);
    const { status, headers, body } = await door.ask('/pipelines');
    expect([status, headers['content-type'], body]).toEqual([
      502,
      'application/json',
      error('The service is not available'),
    ]);
    expect(headers['x-request-id']).toMatch(/^[0-9a-f]{32}$/);
    const posted = await door.ask('/pipelines/schedule', { method: 'POST', body: '{}' });
    expect([posted.status, posted.body]).toEqual([502, error('The service is not available')]);
  });

  gatewayTest('says in JSON that the service takes too long, with 504', async () => {
    const door = await gateway([await service(() => undefined)], '100ms');
    const { status, headers, body } = await door.ask('/pipelines');
    expect([status, headers['content-type'], body]).toEqual([
      504,
      'application/json',
      error('The service did not answer in time'),
    ]);
  });

  gatewayTest('refuses in JSON what it does not even pass on', async () => {
    let asked = 0;
    const door = await gateway([await service((_asked, answer) => ((asked += 1), answer.end('{}')))]);
    const tooLarge = await door.ask('/pipelines/schedule', {
      method: 'POST',
      body: 'x'.repeat(1024 * 1024 + 1),
    });
    expect([tooLarge.status, tooLarge.body]).toEqual([413, error('Request body is too large')]);
    const { message } = errorReply({ statusCode: 413, code: 'FST_ERR_CTP_BODY_TOO_LARGE' });
    expect(tooLarge.body).toBe(error(message));
    const longHeader = await door.ask('/', { headers: { 'x-long': 'x'.repeat(10_000) } });
    expect([longHeader.status, longHeader.body]).toEqual([431, error('Request header is too large')]);
    const longAddress = await door.ask(`/${'x'.repeat(10_000)}`);
    expect([longAddress.status, longAddress.body]).toEqual([414, error('Request address is too long')]);
    const trace = await door.ask('/', { method: 'TRACE' });
    expect([trace.status, trace.headers.allow, trace.body]).toEqual([
      405,
      'GET, HEAD',
      error('Method not allowed'),
    ]);
    const posts = await door.ask('/job/cancel?id=1', { method: 'TRACE' });
    expect([posts.status, posts.headers.allow]).toEqual([405, 'POST']);
    expect(tooLarge.headers.allow).toBeUndefined();
    const own = await door.ask('/.holdfast/error');
    expect([own.status, own.body]).toEqual([404, error('Not found')]);
    const garbage = await door.raw('GET / HTTP/1.1\r\nHost: a b\r\n\r\n');
    expect(garbage).toMatch(
      /^HTTP\/1\.1 400 [^]*Content-Type: application\/json[^]*\{"error":"Invalid HTTP request"\}$/,
    );
    const tomorrow = await door.raw('GET / HTTP/3.7\r\nHost: a\r\n\r\n');
    expect(tomorrow).toMatch(/^HTTP\/1\.1 505 [^]*\{"error":"[^"]+"\}$/);
    expect(asked).toBe(0);
  });

  gatewayTest('takes a body of exactly 1 MiB, which is what the service takes', async () => {
    const door = await gateway([
      await service((asked, answer) => void text(asked).then((body) => answer.end(String(body.length)))),
    ]);
    expect((await door.ask('/', { method: 'POST', body: 'x'.repeat(1024 * 1024) })).body).toBe(
      String(1024 * 1024),
    );
  });

  gatewayTest('keeps its connection to the service', async () => {
    const ports = new Set<number | undefined>();
    const door = await gateway([
      await service((asked, answer) => (ports.add(asked.socket.remotePort), answer.end('{}'))),
    ]);
    for (let count = 0; count < 5; count += 1) await door.ask('/health/live');
    expect(ports.size).toBe(1);
  });

  gatewayTest('asks the next API when one refuses the connection', async () => {
    const alive = await service((_asked, answer) => answer.end('"here"'));
    const door = await gateway([await deadAddress(), alive]);
    for (let count = 0; count < 4; count += 1) expect((await door.ask('/pipelines')).body).toBe('"here"');
  });

  gatewayTest('never repeats a POST that an API may have heard, but repeats a GET', async () => {
    const rude = [await rudeService(), await rudeService()] as const;
    const door = await gateway(rude.map(({ address }) => address));
    const posted = await door.ask('/pipelines/schedule', { method: 'POST', body: '{"pipeline":"release"}' });
    expect([posted.status, posted.body]).toEqual([502, error('The service is not available')]);
    expect(rude.flatMap(({ heard }) => heard)).toEqual(['POST']);
    expect((await door.ask('/pipelines')).status).toBe(502);
    expect(rude.flatMap(({ heard }) => heard).filter((method) => method === 'GET')).toHaveLength(2);
  });

  gatewayTest('hands on each event of a stream that asks for it', async () => {
    let finish: (() => void) | undefined;
    const door = await gateway([
      await service((_asked, answer) => {
        answer.writeHead(200, { 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' });
        answer.write('data: 1\n\n');
        finish = () => answer.end('data: 2\n\n');
      }),
    ]);
    const stream = await door.open('/events');
    const first = await new Promise<Buffer>((done) => stream.once('data', done));
    expect(first.toString()).toBe('data: 1\n\n');
    finish?.();
    expect(await text(stream)).toBe('data: 2\n\n');
  });
});
