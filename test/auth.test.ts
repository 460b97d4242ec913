import { execFile } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { SignJWT } from 'jose';
import type { OpenAPIObject } from '@nestjs/swagger';
import { asLike, fits } from '../src/domain/pipeline-pattern.js';
import type { JobResponse } from '../src/jobs/job.response.js';
import { ask, type Asking } from './support/ask.js';
import { freshDatabase, withClient } from './support/database.js';
import { pipelinesFolder, TestService } from './support/service.js';

const ROOT = join(__dirname, '..');
const SECRET = 'a secret that only the tests know';
const UNKNOWN = '52a5cb79-7556-4c52-8e6f-000000000000';

/** What each route asks for. A route that is not here fails the tests. */
const RIGHTS: Readonly<Record<string, string>> = {
  'GET /job/audit': 'read',
  'GET /job/detail': 'read',
  'GET /job/events': 'read',
  'GET /job/logs': 'read',
  'GET /job/logs/merged': 'read',
  'GET /job/logs/raw': 'read',
  'GET /job/logs/stream': 'read',
  'GET /jobs': 'read',
  'GET /jobs/events': 'read',
  'GET /pipelines': 'read',
  'GET /pipelines/durations': 'read',
  'GET /pipelines/jobs': 'read',
  'GET /pipelines/overview': 'read',
  'POST /job/cancel': 'cancel',
  'POST /job/rerun': 'schedule',
  'POST /pipelines/schedule': 'schedule',
};

const PIPELINES = `
pipelines:
  deploy-web: { tasks: { t: { script: [env] } } }
  deploy_: { tasks: {} }
  secret: { tasks: { t: { script: [echo secret] } } }
  slow: { tasks: { t: { script: [sleep 600] } } }
`;

const tokenOf = (claims: Record<string, unknown>) =>
  new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode(SECRET));
const bearer = async (claims: Record<string, unknown>) => ({
  authorization: `Bearer ${await tokenOf(claims)}`,
});

let url: string;
let folder: string;
let service: TestService;
let document: OpenAPIObject;
let everything: Record<string, string>;

beforeAll(async () => {
  url = await freshDatabase();
  folder = pipelinesFolder(PIPELINES);
  service = start({ HOLDFAST_JWT_SECRET: SECRET });
  document = (await service.get<OpenAPIObject>('/openapi.json')).body;
  everything = await bearer({ sub: 'jane' });
});
afterAll(() => service.stop());

const start = (env: Record<string, string>) =>
  new TestService({ DATABASE_URL: url, HOLDFAST_PATH: folder, ...env });

const schedule = async (pipeline: string, headers = everything) => {
  const body = JSON.stringify({ pipeline });
  return service.call<{ jobId: string; error?: string }>('POST', '/pipelines/schedule', body, headers);
};

/** `error`: of what is no stream and no success. */
async function refusal(method: string, path: string, headers: Record<string, string>) {
  const response = await fetch(await service.url(path), { method: method.toUpperCase(), headers });
  if (!response.ok) return { status: response.status, ...((await response.json()) as { error: string }) };
  await response.body?.cancel();
  return { status: response.status, error: undefined };
}

/** As the document has them. */
const routes = () =>
  Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item)
      .filter(([method]) => ['get', 'post', 'put', 'patch', 'delete'].includes(method))
      .map(([method, operation]) => ({
        name: `${method.toUpperCase()} ${path}`,
        method,
        path,
        operation: operation as NonNullable<typeof item.get>,
      })),
  );
const guarded = () => routes().filter(({ path }) => !path.startsWith('/health/'));

