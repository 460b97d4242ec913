import { SignJWT } from 'jose';
import { pageTest, Visitor } from './support/browser.js';
import { freshDatabase } from './support/database.js';
import { pipelinesFolder, TestService } from './support/service.js';

/** Turns what follows it around: `nice\u202Eexe.png` would read as `nicegnp.exe`. */
const TURN = '\u202e';
const SHOWN = '\ufffd';
const SECRET = 'a secret of enough characters';

const name = (what: string) => `${what}${TURN}exe.png\u200b`;
const shown = (what: string) => `${what}${SHOWN}exe.png${SHOWN}`;

const PIPELINES = `
pipelines:
  ${JSON.stringify(name('pipe'))}:
    concurrency: 9
    variables: { ${JSON.stringify(name('key'))}: { type: string, description: ${JSON.stringify(name('what it is'))} } }
    tasks:
      ${JSON.stringify(name('nice'))}:
        script:
          - printf '%s\\n' "{{ index . ${JSON.stringify(name('key'))} }}"
          - printf '\\033[31m%s\\033[0m joined 👩\u200d🚀\\n' "{{ index . ${JSON.stringify(name('key'))} }}"
      ${JSON.stringify(name('fails'))}: { depends_on: [${JSON.stringify(name('nice'))}], script: ['echo )${TURN}'] }
`;

/** All that is shown or read out: texts, and attributes that are. */
const TEXTS = `(() => {
  const texts = [document.title];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) texts.push(walker.currentNode.data);
  for (const element of document.querySelectorAll('*'))
    for (const attribute of ['title', 'aria-label', 'aria-valuetext', 'alt', 'placeholder'])
      if (element.hasAttribute(attribute)) texts.push(element.getAttribute(attribute));
  return texts;
})()`;

let service: TestService;
let token: string;
let id: string;
beforeAll(async () => {
  token = await new SignJWT({ sub: name('user') })
    .setProtectedHeader({ alg: 'HS256' })
    .sign(new TextEncoder().encode(SECRET));
  service = new TestService({
    DATABASE_URL: await freshDatabase(),
    HOLDFAST_PATH: pipelinesFolder(PIPELINES),
    HOLDFAST_JWT_SECRET: SECRET,
  });
  const headers = { authorization: `Bearer ${token}` };
  const variables = { [name('key')]: name('value'), deep: [{ [name('in')]: name('json') }] };
  const body = JSON.stringify({ pipeline: name('pipe'), variables });
  ({ jobId: id } = (
    await service.call<{ jobId: string }>('POST', '/pipelines/schedule', body, headers)
  ).body);
});
afterAll(() => service.stop());

const VIEWS: readonly (readonly [name: string, path: () => string, sees: string])[] = [
  ['the pipelines', () => '', shown('pipe')],
  ['a pipeline', () => `pipeline/${encodeURIComponent(name('pipe'))}`, shown('nice')],
  ['a pipeline that is not there', () => `pipeline/${encodeURIComponent(name('none'))}`, shown('none')],
  ['the jobs', () => 'jobs', shown('user')],
  ['a job', () => `job/${id}?task=${encodeURIComponent(name('nice'))}`, shown('value')],
  [
    'a job with a task that failed',
    () => `job/${id}?task=${encodeURIComponent(name('fails'))}`,
    shown('fails'),
  ],
  ['a job that is not there', () => `job/${encodeURIComponent(name('none'))}`, 'Not'],
];

pageTest(
  'what cannot be seen in names, variables, users and output is shown by a mark, in every view',
  async () => {
    const visitor = await Visitor.open(await service.url('/'));
    const { page } = visitor;
    await page.getByLabel('Token').fill(token);
    await page.getByRole('button', { name: 'Sign in' }).click();
    for (const [view, path, sees] of VIEWS) {
      await page.goto(await service.url(`/#/${path()}`));
      await visitor.sees(sees);
      const texts = await page.evaluate<string[]>(TEXTS);
      const unseen = texts.filter((text) => /[\u0080-\u009f\u2028-\u202e\u2060-\u206f\u200b]/.test(text));
      expect([view, unseen]).toEqual([view, []]);
    }
    expect(visitor.complaints).toEqual([]);
  },
);

pageTest('output is marked line by line in its colors, and emoji in it stay whole', async () => {
  const visitor = await Visitor.open(await service.url('/'));
  const { page } = visitor;
  await page.getByLabel('Token').fill(token);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.goto(await service.url(`/#/job/${id}?task=${encodeURIComponent(name('nice'))}`));
  await page.locator('.row', { hasText: 'joined' }).waitFor();
  expect(await page.locator('.row').allInnerTexts()).toEqual([
    shown('value'),
    `${shown('value')} joined 👩\u200d🚀`,
  ]);
  expect(await page.locator('.row .ansi-1').innerText()).toBe(shown('value'));
  expect(await page.locator('.graph button').allInnerTexts()).toEqual(
    expect.arrayContaining([expect.stringContaining(shown('nice'))]),
  );
});
