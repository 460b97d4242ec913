import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import type { OpenAPIObject } from '@nestjs/swagger';
import { freshDatabase } from './support/database.js';
import { type Answer, pipelinesFolder, TestService } from './support/service.js';

let service: TestService;
let document: OpenAPIObject;
beforeAll(async () => {
  const folder = pipelinesFolder(`
pipelines:
  good: { variables: { a: { type: object, description: An a } }, tasks: { a: { script: [echo a] }, b: { script: [echo b], depends_on: [a] } } }
  bad: { tasks: { a: { script: [exit 2] }, b: { script: [echo b], depends_on: [a] } } }
  long: { tasks: { a: { script: [sleep 60] } } }
`);
  service = new TestService({ DATABASE_URL: await freshDatabase(), HOLDFAST_PATH: folder });
  document = (await service.get<OpenAPIObject>('/openapi.json')).body;
});
afterAll(() => service.stop('SIGINT'));

interface Described {
  readonly content?: Record<string, { schema: object }>;
}

/** Fails where the answer is not one that the document describes for this route. */
function expectDescribed(method: 'get' | 'post', path: string, { status, body, headers }: Answer): void {
  const { responses } = document.paths[path]?.[method] ?? { responses: {} };
  const described = (responses as Record<string, Described>)[String(status)];
  if (described === undefined)
    throw new Error(`${method} ${path} answered ${status}, which is not described`);
  expect(headers.get('content-type')).toMatch(/^application\/json/);
  const schema = described.content?.['application/json']?.schema;
  const ajv = new Ajv({ strict: false, allErrors: true });
  (addFormats as unknown as (ajv: Ajv) => void)(ajv);
  ajv.addFormat('int16', true);
  const strict = closed({ ...schema, components: document.components });
  const valid = ajv.validate(strict, body);
  expect({ path, status, errors: valid ? [] : ajv.errors }).toEqual({ path, status, errors: [] });
}

/** Nothing is answered that is not described: every object with properties is closed. */
function closed<T>(schema: T): T {
  if (typeof schema !== 'object' || schema === null) return schema;
  if (Array.isArray(schema)) return schema.map(closed) as T;
  const entries = Object.entries(schema).map(([key, value]) => [key, closed(value) as unknown]);
  const copy = Object.fromEntries(entries) as Record<string, unknown>;
  if (typeof copy['properties'] === 'object' && copy['type'] === 'object')
    copy['additionalProperties'] ??= false;
  return copy as T;
}

const unknown = '52a5cb79-7556-4c52-8e6f-000000000000';

describe('the description of the API', () => {
  test('is OpenAPI 3 and has every route, each with a summary and a description of what it answers', () => {
    expect(document.openapi).toMatch(/^3\./);
    expect(Object.keys(document.paths).sort()).toEqual(
      [
        '/health/live',
        '/health/ready',
        '/job/audit',
        '/job/cancel',
        '/job/detail',
        '/job/events',
        '/job/logs',
        '/job/logs/merged',
        '/job/logs/raw',
        '/job/logs/stream',
        '/job/rerun',
        '/jobs',
        '/jobs/events',
        '/pipelines',
        '/pipelines/durations',
        '/pipelines/jobs',
        '/pipelines/overview',
        '/pipelines/schedule',
      ].sort(),
    );
    for (const [name, path] of Object.entries(document.paths)) {
      for (const operation of [path.get, path.post]) {
        if (operation === undefined) continue;
        expect(operation.summary).toBeTruthy();
        for (const parameter of operation.parameters ?? []) expect(parameter).toHaveProperty('description');
        if (name === '/health/live') continue;
        expect(Object.keys(operation.responses)).toEqual(
          expect.arrayContaining(['503', 'default']) as unknown,
        );
      }
    }
  });

  test('has the page’s descriptions and example', () => {
    const { properties } = document.components?.schemas?.['JobResponse'] as {
      properties: Record<string, { description: string; example: unknown }>;
    };
    expect(properties).toMatchObject({
      canceled: { description: 'If the job was canceled' },
      pipeline: { description: 'Pipeline name', example: 'my_pipeline' },
      tasks: { description: 'List of tasks in job (ordered topologically by dependencies and task name)' },
      user: { description: 'User that scheduled the job', example: 'j.doe' },
      variables: { example: { tags: ['foo', 'bar'] } },
    });
  });

  test('is there for people, too', async () => {
    const page = await fetch(await service.url('/docs'));
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('Holdfast API')]);
    expect((await fetch(await service.url('/docs/swagger-ui-bundle.js'))).status).toBe(200);
  });
});