describe('every route', () => {
  test('has a right that it asks for, and says so in the description', () => {
    expect(
      guarded()
        .map(({ name }) => name)
        .sort(),
    ).toEqual(Object.keys(RIGHTS).sort());
    for (const { operation } of guarded()) {
      expect(operation.security).toEqual([{ bearer: [] }]);
      expect(Object.keys(operation.responses)).toEqual(expect.arrayContaining(['401', '403', '429']));
    }
    expect(document.components?.securitySchemes).toHaveProperty('bearer');
  });

  test('refuses whoever has no token, by HEAD too, and says what to bring', async () => {
    for (const { path, method } of guarded()) {
      for (const one of method === 'get' ? ['GET', 'HEAD'] : ['POST']) {
        const told = await ask(service, path, { method: one });
        expect([path, one, told.status]).toEqual([path, one, 401]);
        expect(told.headers).toMatchObject({ 'www-authenticate': 'Bearer' });
        if (one !== 'HEAD') expect(told.error).toBe('no token found');
      }
    }
    expect((await ask(service, '/pipelines/')).status).toBe(401);
  });

  test('lets in those who have its scope and no others', async () => {
    for (const scope of ['', 'read', 'schedule', 'cancel', 'read schedule', 'schedule cancel']) {
      const headers = await bearer({ scope });
      for (const { name, method, path } of guarded()) {
        const { status, error } = await refusal(method, path, headers);
        if (scope.split(' ').includes(String(RIGHTS[name])))
          expect([name, scope, [401, 403].includes(status)]).toEqual([name, scope, false]);
        else
          expect([name, status, error]).toEqual([name, 403, `the scope ${String(RIGHTS[name])} is missing`]);
      }
    }
  });

  test('but health and the description asks for a token', async () => {
    for (const path of ['/health/live', '/health/ready', '/docs', '/docs/swagger-ui.css', '/openapi.json'])
      expect([path, (await fetch(await service.url(path))).status]).toEqual([path, 200]);
  });
});

describe('a token', () => {
  const status = async (asking: Asking, path = '/pipelines') => {
    const { status: code, error } = await ask(service, path, asking);
    return error === undefined ? String(code) : `${code} ${error}`;
  };

  test('may be announced in any letters', async () => {
    for (const scheme of ['Bearer', 'bearer', 'BEARER', 'Bearer  '])
      expect(await status({ headers: [['Authorization', `${scheme} ${await tokenOf({})}`]] })).toBe('200');
  });

  test.each<[string, (token: string) => readonly [string, string][], string]>([
    [
      'twice',
      (token) => [
        ['Authorization', `Bearer ${token}`],
        ['Authorization', `Bearer ${token}`],
      ],
      '401 token is unauthorized',
    ],
    [
      'behind a bad one',
      (token) => [
        ['Authorization', 'Bearer x'],
        ['authorization', `Bearer ${token}`],
      ],
      '401 token is unauthorized',
    ],
    ['in a list', (token) => [['Authorization', `Bearer x, Bearer ${token}`]], '401 token is unauthorized'],
    ['as a password', (token) => [['Authorization', `Basic ${token}`]], '401 no token found'],
    ['bare', (token) => [['Authorization', token]], '401 no token found'],
    ['in a cookie', (token) => [['Cookie', `jwt=${token}`]], '401 no token found'],
    ['in X-Authorization', (token) => [['X-Authorization', `Bearer ${token}`]], '401 no token found'],
    ['not at all', () => [['Authorization', 'Bearer']], '401 no token found'],
    [
      'with too much after it',
      (token) => [['Authorization', `Bearer ${token}${'x'.repeat(9000)}`]],
      '401 token is unauthorized',
    ],
  ])('that comes %s is not taken', async (_how, headers, expected) => {
    expect(await status({ headers: headers(await tokenOf({})) })).toBe(expected);
  });

  test('in the query is not taken', async () => {
    const token = await tokenOf({});
    for (const name of ['jwt', 'token', 'access_token'])
      expect(await status({}, `/pipelines?${name}=${token}`)).toBe('401 no token found');
  });

  test('of too many bytes is not even looked at', async () => {
    const long = await tokenOf({ sub: 'x'.repeat(8192) });
    expect(await status({ headers: [['Authorization', `Bearer ${long}`]] })).toBe(
      '401 token is unauthorized',
    );
  });

  test.each(['Pipelines', 'pipeline', 'Scope', 'scopes'])(
    'with the claim %s, which looks like a limit and is none, is refused, and the log says why',
    async (claim) => {
      const answer = await service.call('GET', '/pipelines', undefined, await bearer({ [claim]: 'read' }));
      expect([answer.status, answer.body]).toEqual([401, { error: 'token is unauthorized' }]);
      expect(service.output).toContain(`a signed token is refused: the claim "${claim}" looks like`);
    },
  );

  test('names the user of a job, and never comes to its tasks', async () => {
    const { body } = await schedule('deploy-web', await bearer({ sub: 'jäne' }));
    const job = await completed(body.jobId);
    expect(job.user).toBe('jäne');
    const logs = await service.call<{ stdout: string }>(
      'GET',
      `/job/logs?id=${job.id}&task=t`,
      undefined,
      everything,
    );
    expect(logs.body.stdout).toContain('TASK_NAME=t');
    expect(logs.body.stdout).not.toMatch(/SECRET|eyJ/);
  });

  test('may name a user of 512 characters, also with the longest key, and none of more', async () => {
    // Of characters that take the most bytes, and that no index can make shorter.
    const user = Array.from({ length: 256 }, (_, at) => String.fromCodePoint(0x20000 + at * 97)).join('');
    const key = randomBytes(128).toString('hex').slice(1);
    const once = async (sub: string) =>
      schedule('deploy_', { ...(await bearer({ sub })), 'idempotency-key': key });
    expect((await once(user)).status).toBe(202);
    expect(await once(`${user}x`)).toMatchObject({ status: 401, body: { error: 'token is unauthorized' } });
  });

  test('without a name is of nobody in particular', async () => {
    const { body } = await schedule('deploy_', await bearer({}));
    expect((await completed(body.jobId)).user).toBe('');
  });
});

