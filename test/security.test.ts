import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { freshDatabase } from './support/database.js';
import { pipelinesFolder, TestService } from './support/service.js';
import { testsIn } from './support/tests-in.js';

const ROOT = join(__dirname, '..');
const PAGE = '<script>alert(1)</script>\u001B]0;title\u0007\u001B[2J';

describe('docs/security.md', () => {
  const rows = readFileSync(join(ROOT, 'docs/security.md'), 'utf8')
    .split('## Threats')[1]
    ?.split('\n## ')[0]
    ?.split('\n')
    .filter((line) => line.startsWith('| ') && !/^\| (threat|-)/.test(line));
  const tests = (rows ?? []).map((row) => [...row.matchAll(/`([^`]+)` +\|$/g)][0]?.[1] ?? row);
  const sources = ['src', 'test']
    .flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((file) =>
        join(ROOT, folder, file),
      ),
    )
    .filter((file) => /\.(spec|test)\.ts$/.test(file));
  const testsOf = (file: string) => testsIn(readFileSync(file, 'utf8'));
  const all = sources.flatMap(testsOf);

  test('has a row for each threat', () => {
    expect(tests.length).toBeGreaterThan(25);
  });

  test.each(tests)('names a test that there is, and that runs everywhere: %s', (name) => {
    const found = /^(src|test)\/[^ ]+$/.test(name)
      ? testsOf(join(ROOT, name))
      : // As `jest -t` looks for it.
        all.filter((one) => new RegExp(name, 'i').test(one));
    expect(found).not.toEqual([]);
  });

  test('counts no test that is skipped, or may be', () => {
    const none = `
      it.skip('a', f); xtest('b', f); test.todo('c'); (enough ? test : test.skip)('d', f); test.skip.each([])('e', f);
      describe.skip('f', () => { test('g', f); }); (enough ? describe : describe.skip)('h', () => { test('i', f); });
      if (enough) test('j', f); gatewayTest('k', f); enough && test('l', f); // test('m', f)
      const maybe = enough ? describe : describe.skip; maybe('n', () => { test('o', f); });`;
    expect(testsIn(none)).toEqual([]);
    const some = `describe('a', () => { it('b', f); test.each([['c', 1], ['d', 2]])('%s e', f); test(\`\${1} f\`, f); });`;
    expect(testsIn(some)).toEqual(['a b', 'a %s e', 'a c e', 'a d e', 'a … f']);
  });
});

describe('a browser', () => {
  let service: TestService;
  beforeAll(async () => {
    service = new TestService({
      DATABASE_URL: await freshDatabase(),
      HOLDFAST_PATH: pipelinesFolder(
        `pipelines: { p: { tasks: { t: { script: ["printf '%s' {{ .text }}; exit 3"] } } } }`,
      ),
    });
    await service.greeting();
  });
  afterAll(() => service.stop());

  test('output with scripts and terminal escapes stays data, and no browser takes it for a page', async () => {
    const id = await service.schedule('p', { text: PAGE });
    await service.completed(id);
    const { body, headers } = await service.get<{ stdout: string }>(`/job/logs?id=${id}&task=t`);
    expect(body.stdout).toBe(PAGE);
    expect(headers.get('content-type')).toMatch(/^application\/json/);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(service.output).not.toContain('\u001B]0;title');
  });

  test.each([
    ['/job/detail?id=%3Cscript%3E', 400],
    ['/<script>', 404],
    ['/pipelines', 200],
    ['/docs', 200],
    ['/health/ready', 200],
  ])('is told not to guess, nor to show or load elsewhere, what %s answers', async (path, status) => {
    const answer = await fetch(await service.url(path));
    await answer.text();
    expect(answer.status).toBe(status);
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(answer.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
    expect(answer.headers.get('cross-origin-resource-policy')).toBe('same-origin');
  });
});
