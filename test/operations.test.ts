import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { json, text } from 'node:stream/consumers';
import { SignJWT } from 'jose';
import { parse } from 'yaml';
import { freshDatabase, withClient } from './support/database.js';
import { pipelinesFolder, TestService } from './support/service.js';
import { bearer, SECRET } from './support/token.js';
import { until } from './support/wait.js';

const ROOT = join(__dirname, '..');
const PIPELINES = `
pipelines:
  good:
    concurrency: 10
    tasks:
      say: { script: ['echo "$TRACEPARENT {{ .secret }}"'], env: { PASSWORD: geheim-env } }
      then: { script: ['true'], depends_on: [say] }
  bad:
    tasks:
      fail: { script: ['echo "{{ .secret }}"; exit 3'], retries: 1, retry_delay: 1ms }
      after: { script: ['true'], depends_on: [fail] }
  held:
    tasks:
      wait: { script: [sleep 300] }
`;

interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

async function scrape(url: string): Promise<Sample[]> {
  const response = await fetch(url);
  expect(response.status).toBe(200);
  const lines = (await response.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return lines.map((line) => {
    const [, name = '', labels = '', value] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    const pairs = [...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, label = '', text = '']) => [label, text]);
    return { name, labels: Object.fromEntries(pairs) as Record<string, string>, value: Number(value) };
  });
}

const valueOf = (samples: readonly Sample[], name: string, labels: Record<string, string> = {}) =>
  samples.find(
    (one) => one.name === name && Object.entries(labels).every(([label, text]) => one.labels[label] === text),
  )?.value;

/** The names of metrics that a PromQL expression asks for. */
const namesIn = (expression: string) =>
  [...expression.matchAll(/\b(?:holdfast|nodejs|process)_\w+/g)].map(([name]) => name);