async function completed(id: string): Promise<JobResponse> {
  const { until } = await import('./support/wait.js');
  return until(`job ${id} is completed`, async () => {
    const { body } = await service.call<JobResponse>('GET', `/job/detail?id=${id}`, undefined, everything);
    return body.completed && body;
  });
}

describe('a token for some pipelines', () => {
  let deployer: Record<string, string>;
  let [ours, theirs, running]: string[] = [];
  beforeAll(async () => {
    deployer = await bearer({ sub: 'd', pipelines: ['deploy-*'] });
    for (let count = 0; count < 4; count += 1) {
      ours = (await schedule('deploy-web')).body.jobId;
      theirs = (await schedule('secret')).body.jobId;
      await schedule('deploy_');
    }
    await completed(String(ours));
    await completed(String(theirs));
    running = (await schedule('slow')).body.jobId;
  });

  test('finds the jobs of others nowhere, on any route', async () => {
    const ofJobs = guarded().filter(({ operation }) =>
      (operation.parameters ?? []).some((one) => 'name' in one && one.name === 'id'),
    );
    expect(ofJobs.length).toBeGreaterThanOrEqual(3);
    for (const { method, path } of ofJobs) {
      for (const id of [theirs, running, UNKNOWN]) {
        const answer = await service.call(
          method.toUpperCase(),
          `${path}?id=${String(id)}&task=t`,
          undefined,
          deployer,
        );
        expect([path, answer.status, answer.body]).toEqual([path, 404, { error: 'Job not found' }]);
      }
      const own = await refusal(method, `${path}?id=${String(ours)}&task=t`, deployer);
      const statuses: Readonly<Record<string, number>> = { '/job/cancel': 409, '/job/rerun': 202 };
      expect([path, own.status]).toEqual([path, statuses[path] ?? 200]);
    }
    const still = await service.call<JobResponse>(
      'GET',
      `/job/detail?id=${String(running)}`,
      undefined,
      everything,
    );
    expect(still.body.canceled).toBe(false);
    await service.call('POST', `/job/cancel?id=${String(running)}`, undefined, everything);
  });

  test('is told of no other pipeline, and schedules none, as if it did not exist', async () => {
    const { body } = await service.call<{ pipelines: { pipeline: string }[] }>(
      'GET',
      '/pipelines',
      undefined,
      deployer,
    );
    expect(body.pipelines.map(({ pipeline }) => pipeline)).toEqual(['deploy-web']);
    for (const name of ['secret', 'deploy_', 'nope'])
      expect(await schedule(name, deployer)).toMatchObject({
        status: 400,
        body: { error: `Error scheduling pipeline: pipeline "${name}" is not defined` },
      });
    expect((await schedule('deploy-web', deployer)).status).toBe(202);
  });

  test('goes through full pages of its own jobs', async () => {
    type Page = { pipelines: { pipeline: string }[]; jobs: JobResponse[]; nextCursor?: string };
    const page = async (query: string) =>
      (await service.call<Page>('GET', `/pipelines/jobs?limit=2${query}`, undefined, deployer)).body;
    const seen: JobResponse[] = [];
    for (let at = await page(''); ; at = await page(`&before=${at.nextCursor}`)) {
      expect(at.pipelines.map(({ pipeline }) => pipeline)).toEqual(['deploy-web']);
      seen.push(...at.jobs);
      if (at.nextCursor === undefined) break;
      expect(at.jobs.length).toBeGreaterThanOrEqual(2);
    }
    expect(new Set(seen.map(({ pipeline }) => pipeline))).toEqual(new Set(['deploy-web']));
    const all = await service.call<Page>('GET', '/pipelines/jobs', undefined, everything);
    const expected = all.body.jobs.filter(({ pipeline }) => pipeline === 'deploy-web').map(({ id }) => id);
    expect(seen.map(({ id }) => id)).toEqual(expected);
  });

  test('is told nothing of a schedule by its key either, and a key is of one caller', async () => {
    const once = async (claims: Record<string, unknown>) =>
      schedule('secret', { ...(await bearer(claims)), 'idempotency-key': 'the-same' });
    const first = await once({ sub: 'jane' });
    expect(first.status).toBe(202);
    expect((await once({ sub: 'jane' })).body).toEqual(first.body);
    const other = await once({ sub: 'john' });
    expect([other.status, other.body.jobId === first.body.jobId]).toEqual([202, false]);
    expect((await once({ sub: 'jane', pipelines: 'deploy-*' })).status).toBe(400);
  });

  test('and without a name can neither learn of a job that it may not see by its key, nor take its key', async () => {
    const once = async (pipeline: string, key: string, claims: Record<string, unknown>) => {
      const headers = { ...(await bearer(claims)), 'idempotency-key': key };
      const { status, body } = await schedule(pipeline, headers);
      return { status, jobId: body.jobId };
    };
    const ours = { pipelines: ['deploy-*'] };
    const first = await once('secret', 'probed', { pipelines: ['secret'] });
    for (const other of [ours, { pipelines: 'deploy-*', scope: 'schedule' }, {}]) {
      // The same answer as for a key that was never used.
      const { status, jobId } = await once('deploy-web', 'probed', other);
      expect([other, status, jobId === first.jobId]).toEqual([other, 202, false]);
    }
    // The first caller still has its key, and its job.
    expect(await once('secret', 'probed', { pipelines: ['secret'] })).toEqual(first);
    expect((await once('deploy-web', 'probed', ours)).status).toBe(202);
    // Tokens with the same limits are one caller, also if one is issued anew.
    const second = await once('deploy-web', 'renewed', { ...ours, iat: 1 });
    expect(await once('deploy-web', 'renewed', { pipelines: 'deploy-*', iat: 2 })).toEqual(second);
  });

  test('of an empty list finds nothing', async () => {
    const nothing = await bearer({ pipelines: [] });
    const { body } = await service.call('GET', '/pipelines/jobs', undefined, nothing);
    expect(body).toEqual({ pipelines: [], jobs: [] });
  });

  test('means the same to the database as to the service', async () => {
    const piece = fc.constantFrom('a', 'b', '*', '%', '_', '\\', '/', '.', 'ä', '😀', '-');
    const text = fc.array(piece, { maxLength: 8 }).map((parts) => parts.join(''));
    await withClient(url, (client) =>
      fc.assert(
        fc.asyncProperty(text, fc.array(text, { maxLength: 3 }), async (name, patterns) => {
          const { rows } = await client.query<{ fits: boolean }>(
            'SELECT $1::text LIKE ANY ($2::text[]) AS fits',
            [name, patterns.map(asLike)],
          );
          expect(rows[0]?.fits).toBe(fits(name, patterns));
        }),
        { numRuns: 300 },
      ),
    );
  });
});

