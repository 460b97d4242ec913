import { writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { jsonOf, readAsked } from '../src/jobs/checks/asked.js';
import { Checks } from '../src/jobs/checks/checks.js';
import { PipelineSet } from '../src/pipelines/pipelines.store.js';
import { parsePipelines } from '../src/pipelines/parse.js';
import { openParser } from '../src/pipelines/threads/parser.js';
import type { DeclaredVariables } from '../src/pipelines/variables.js';
import { pipelinesFolder, TestService } from './support/service.js';
import { freshDatabase } from './support/database.js';

const programOf = (path: string) => pathToFileURL(join(__dirname, '..', 'dist', path));

function declared(variables: string): DeclaredVariables {
  const [definition] = parsePipelines(
    'f.yml',
    Buffer.from(`pipelines: {p: {variables: {${variables}}}}`),
  ).definitions;
  if (definition === undefined) throw new Error('no pipeline');
  return definition.variables;
}

const HANGS = 'v: {type: string, pattern: "^(a+)+$"}';
const EVIL = { v: `${'a'.repeat(40)}!` };
const TOO_LONG = ['variable "v" takes too long to be checked'];
const OBJECTS = Array.from({ length: 75_000 }, (_, a) => ({ a }));

let checks: Checks;
beforeEach(() => {
  checks = new Checks(programOf('jobs/checks/check.thread.js'));
});
afterEach(() => checks.onModuleDestroy());

const check = async (variables: DeclaredVariables, value: Record<string, unknown>, owner = 'a') =>
  (await checks.check(variables, { json: jsonOf(value), value, hasJobId: false }, owner)).problems;

/** How often this thread has come to do something else until `work` was done. */
async function turnsDuring(work: Promise<unknown>): Promise<number> {
  let [turns, isOver] = [0, false];
  const over = () => (isOver = true);
  work.then(over, over);
  while (!isOver) {
    turns += 1;
    await new Promise(setImmediate);
  }
  return turns;
}

/** Names of what is done, in the order in which it is. */
function inOrder(works: Readonly<Record<string, Promise<unknown>>>): Promise<string[]> {
  const done: string[] = [];
  const all = Object.entries(works).map(([name, work]) => work.then(() => done.push(name)));
  return Promise.all(all).then(() => done);
}

describe('a check that takes long', () => {
  test.each<[string, string, Record<string, unknown>]>([
    ['a pattern', HANGS, EVIL],
    ['items that have to be different', 'v: {type: array, uniqueItems: true}', { v: OBJECTS }],
  ])('by %s does not hold up the thread that answers callers', async (_what, variables, value) => {
    const checking = check(declared(variables), value);
    expect(await turnsDuring(checking)).toBeGreaterThan(1_000);
    expect(await checking).toEqual(TOO_LONG);
  });

  test('holds up neither the quick checks of others, nor those of other variables of the same caller', async () => {
    const [evil, ordinary] = [declared(HANGS), declared('v: {type: string, pattern: "^[a-z]+$"}')];
    const order = await inOrder({
      evil: check(evil, EVIL),
      'other variables': check(ordinary, { v: 'abc' }),
      'another caller': check(ordinary, { v: 'abc' }, 'b'),
    });
    expect(order.at(-1)).toBe('evil');
  });

  test('of a caller with many holds up another one with the same variables by few of them', async () => {
    const evil = declared(HANGS);
    await check(evil, EVIL);
    const order = await inOrder({
      ...Object.fromEntries(Array.from({ length: 6 }, (_, at) => [`evil ${at}`, check(evil, EVIL)])),
      slow: check(evil, EVIL, 'b'),
      quick: check(evil, { v: 'aaa' }, 'c'),
    });
    expect(order.slice(0, 2)).toEqual(['evil 0', 'quick']);
    expect(order.indexOf('slow')).toBeLessThan(order.indexOf('evil 4'));
  });

  test('does not make the same caller wait for its quick ones for ever', async () => {
    const evil = declared(HANGS);
    expect(await check(evil, EVIL)).toEqual(TOO_LONG);
    expect(await check(evil, { v: 'aaa' })).toEqual([]);
    expect(await check(evil, { v: 'aab' })).toEqual(['variable "v" must match the pattern ^(a+)+$']);
  });

  test('is refused where too many wait, and what waits is refused when the service ends', async () => {
    const evil = declared(HANGS);
    const outcomes: string[] = [];
    const checking = Array.from({ length: 500 }, () =>
      check(evil, EVIL).then(
        () => outcomes.push('done'),
        (error: unknown) => outcomes.push((error as Error).message),
      ),
    );
    await Promise.race(checking);
    expect(outcomes[0]).toBe('Too many checks of variables at a time');
    await checks.onModuleDestroy();
    await Promise.all(checking);
    expect(new Set(outcomes)).toEqual(
      new Set(['Too many checks of variables at a time', 'Server is shutting down']),
    );
    await expect(check(evil, EVIL)).rejects.toMatchObject({ code: 'shutting_down' });
  });
});

describe('a check in another thread', () => {
  test('finds what a check here finds, fills in defaults, and knows names that objects have', async () => {
    const variables = declared(
      '__proto__: {pattern: "^a$"}, toString: {pattern: "^a$", required: true}, v: {type: string, pattern: "^[a-z]+$", default: x}',
    );
    const value = JSON.parse('{"__proto__": "b", "other": {"é": [1, null]}}') as Record<string, unknown>;
    const asked = { json: jsonOf(value), value, hasJobId: false };
    expect(await checks.check(variables, asked, 'a')).toMatchObject({
      problems: ['variable "toString" is required', 'variable "__proto__" must match the pattern ^a$'],
      variables: '{"__proto__":"b","other":{"é":[1,null]},"v":"x"}',
    });
  });
});

describe('a large body', () => {
  const padded = (json: string) => Buffer.from(json.padEnd(100 * 1024));

  test('is decoded elsewhere, with the same outcome', async () => {
    const body = padded(
      '{"pipeline":"p","queuePartition":"q","variables":{"é":[1,{"b":null}],"__jobID":"x"}}',
    );
    const here = readAsked(body, true);
    expect(await checks.read(Buffer.from(body), true, 'a')).toEqual({
      ...here,
      variables: { ...here.variables, value: null },
    });
    expect(here.variables.hasJobId).toBe(true);
    // A body may be a part of a larger buffer, which is not to be taken away.
    const part = Buffer.concat([Buffer.from('xx'), body]).subarray(2);
    expect((await checks.read(part, false, 'a')).fingerprint).toBeNull();
    expect(part.toString()).toBe(body.toString());
  });

  test('that is wrong is refused in the same words', async () => {
    for (const json of [
      '{',
      '[]',
      '{"pipeline":5}',
      '{"variables":{"a":"\\u0000"}}',
      '{"variables":{"a":1e999}}',
    ])
      await expect(checks.read(padded(json), false, 'a')).rejects.toThrow(
        expect.objectContaining({
          code: 'invalid_request',
          message: outcomeOf(() => readAsked(padded(json), false)),
        }) as Error,
      );
  });

  test('does not hold up the thread that answers callers', async () => {
    const body = Buffer.from(JSON.stringify({ pipeline: 'p', variables: { list: OBJECTS } }));
    expect(await turnsDuring(checks.read(body, true, 'a'))).toBeGreaterThan(20);
  });
});

function outcomeOf(work: () => unknown): string {
  try {
    work();
    return 'none';
  } catch (error) {
    return (error as Error).message;
  }
}

describe('a reload', () => {
  const slow = `pipelines: {p: {variables: {${Array.from({ length: 3 }, (_, at) => `v${at}: {type: string, pattern: "^(a+)+$", default: "${EVIL.v}"}`).join()}}}}`;

  test('with defaults that take long to check holds up nobody, and leaves the set as it was', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'holdfast-reload-'));
    const file = join(folder, 'pipelines.yml');
    const program = programOf('pipelines/threads/parse.thread.js');
    const set = new PipelineSet({ path: folder, pattern: '*.yml' }, () => openParser(program));
    writeFileSync(file, 'pipelines: {p: {tasks: {}}, q: {tasks: {}}}');
    await set.reload();
    await set.reload();
    const before = set.get('p');

    writeFileSync(file, slow);
    const reloading = set.reload();
    expect(await turnsDuring(reloading)).toBeGreaterThan(1_000);
    await expect(reloading).rejects.toThrow(/variable "v0": its default takes too long to be checked/);
    expect([set.names(), set.get('p')]).toEqual([['p', 'q'], before]);

    writeFileSync(file, 'pipelines: {p: {tasks: {}}, q: {env: {A: b}, tasks: {}}}');
    expect(await set.reload()).toMatchObject({ added: [], changed: ['q'], removed: [] });
    // What is unchanged is the same object, and what is known of it is not lost.
    expect([set.get('p') === before, set.get('q')?.env]).toEqual([true, { A: 'b' }]);
  });
});

