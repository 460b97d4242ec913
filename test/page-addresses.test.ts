import { pageTest, Visitor } from './support/browser.js';
import { serviceOf, type TestService } from './support/service.js';

const SHARDS = Array.from({ length: 30 }, (_, index) => `tests-of-the-service-for-bills-shard-${index + 10}`);

const PIPELINES = `
pipelines:
  wide:
    tasks:
      before: { script: [echo] }
${SHARDS.map((name) => `      ${name}: { depends_on: [before], script: [echo] }`).join('\n')}
      after: { depends_on: [${SHARDS.join(', ')}], script: [echo] }
  quick:
    variables: { zebra: string, ant: string }
    tasks: { only: { script: [echo] } }
`;

let service: TestService;
let base: string;
beforeAll(async () => {
  service = await serviceOf(PIPELINES);
  base = await service.url('/');
});
afterAll(() => service.stop());

pageTest('an address with filters that there are none of says so, until another one is chosen', async () => {
  const visitor = await Visitor.open(`${base}#/jobs?status=bogus&from=yesterday`);
  await visitor.sees('There is no status “bogus”. “yesterday” is no time to list jobs from.');
  expect(await visitor.violations()).toEqual([]);
  await visitor.press('Done');
  await visitor.page.getByText('There is no status').waitFor({ state: 'detached' });
});

pageTest('a pipeline that has never been is not one whose jobs are kept', async () => {
  const visitor = await Visitor.open(`${base}#/pipeline/nope`);
  await visitor.sees('There is no pipeline “nope”');
  expect(await visitor.page.getByText('It has never run').count()).toBe(0);
});

pageTest('variables are in the order in which they are declared', async () => {
  const id = await service.schedule('quick', { ant: '1', other: '2', zebra: '3' });
  const visitor = await Visitor.open(`${base}#/job/${id}`);
  await visitor.page.locator('.variables dt', { hasText: 'zebra' }).waitFor();
  const names = () => visitor.page.locator('.variables dt').allInnerTexts();
  expect((await names()).slice(0, 2)).toEqual(['zebra', 'ant']);
});

pageTest(
  'a graph larger than its frame begins at its beginning, and all of it is one press away',
  async () => {
    const visitor = await Visitor.open(`${base}#/pipeline/wide`);
    const shown = (name: string) =>
      visitor.page.evaluate<boolean>(`(() => {
      const frame = document.querySelector('.graph-scroll').getBoundingClientRect();
      const node = [...document.querySelectorAll('.node')].find((one) => one.innerText.includes('${name}'));
      const { top, bottom, left, right } = node.getBoundingClientRect();
      return top >= frame.top && bottom <= frame.bottom && left >= frame.left && right <= frame.right;
    })()`);
    await visitor.page.locator('.node', { hasText: 'shard-39' }).waitFor();
    const inSight = async () => [await shown('before'), await shown('after'), await shown('shard-39')];
    expect(await inSight()).toEqual([true, true, false]);
    await visitor.press('All of it');
    expect(await inSight()).toEqual([true, true, true]);
    // As names that begin alike are told from each other.
    const ends = await visitor.page.locator('.node .long-name > :last-child').allInnerTexts();
    expect(ends.filter((end) => /shard-\d\d$/.test(end))).toHaveLength(30);
    expect(await visitor.violations()).toEqual([]);
  },
);