describe('where a gateway says who calls', () => {
  let behind: TestService;
  beforeAll(async () => {
    behind = start({ HOLDFAST_USER_HEADER: 'X-Forwarded-User', HOLDFAST_TRUSTED_PROXIES: '127.0.0.2' });
    await behind.greeting();
  });
  afterAll(() => behind.stop());
  const jane = ['X-Forwarded-User', 'jane'] as const;

  test('it is believed, and names the user of a job', async () => {
    const gateway = { from: '127.0.0.2', headers: [['X-Forwarded-User', 'j%C3%A4ne'] as const] };
    expect(await ask(behind, '/pipelines', gateway)).toMatchObject({ status: 200 });
    const body = '{"pipeline":"deploy_"}';
    expect(await ask(behind, '/pipelines/schedule', { ...gateway, method: 'POST', body })).toMatchObject({
      status: 202,
    });
    await withClient(url, async (client) => {
      const { rows } = await client.query('SELECT "user" FROM jobs ORDER BY created_at DESC LIMIT 1');
      expect(rows).toEqual([{ user: 'j%C3%A4ne' }]);
    });
  });

  test.each<[string, Asking, string]>([
    ['from elsewhere', { headers: [jane] }, 'this address may not say who calls'],
    [
      'from elsewhere that says it is the gateway',
      {
        headers: [
          jane,
          ['X-Forwarded-For', '127.0.0.2'],
          ['Forwarded', 'for=127.0.0.2'],
          ['X-Real-IP', '127.0.0.2'],
        ],
      },
      'this address may not say who calls',
    ],
    ['without the header', { from: '127.0.0.2' }, 'no user found'],
    [
      'with too much in it',
      { from: '127.0.0.2', headers: [['X-Forwarded-User', 'x'.repeat(513)]] },
      'user is not valid',
    ],
    ['with nothing in it', { from: '127.0.0.2', headers: [['X-Forwarded-User', ' ']] }, 'no user found'],
    [
      'with it twice',
      { from: '127.0.0.2', headers: [jane, ['x-forwarded-user', 'root']] },
      'more than one user found',
    ],
    [
      'with what is no text',
      { from: '127.0.0.2', headers: [['X-Forwarded-User', '\xff']] },
      'user is not valid',
    ],
    [
      'with a token instead',
      { from: '127.0.0.2', headers: [['Authorization', 'Bearer x']] },
      'no user found',
    ],
  ])('a request %s is refused', async (_how, asking, error) => {
    const told = await ask(behind, '/pipelines', asking);
    expect(told).toMatchObject({ status: 401, error, headers: { 'www-authenticate': 'Gateway' } });
  });

  test('a page of another origin cannot use what the gateway knows of its visitor', async () => {
    const forged = { method: 'POST', from: '127.0.0.2', body: '{"pipeline":"deploy_"}' };
    for (const header of [
      ['Origin', 'https://evil.example'],
      ['Sec-Fetch-Site', 'cross-site'],
    ] as const)
      expect(await ask(behind, '/pipelines/schedule', { ...forged, headers: [jane, header] })).toMatchObject({
        status: 403,
      });
  });
});