describe('one process that does everything', () => {
  let service: TestService;
  let database: string;
  beforeAll(async () => {
    database = await freshDatabase();
    service = new TestService({ DATABASE_URL: database, HOLDFAST_PATH: pipelinesFolder(PIPELINES) });
    await service.completed(await service.schedule('good', { secret: 'x' }));
    await service.completed(await service.schedule('bad', { secret: 'x' }));
    await service.schedule('held');
    await service.schedule('held');
    await service.get('/nowhere/at/all');
    await service.get('/nor/here');
  });
  afterAll(() => service.stop('SIGKILL'));

  const samples = async () => scrape(await service.url('/metrics'));

  test('counts jobs, tasks and attempts where they are ended, by pipeline and outcome', async () => {
    const now = await samples();
    const counts = [
      valueOf(now, 'holdfast_jobs_scheduled_total', { pipeline: 'held' }),
      valueOf(now, 'holdfast_jobs_ended_total', { pipeline: 'good', outcome: 'done' }),
      valueOf(now, 'holdfast_jobs_ended_total', { pipeline: 'bad', outcome: 'error' }),
      valueOf(now, 'holdfast_tasks_ended_total', { pipeline: 'good', outcome: 'done' }),
      valueOf(now, 'holdfast_tasks_ended_total', { pipeline: 'bad', outcome: 'error' }),
      valueOf(now, 'holdfast_tasks_ended_total', { pipeline: 'bad', outcome: 'skipped' }),
      valueOf(now, 'holdfast_attempts_retried_total', { pipeline: 'bad', reason: 'failure' }),
    ];
    expect(counts).toEqual([2, 1, 1, 2, 1, 1, 1]);
  });

  test('says how much waits and runs, how long it took to start, and how it is itself', async () => {
    const now = await until('the numbers are of now', async () => {
      const some = await samples();
      return valueOf(some, 'holdfast_worker_tasks_running') === 1 && some;
    });
    expect(valueOf(now, 'holdfast_jobs_running', { pipeline: 'held' })).toBe(1);
    expect(valueOf(now, 'holdfast_jobs_waiting', { pipeline: 'held' })).toBe(1);
    expect(valueOf(now, 'holdfast_oldest_waiting_job_age_seconds', { pipeline: 'held' })).toBeGreaterThan(0);
    expect(valueOf(now, 'holdfast_database_up')).toBe(1);
    expect(valueOf(now, 'holdfast_workers')).toBe(1);
    // good's two, bad's one twice, held's one: each was ready before it was claimed.
    expect(valueOf(now, 'holdfast_task_start_latency_seconds_count')).toBe(5);
    expect(valueOf(now, 'holdfast_worker_standing_by')).toBe(0);
    expect(valueOf(now, 'holdfast_heartbeat_age_seconds')).toBeLessThan(60);
    expect(valueOf(now, 'holdfast_pool_size', { pool: 'heartbeat' })).toBe(1);
    expect(valueOf(now, 'nodejs_eventloop_lag_p99_seconds')).toBeGreaterThanOrEqual(0);
    expect(valueOf(now, 'holdfast_output_bytes_total', { stream: 'stdout' })).toBeGreaterThan(0);
  });

  test('counts requests by the pattern of their route, and all that have none as one', async () => {
    const now = await samples();
    const routes = new Set(
      now.flatMap(({ name, labels }) => (name.startsWith('holdfast_http') ? labels['route'] : [])),
    );
    expect([...routes]).toEqual(expect.arrayContaining(['/job/detail', '/pipelines/schedule', 'none']));
    expect([...routes].filter((route) => String(route).includes('nowhere'))).toEqual([]);
    const none = { route: 'none', status: '404', method: 'GET' };
    expect(valueOf(now, 'holdfast_http_request_duration_seconds_count', none)).toBe(2);
  });

  test('has every number that the dashboard and the alerts ask for', async () => {
    const there = new Set((await samples()).map(({ name }) => name));
    const dashboard = JSON.parse(readFileSync(join(ROOT, 'deploy/grafana/holdfast.json'), 'utf8')) as {
      panels: { title: string; targets?: { expr: string }[] }[];
    };
    const { groups } = parse(readFileSync(join(ROOT, 'deploy/prometheus/alerts.yml'), 'utf8')) as {
      groups: {
        rules: { alert: string; expr: string; annotations: Record<string, string> }[];
      }[];
    };
    const rules = groups.flatMap((group) => group.rules);
    const asked = [...dashboard.panels.flatMap(({ targets = [] }) => targets), ...rules].flatMap(({ expr }) =>
      namesIn(expr),
    );
    expect(asked.length).toBeGreaterThan(20);
    // Counted only once there is one: nothing has been lost here.
    const rare = ['holdfast_attempts_lost_total'];
    expect(asked.filter((name) => !there.has(name) && !rare.includes(name))).toEqual([]);

    const page = readFileSync(join(ROOT, 'docs/operators.md'), 'utf8');
    const anchors = [...page.matchAll(/^#+ (.*)$/gm)].map(([, title = '']) => title.toLowerCase());
    for (const { alert, annotations } of rules) {
      expect(anchors).toContain(alert.toLowerCase());
      expect(annotations['runbook']).toMatch(/\w{3,} \w+/);
      expect(annotations['runbook_url']).toMatch(new RegExp(`docs/operators.md#${alert.toLowerCase()}$`));
    }
  });

  test('is not ready, and says why, when its database has lost a migration', async () => {
    expect((await service.get('/health/ready')).status).toBe(200);
    const [hide, show] = [
      `UPDATE _prisma_migrations SET rolled_back_at = now() WHERE migration_name LIKE '%_trace'`,
      'UPDATE _prisma_migrations SET rolled_back_at = NULL',
    ];
    await withClient(database, (client) => client.query(hide));
    expect(await service.get('/health/ready')).toMatchObject({
      status: 503,
      body: { error: 'Database lacks migrations of this version: 20261125050000_trace' },
    });
    await withClient(database, (client) => client.query(show));
    expect((await service.get('/health/ready')).status).toBe(200);
  });

  test('is scraped while its database is away, and then does not say how much waits', async () => {
    const name = new URL(database).pathname.slice(1);
    const server = new URL(database);
    server.pathname = '/postgres';
    await withClient(server.href, async (client) => {
      await client.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
      await client.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [name]);
    });
    const now = await until('it has noticed', async () => {
      const some = await samples();
      return valueOf(some, 'holdfast_database_up') === 0 && some;
    });
    expect(valueOf(now, 'holdfast_jobs_waiting', { pipeline: 'held' })).toBeUndefined();
    expect(valueOf(now, 'holdfast_worker_slots')).toBeGreaterThan(0);
    await until(
      'a heartbeat has failed',
      async () => (valueOf(await samples(), 'holdfast_heartbeat_failures_total') ?? 0) > 0,
    );
    await withClient(server.href, (client) => client.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`));
    await until('it is back', async () => valueOf(await samples(), 'holdfast_database_up') === 1);
  });
});

test('a worker serves its own numbers and none of the database’s; numbers may have a port of their own, or none', async () => {
  const database = await freshDatabase();
  const worker = new TestService({
    DATABASE_URL: database,
    HOLDFAST_ROLE: 'worker',
    HOLDFAST_WORKER_SLOTS: '3',
  });
  const now = await scrape(await worker.url('/metrics'));
  expect(valueOf(now, 'holdfast_worker_slots')).toBe(3);
  expect(now.filter(({ name }) => /^holdfast_(workers|tasks_ready|database_up)$/.test(name))).toEqual([]);

  const env = { DATABASE_URL: database, HOLDFAST_ROLE: 'api', HOLDFAST_PATH: pipelinesFolder(PIPELINES) };
  const without = new TestService({ ...env, HOLDFAST_METRICS: 'off' });
  expect((await without.get('/metrics')).status).toBe(404);
  const probe = createServer().listen(0, '127.0.0.1');
  await until('a port is found', () => probe.listening);
  const { port } = probe.address() as AddressInfo;
  await new Promise((done) => probe.close(done));
  const apart = new TestService({ ...env, HOLDFAST_METRICS: String(port) });
  expect((await apart.get('/metrics')).status).toBe(404);
  expect(valueOf(await scrape(`http://127.0.0.1:${port}/metrics`), 'holdfast_workers')).toBe(1);
  for (const one of [worker, without, apart]) expect(await one.stop()).toBe(0);
});

test('a worker that stands by, because another has its name, is not ready and says so', async () => {
  const env = { DATABASE_URL: await freshDatabase(), HOLDFAST_ROLE: 'worker', HOLDFAST_WORKER_NAME: 'twin' };
  const lease = { HOLDFAST_LEASE_SECONDS: '3' };
  const older = new TestService({ ...env, ...lease });
  await older.greeting();
  const newer = new TestService({ ...env, ...lease });
  await newer.greeting();
  await until('it says so', async () => {
    const { status, body } = await older.get<{ error: string }>('/health/ready');
    return status === 503 && body.error === 'Another worker is called twin: this one runs nothing';
  });
  expect((await newer.get('/health/ready')).status).toBe(200);
  expect((await older.get('/health/live')).status).toBe(200);
  expect(valueOf(await scrape(await older.url('/metrics')), 'holdfast_worker_standing_by')).toBe(1);
});

interface Span {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly status: { readonly code?: number };
  readonly attributes: readonly {
    key: string;
    value: { stringValue?: string; intValue?: number | string };
  }[];
}

describe('a job’s trace', () => {
  const spans: Span[] = [];
  let bodies = '';
  const collector = createServer((request, response) => {
    void json(request).then((body) => {
      bodies += JSON.stringify(body);
      for (const { scopeSpans } of (body as { resourceSpans: { scopeSpans: { spans: Span[] }[] }[] })
        .resourceSpans)
        spans.push(...scopeSpans.flatMap((scope) => scope.spans));
      response.setHeader('content-type', 'application/json').end('{}');
    });
  });
  let endpoint = '';
  beforeAll(async () => {
    collector.listen(0, '127.0.0.1');
    await until('the collector listens', () => collector.listening);
    endpoint = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    collector.closeAllConnections();
    collector.close();
  });

  test('leads from the caller’s span over the request and the job to its attempts, over two processes and into the task', async () => {
    const env = {
      DATABASE_URL: await freshDatabase(),
      HOLDFAST_PATH: pipelinesFolder(PIPELINES),
      OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
      OTEL_BSP_SCHEDULE_DELAY: '50',
    };
    const api = new TestService({ ...env, HOLDFAST_ROLE: 'api' });
    const worker = new TestService({ ...env, HOLDFAST_ROLE: 'worker' });
    const caller = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) };
    const headers = { traceparent: `00-${caller.traceId}-${caller.spanId}-01` };
    const body = (pipeline: string) => JSON.stringify({ pipeline, variables: { secret: 'geheim-wert' } });
    const { body: good } = await api.call<{ jobId: string }>(
      'POST',
      '/pipelines/schedule',
      body('good'),
      headers,
    );
    const { body: bad } = await api.call<{ jobId: string }>('POST', '/pipelines/schedule', body('bad'));
    await api.completed(good.jobId);
    await api.completed(bad.jobId);
    const { stdout } = await api.logs(good.jobId, 'say');
    for (const one of [api, worker]) expect(await one.stop()).toBe(0);

    const ours = spans.filter(({ traceId }) => traceId === caller.traceId);
    const named = (name: string) => ours.find((span) => span.name === name);
    const chain = ['POST /pipelines/schedule', 'job good', 'task say'].map(named);
    expect(chain.map((span) => span?.parentSpanId)).toEqual([
      caller.spanId,
      chain[0]?.spanId,
      chain[1]?.spanId,
    ]);
    expect(named('task then')?.parentSpanId).toBe(named('job good')?.spanId);
    expect(stdout).toBe(`00-${caller.traceId}-${String(named('task say')?.spanId)}-01 geheim-wert\n`);

    const attempts = spans.filter(({ name }) => name === 'task fail');
    const of = (span: Span | undefined, key: string) =>
      Object.values(span?.attributes.find((one) => one.key === key)?.value ?? {})[0];
    expect(
      attempts.map((span) => [of(span, 'holdfast.attempt'), of(span, 'holdfast.outcome'), span.status.code]),
    ).toEqual([
      [1, 'retried', 2],
      [2, 'error', 2],
    ]);
    expect(bodies).not.toContain('geheim');
  });

  test('goes nowhere when the collector is away, which costs a line and no job', async () => {
    const service = new TestService({
      DATABASE_URL: await freshDatabase(),
      HOLDFAST_PATH: pipelinesFolder(PIPELINES),
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1',
      OTEL_BSP_SCHEDULE_DELAY: '50',
    });
    await service.completed(await service.schedule('good', { secret: 'x' }));
    await service.completed(await service.schedule('good', { secret: 'x' }));
    await until('it says so', () => service.output.includes('spans could not be sent'));
    expect(await service.stop()).toBe(0);
    expect(service.output.match(/spans could not be sent/g)).toHaveLength(1);
  });

  test('is handed on to tasks where nothing is sent', async () => {
    const service = new TestService({
      DATABASE_URL: await freshDatabase(),
      HOLDFAST_PATH: pipelinesFolder(PIPELINES),
    });
    const traceparent = `00-${'c'.repeat(32)}-${'d'.repeat(16)}-00`;
    const body = JSON.stringify({ pipeline: 'good', variables: { secret: 'x' } });
    const ids = await Promise.all(
      [traceparent, `${traceparent}; echo hi`, '00-zz'].map(async (header) => {
        const { body: answer } = await service.call<{ jobId: string }>('POST', '/pipelines/schedule', body, {
          traceparent: header,
        });
        return answer.jobId;
      }),
    );
    for (const id of ids) await service.completed(id);
    const said = await Promise.all(ids.map(async (id) => (await service.logs(id, 'say')).stdout));
    expect(said).toEqual([`${traceparent} x\n`, ' x\n', ' x\n']);
    expect(await service.stop()).toBe(0);
  });
});

describe('the log', () => {
  const linesOf = (service: TestService) =>
    service.output
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  const answeredBy = async (env: Record<string, string>, ask: (base: string) => Promise<unknown>) => {
    const service = new TestService({
      DATABASE_URL: await freshDatabase(),
      HOLDFAST_PATH: pipelinesFolder(PIPELINES),
      HOLDFAST_LOG_FORMAT: 'json',
      ...env,
    });
    await until('it is there', () => /"msg":"Holdfast [^"]*API http/.test(service.output));
    const [, base] = /API (http:\/\/[^,]+),/.exec(service.output) ?? [];
    await ask(String(base));
    expect(await service.stop()).toBe(0);
    return linesOf(service).filter((line) => line['msg'] === 'answered');
  };

  test('warns of who is kept out, and says why, once in a while and never with the token', async () => {
    const good = (await bearer({ sub: 'jane' })).authorization ?? '';
    const forged = `${good.slice(0, -4)}AAAA`;
    const answered = await answeredBy({ HOLDFAST_JWT_SECRET: SECRET }, async (base) => {
      for (let time = 0; time < 3; time += 1)
        await fetch(`${base}/pipelines`, { headers: { authorization: forged } });
      const reader = await bearer({ sub: 'jane', scope: 'read' });
      await fetch(`${base}/pipelines/schedule`, { method: 'POST', headers: reader, body: '{}' });
    });
    expect(answered).toMatchObject([
      {
        level: 'warn',
        route: '/pipelines',
        status: 401,
        client: '127.0.0.1',
        why: 'token is unauthorized: signature verification failed',
      },
      { level: 'warn', method: 'POST', status: 403, user: 'jane' },
    ]);
    expect(JSON.stringify(answered)).not.toContain(forged.split('.')[1]);
  });

  test('says why the keys of a provider cannot be had', async () => {
    const provider = createServer((_request, response) => response.writeHead(404).end());
    await new Promise<void>((done) => provider.listen(0, '127.0.0.1', done));
    const url = `http://127.0.0.1:${(provider.address() as AddressInfo).port}/keys`;
    const service = new TestService({
      DATABASE_URL: await freshDatabase(),
      HOLDFAST_PATH: pipelinesFolder(PIPELINES),
      HOLDFAST_JWKS_URL: `${url}?key=geheim`,
      HOLDFAST_JWT_ISSUER: 'i',
      HOLDFAST_JWT_AUDIENCE: 'a',
    });
    const token = [{ alg: 'RS256', kid: 'k' }, {}].map((part) =>
      Buffer.from(JSON.stringify(part)).toString('base64url'),
    );
    const headers = { authorization: `Bearer ${token.join('.')}.AAAA` };
    expect((await service.call('GET', '/pipelines', undefined, headers)).status).toBe(503);
    expect(service.output).toContain(`the provider's keys at ${url} cannot be had: it answers 404`);
    provider.close();
    expect(await service.stop()).toBe(0);
    expect(service.output).not.toContain('geheim');
  });

  test('has what a caller was told whose body is no HTTP', async () => {
    const answered = await answeredBy({}, async (base) => {
      const { port } = new URL(base);
      const socket = connect(Number(port), '127.0.0.1');
      socket.write(
        'POST /pipelines/schedule HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nno size\r\n',
      );
      expect(await text(socket)).toMatch(/^HTTP\/1\.1 400 /);
    });
    expect(answered).toMatchObject([{ method: 'POST', route: '/pipelines/schedule', status: 400 }]);
  });

  test('is a JSON object a line, with the ids of request, job, task and worker, and never a secret or a value', async () => {
    const secret = 'geheim-geheim-geheim';
    const signed = new SignJWT({ sub: 'jane' }).setProtectedHeader({ alg: 'HS256' });
    const token = await signed.sign(Buffer.from(secret));
    const service = new TestService({
      DATABASE_URL: await freshDatabase(),
      HOLDFAST_PATH: pipelinesFolder(PIPELINES),
      HOLDFAST_LOG_FORMAT: 'json',
      HOLDFAST_WORKER_NAME: 'w1',
      HOLDFAST_JWT_SECRET: secret,
    });
    await until('it is there', () => /"msg":"Holdfast [^"]*API http/.test(service.output));
    const [, base] = /API (http:\/\/[^,]+),/.exec(service.output) ?? [];
    const call = async (path: string, body?: string) => {
      const init = body === undefined ? {} : { method: 'POST', body };
      const headers = { authorization: `Bearer ${token}` };
      return (await fetch(`${String(base)}${path}`, { ...init, headers })).json();
    };
    const schedule = (pipeline: string) =>
      call('/pipelines/schedule', JSON.stringify({ pipeline, variables: { secret: 'geheim-wert' } }));
    const { jobId } = (await schedule('bad')) as { jobId: string };
    await until(
      'it has ended',
      async () => ((await call(`/job/detail?id=${jobId}`)) as { completed: boolean }).completed,
    );
    await call(`/job/cancel?id=${jobId}&token=geheim-token`, '{}');
    expect(await service.stop()).toBe(0);

    const lines = linesOf(service);
    const of = (msg: string) => lines.filter((line) => line['msg'] === msg);
    const [scheduled] = of('job scheduled');
    const answered = of('answered').find((line) => line['route'] === '/pipelines/schedule');
    expect(scheduled).toMatchObject({ level: 'info', job: jobId, pipeline: 'bad' });
    expect(scheduled?.['request']).toBe(answered?.['request']);
    expect(answered).toMatchObject({ method: 'POST', status: 202, room: 'http', user: 'jane' });
    expect(of('answered').map((line) => [line['route'], line['status']])).toEqual([
      ['/pipelines/schedule', 202],
      ['/job/cancel', 409],
    ]);
    const worker = expect.stringMatching(/^w1#/) as string;
    expect(of('attempt ended')).toMatchObject([
      { job: jobId, task: 'fail', attempt: 1, outcome: 'retried', exitCode: 3, worker },
      { job: jobId, task: 'fail', attempt: 2, outcome: 'error', exitCode: 3, worker },
    ]);
    expect(of('job ended')).toMatchObject([{ job: jobId, outcome: 'error' }]);
    for (const one of ['geheim', ...token.split('.')]) expect(service.output).not.toContain(one);
  });
});
