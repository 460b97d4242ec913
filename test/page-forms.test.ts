import { pageTest, Visitor } from './support/browser.js';
import { serviceOf, type TestService } from './support/service.js';

const MANY = Array.from({ length: 24 }, (_, index) => `v${String(index).padStart(2, '0')}`);

const PIPELINES = `
pipelines:
  long:
    variables:
      must: { type: string, required: true, description: Whom to greet, pattern: '^[a-z]+$' }
      count: { type: integer, minimum: 1, maximum: 10 }
      settings: { type: object, description: What else there is }
      rest: { type: array, items: { type: integer } }
${MANY.map((name) => `      ${name}: string`).join('\n')}
    tasks: { only: { script: [echo] } }
`;

let service: TestService;
let base: string;
beforeAll(async () => {
  service = await serviceOf(PIPELINES);
  base = await service.url('/');
});
afterAll(() => service.stop());

async function openForm(): Promise<Visitor> {
  const visitor = await Visitor.open(base, { viewport: { width: 900, height: 500 } });
  await visitor.press('Start long');
  await visitor.page.getByLabel('must').waitFor();
  return visitor;
}

const start = ({ page }: Visitor) => page.getByRole('button', { name: 'Start', exact: true }).click();

/** What is focused, what is said of it, and whether it is to be seen. */
const focused = ({ page }: Visitor) =>
  page.evaluate<{ name: string; said: string[]; seen: boolean }>(`(() => {
    const field = document.activeElement;
    const { top, bottom } = field.closest('.field').getBoundingClientRect();
    return {
      name: field.name,
      said: field.getAttribute('aria-describedby').split(' ').map((id) => document.getElementById(id).innerText),
      seen: top >= 0 && bottom <= window.innerHeight,
    };
  })()`);

pageTest('a long form that is not filled in right leads to the first field that is not', async () => {
  const visitor = await openForm();
  await visitor.page.getByLabel('count').fill('11');
  await visitor.page.getByLabel('settings').fill('[]');
  await visitor.page.getByLabel('v23').fill('x');
  await start(visitor);
  await visitor.sees('Needed to start');
  expect(await focused(visitor)).toEqual({
    name: 'must',
    said: ['Needed to start', 'Whom to greet; matches ^[a-z]+$'],
    seen: true,
  });
  await visitor.sees('Must be at most 10');
  await visitor.sees('Must be an object, as JSON');
  expect(await visitor.violations()).toEqual([]);
  await visitor.page.getByLabel('must').fill('ada');
  expect(await visitor.page.getByText('Needed to start').count()).toBe(0);
});

pageTest('what the service does not take is said at its field', async () => {
  const visitor = await openForm();
  await visitor.page.getByLabel('must').fill('ada');
  await visitor.page.getByLabel('rest').fill('["one", 2]');
  await start(visitor);
  await visitor.sees('[0] must be integer');
  expect(await focused(visitor)).toEqual({
    name: 'rest',
    said: ['[0] must be integer', 'a list, as JSON'],
    seen: true,
  });
  expect(await visitor.page.getByText('Error scheduling').count()).toBe(0);
  await visitor.page.getByLabel('must').fill('Ada');
  await start(visitor);
  await visitor.sees('Must match the pattern ^[a-z]+$');
  expect((await focused(visitor)).name).toBe('must');
  await visitor.page.getByLabel('must').fill('ada');
  await visitor.page.getByLabel('rest').fill('[1, 2]');
  await start(visitor);
  await visitor.seesTask('only', 'done');
});