describe.each([
  ['where nobody is asked, on this machine', {}],
  [
    'where nobody is asked, as it is said',
    { HOLDFAST_AUTH: 'off', HOST: '0.0.0.0', HOLDFAST_HOSTS: 'localhost,127.0.0.1,jobs.test' },
  ],
])('%s', (_where, env: Record<string, string>) => {
  let open: TestService;
  let port: string;
  beforeAll(async () => {
    open = start({ ...env, HOLDFAST_WORKER_SLOTS: '1' });
    ({ port } = new URL(await open.url()));
  });
  afterAll(() => open.stop());

  test.each([
    'evil.example',
    'evil.example:8080',
    '127.0.0.1.nip.io',
    'localhost.evil.example',
    '10.0.0.7',
    '',
    'a@localhost',
    '[::1].evil',
  ])('the Host %j, which a page may have led here, is refused', async (host) => {
    const headers = [
      ['Host', host],
      ['Origin', `http://${host}`],
      ['Sec-Fetch-Site', 'same-origin'],
    ] as const;
    expect(await ask(open, '/pipelines', { headers })).toMatchObject({ status: 403 });
    expect(
      await ask(open, '/pipelines/schedule', { method: 'POST', headers, body: '{"pipeline":"deploy_"}' }),
    ).toMatchObject({ status: 403 });
  });

  test('a second Host does not help', async () => {
    const [good, bad] = [
      ['Host', 'localhost'],
      ['Host', 'evil.example'],
    ] as const;
    for (const headers of [
      [good, bad],
      [bad, good],
    ])
      expect([400, 403]).toContain((await ask(open, '/pipelines', { headers })).status);
  });

  test('its own names are served, with any port', async () => {
    for (const host of ['localhost', 'LOCALHOST:1', '127.0.0.1:8080', 'localhost.'])
      expect(await ask(open, '/pipelines', { headers: [['Host', host]] })).toMatchObject({ status: 200 });
  });

  test.each<[string, readonly [string, string][]]>([
    ['of another site', [['Origin', 'https://evil.example']]],
    ['of another site, without saying which', [['Origin', 'null']]],
    ['of another site, as an older browser has it', [['Sec-Fetch-Site', 'cross-site']]],
    [
      'of another port',
      [
        ['Origin', 'http://127.0.0.1:3000'],
        ['Sec-Fetch-Site', 'same-site'],
      ],
    ],
    ['of a file', [['Origin', 'file://']]],
    [
      'of two',
      [
        ['Origin', 'http://HERE'],
        ['Origin', 'https://evil.example'],
      ],
    ],
  ])('a form posted by a page %s is refused, and nothing is scheduled', async (_whose, origin) => {
    const headers = [
      ['Content-Type', 'text/plain'] as const,
      ...origin.map(([name, value]) => [name, value.replace('HERE', `127.0.0.1:${port}`)] as const),
    ];
    const before = await jobs();
    for (const path of ['/pipelines/schedule', `/job/cancel?id=${UNKNOWN}`]) {
      const told = await ask(open, path, { method: 'POST', headers, body: '{"pipeline":"deploy_"}' });
      expect(told).toMatchObject({
        status: 403,
        error: 'requests from pages of other origins are not allowed',
      });
    }
    expect(await jobs()).toBe(before);
  });

  test('its own pages may ask, and so may who is no page', async () => {
    for (const headers of [
      [],
      [
        ['Origin', `http://127.0.0.1:${port}`],
        ['Sec-Fetch-Site', 'same-origin'],
      ],
    ] as const) {
      const told = await ask(open, '/pipelines/schedule', {
        method: 'POST',
        headers,
        body: '{"pipeline":"deploy_"}',
      });
      expect(told.status).toBe(202);
    }
  });

  test('a link to it from another site can be followed, but not read by a page there', async () => {
    expect(await ask(open, '/pipelines', { headers: [['Sec-Fetch-Site', 'cross-site']] })).toMatchObject({
      status: 200,
    });
    expect(await ask(open, '/pipelines', { headers: [['Origin', 'https://evil.example']] })).toMatchObject({
      status: 403,
    });
  });

  test('health answers whoever asks', async () => {
    const headers = [
      ['Host', 'evil.example'],
      ['Origin', 'https://evil.example'],
    ] as const;
    expect(await ask(open, '/health/ready', { headers })).toMatchObject({ status: 200 });
  });

  const jobs = () =>
    withClient(
      url,
      async (client) => (await client.query<{ count: string }>('SELECT count(*) FROM jobs')).rows[0]?.count,
    );
});