describe('a service', () => {
  let service: TestService;
  beforeAll(async () => {
    const folder = pipelinesFolder(
      `pipelines: { hangs: { variables: { ${HANGS} }, tasks: {} }, plain: { concurrency: 99, variables: { v: { type: string } }, tasks: {} } }`,
    );
    const env = { DATABASE_URL: await freshDatabase(), HOLDFAST_PATH: folder, HOLDFAST_ROLE: 'api' };
    service = new TestService(env);
    await service.greeting();
  });
  afterAll(() => service.stop());

  const schedule = (pipeline: string, variables: Record<string, unknown>, key?: string) =>
    service.call<{ jobId?: string; error?: string }>(
      'POST',
      '/pipelines/schedule',
      JSON.stringify({ pipeline, variables }),
      key === undefined ? {} : { 'idempotency-key': key },
    );

  test('answers health and other callers while variables are checked that take a second each', async () => {
    let answered = 0;
    const evil = Array.from({ length: 4 }, async () => {
      const { status, body } = await schedule('hangs', EVIL);
      answered += 1;
      return [status, body.error];
    });
    for (let round = 0; round < 5; round += 1) {
      expect((await service.get('/health/live')).status).toBe(200);
      expect((await schedule('plain', { v: 'x' })).status).toBe(202);
    }
    expect(answered).toBeLessThan(4);
    expect(await Promise.all(evil)).toEqual(
      Array(4).fill([400, `Error scheduling pipeline: ${TOO_LONG.join()}`]),
    );
  });

  test('keeps no connection to the database and no key while it checks', async () => {
    // There are more of them than connections to the database.
    const evil = Promise.all(Array.from({ length: 12 }, (_, at) => schedule('hangs', EVIL, `evil-${at}`)));
    const order = await inOrder({ evil, plain: schedule('plain', { v: 'x' }, 'plain') });
    expect(order).toEqual(['plain', 'evil']);
    expect(new Set((await evil).map(({ status }) => status))).toEqual(new Set([400, 429]));
    // The key is free for another body.
    expect((await schedule('plain', { v: 'x' }, 'evil-0')).status).toBe(202);
  });

  test('says when to come again where too many checks wait', async () => {
    const answers = await Promise.all(Array.from({ length: 420 }, () => schedule('hangs', EVIL)));
    const refused = answers.find(({ status }) => status === 429);
    expect([refused?.body, refused?.headers.get('retry-after')]).toEqual([
      { error: 'Too many checks of variables at a time' },
      '1',
    ]);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([400, 429]));
  });
});