describe('every answer is as described', () => {
  test('of jobs that wait, run, failed, were canceled and are done', async () => {
    const ids = [
      await service.schedule('good', { a: { b: [1, null] } }),
      await service.schedule('bad'),
      await service.schedule('long'),
      await service.schedule('long'),
    ];
    const detail = async (id: string) => {
      expectDescribed('get', '/job/detail', await service.get(`/job/detail?id=${id}`));
    };
    for (const id of ids) await detail(id);
    for (const id of ids.slice(2).reverse())
      expectDescribed('post', '/job/cancel', await service.call('POST', `/job/cancel?id=${id}`));
    for (const id of ids) await service.completed(id);
    for (const id of ids) await detail(id);
    expectDescribed('get', '/pipelines/jobs', await service.get('/pipelines/jobs?limit=3'));
    expectDescribed('get', '/jobs', await service.get('/jobs?limit=3'));
    for (const id of ids.slice(0, 2))
      expectDescribed('post', '/job/rerun', await service.call('POST', `/job/rerun?id=${id}&from=failed`));
    for (const id of ids) await detail(id);
    expectDescribed('get', '/jobs', await service.get('/jobs?limit=50'));
    expectDescribed('get', '/pipelines/overview', await service.get('/pipelines/overview'));
    expectDescribed('get', '/pipelines/durations', await service.get('/pipelines/durations?pipeline=good'));
    expectDescribed('get', '/job/logs', await service.get(`/job/logs?id=${String(ids[0])}&task=a`));
    expectDescribed('post', '/job/cancel', await service.call('POST', `/job/cancel?id=${String(ids[0])}`));
    for (const id of ids) expectDescribed('get', '/job/audit', await service.get(`/job/audit?id=${id}`));
  });

  test.each([
    ['get', '/job/detail', '?id=x'],
    ['get', '/job/detail', `?id=${unknown}`],
    ['get', '/job/audit', '?id=x'],
    ['get', '/job/audit', `?id=${unknown}`],
    ['get', '/job/logs', '?id=x'],
    ['get', '/job/logs', `?id=${unknown}`],
    ['get', '/job/logs', `?id=${unknown}&task=a`],
    ['get', '/job/events', '?id=x'],
    ['get', '/job/events', `?id=${unknown}`],
    ['get', '/job/logs/stream', `?id=${unknown}&task=a`],
    ['get', '/job/logs/merged', `?id=${unknown}`],
    ['get', '/job/logs/merged', `?id=${unknown}&limit=0`],
    ['get', '/job/logs/raw', `?id=${unknown}&task=a`],
    ['get', '/job/logs/raw', `?id=${unknown}&task=a&stream=x`],
    ['get', '/pipelines', ''],
    ['get', '/pipelines/jobs', '?limit=0'],
    ['get', '/pipelines/durations', ''],
    ['get', '/jobs', '?limit=0'],
    ['get', '/jobs', '?status=done&q=x'],
    ['get', '/health/live', ''],
    ['get', '/health/ready', ''],
    ['post', '/job/cancel', '?id=x'],
    ['post', '/job/cancel', `?id=${unknown}`],
    ['post', '/job/rerun', '?id=x'],
    ['post', '/job/rerun', `?id=${unknown}`],
    ['post', '/pipelines/schedule', ''],
  ] as const)('of %s %s%s', async (method, path, query) => {
    expectDescribed(method, path, await service.call(method.toUpperCase(), path + query));
  });

  test('of a schedule', async () => {
    for (const body of ['{"pipeline":"good"}', '{', 'x'.repeat(1024 * 1024 + 1), '{"pipeline":"nope"}']) {
      expectDescribed('post', '/pipelines/schedule', await service.call('POST', '/pipelines/schedule', body));
    }
  });

  test('of a schedule with an Idempotency-Key: a new one, a known one, and with another body', async () => {
    const { parameters, responses } = document.paths['/pipelines/schedule']?.post ?? { responses: {} };
    expect(parameters).toContainEqual(
      expect.objectContaining({ name: 'Idempotency-Key', in: 'header', required: false }),
    );
    expect(responses['202']).toHaveProperty(['headers', 'Idempotent-Replayed', 'description']);
    const statuses = [];
    for (const [key, body] of [
      ['k', '{"pipeline":"good"}'],
      ['k', '{"pipeline":"good"}'],
      ['k', '{"pipeline":"bad"}'],
      ['no key', '{"pipeline":"good"}'],
    ] as const) {
      const answer = await service.call('POST', '/pipelines/schedule', body, { 'idempotency-key': key });
      expectDescribed('post', '/pipelines/schedule', answer);
      statuses.push(answer.status);
    }
    expect(statuses).toEqual([202, 202, 409, 400]);
  });
});