test('tokens of a provider are taken by the public key in a file', async () => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const file = join(mkdtempSync(join(tmpdir(), 'holdfast-key-')), 'key.pem');
  writeFileSync(file, publicKey.export({ type: 'spki', format: 'pem' }));
  const by = start({
    HOLDFAST_JWT_KEY_FILE: file,
    HOLDFAST_JWT_ISSUER: 'https://id.test',
    HOLDFAST_JWT_AUDIENCE: 'holdfast',
  });
  const token = (audience: string) =>
    new SignJWT({})
      .setProtectedHeader({ alg: 'ES256' })
      .setIssuer('https://id.test')
      .setAudience(audience)
      .sign(privateKey);
  const status = async (text: string) =>
    (await ask(by, '/pipelines', { headers: [['Authorization', `Bearer ${text}`]] })).status;
  expect(await by.greeting()).toContain('callers by token of https://id.test');
  expect([
    await status(await token('holdfast')),
    await status(await token('other')),
    await status(await tokenOf({})),
  ]).toEqual([200, 401, 401]);
  expect(await by.stop()).toBe(0);
});

describe('at the start', () => {
  test('the service says how callers are known, never the secret', async () => {
    expect(await service.greeting()).toContain(', callers by token (HOLDFAST_JWT_SECRET), database');
    expect(service.output).not.toContain(SECRET);
  });

  test.each([
    [
      'there is no authentication for a host that others can reach',
      { HOST: '0.0.0.0' },
      /^holdfast: HOST: 0\.0\.0\.0 can be reached from other machines, .* set HOLDFAST_JWT_SECRET, .* or HOLDFAST_AUTH=off/,
    ],
    [
      'there are two ways',
      { HOLDFAST_JWT_SECRET: SECRET, HOLDFAST_USER_HEADER: 'x', HOLDFAST_TRUSTED_PROXIES: '::1' },
      /^holdfast: HOLDFAST_JWT_SECRET, HOLDFAST_USER_HEADER: expected one way/,
    ],
    [
      'the key file is not there',
      { HOLDFAST_JWT_KEY_FILE: '/nowhere', HOLDFAST_JWT_ISSUER: 'i', HOLDFAST_JWT_AUDIENCE: 'a' },
      /^holdfast: HOLDFAST_JWT_KEY_FILE: expected a file that is there and can be read; found "\/nowhere"$/,
    ],
  ])('it refuses, with one line, when %s', async (_what, env: Record<string, string>, message) => {
    const refused = start(env);
    expect(await refused.exited).toBe(1);
    expect(refused.output.trim()).toMatch(message);
    expect(refused.output.trim().split('\n')).toHaveLength(1);
    expect(refused.output).not.toContain(SECRET);
  });

  test('a worker listens anywhere, for it answers only whether it is well', async () => {
    const worker = start({ HOLDFAST_ROLE: 'worker', HOST: '0.0.0.0' });
    await worker.greeting();
    expect([(await ask(worker, '/health/ready')).status, (await ask(worker, '/pipelines')).status]).toEqual([
      200, 404,
    ]);
    expect(await worker.stop()).toBe(0);
  });
});

describe('npm run token', () => {
  const run = promisify(execFile);
  const token = (args: string[], env: Record<string, string> = { HOLDFAST_JWT_SECRET: SECRET }) =>
    run('npm', ['run', '--silent', 'token', '--', ...args], {
      cwd: ROOT,
      env: { PATH: process.env['PATH'], HOME: tmpdir(), ...env },
    });
  const refusal = (args: string[], env?: Record<string, string>) =>
    token(args, env).then(
      () => 'none',
      (error: unknown) => (error as { stderr: string }).stderr,
    );

  test('prints a token that the service takes, with what it was asked for', async () => {
    const { stdout } = await token([
      '--sub',
      'jane',
      '--scope',
      'read schedule',
      '--pipelines',
      'deploy-*',
      '--expires',
      '1h',
    ]);
    const headers = { authorization: `Bearer ${stdout.trim()}` };
    const { status, body } = await schedule('deploy-web', headers);
    expect(status).toBe(202);
    expect((await completed(body.jobId)).user).toBe('jane');
    expect((await service.call('POST', `/job/cancel?id=${body.jobId}`, undefined, headers)).status).toBe(403);
    expect((await schedule('secret', headers)).status).toBe(400);
    const claims = JSON.parse(Buffer.from(String(stdout.split('.')[1]), 'base64url').toString()) as {
      exp: number;
      iat: number;
    };
    expect(claims.exp - claims.iat).toBe(3600);
  });

  test.each<[string, string[], Record<string, string> | undefined, RegExp]>([
    ['nobody is named', [], undefined, /--sub: expected the name of a user/],
    [
      'a scope is unknown',
      ['--sub', 'j', '--scope', 'write'],
      undefined,
      /--scope: expected some of read, schedule, cancel; found "write"/,
    ],
    ['its time is none', ['--sub', 'j', '--expires', '-1h'], undefined, /--expires/],
    ['an argument is unknown', ['--sub', 'j', '--admin'], undefined, /--admin/],
    ['there is no secret', ['--sub', 'j'], {}, /set HOLDFAST_JWT_SECRET/],
    [
      'it would lack a limit that is asked for',
      ['--sub', 'j', '--scope', 'read'],
      { HOLDFAST_JWT_SECRET: SECRET, HOLDFAST_TOKEN_STRICT: 'on' },
      /the claim pipelines is missing/,
    ],
    [
      'tokens come from elsewhere',
      ['--sub', 'j'],
      { HOLDFAST_USER_HEADER: 'x', HOLDFAST_TRUSTED_PROXIES: '::1' },
      /takes no tokens of ours/,
    ],
  ])('says what is wrong when %s', async (_what, args, env, message) => {
    const said = await refusal(args, env);
    expect(said).toMatch(message);
    expect(said).not.toContain(SECRET);
  });
});
