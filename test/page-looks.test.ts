import { pageTest, Visitor } from './support/browser.js';
import { serviceOf, type TestService } from './support/service.js';

const PIPELINES = `
pipelines:
  mixed:
    concurrency: 5
    continue_running_tasks_after_failure: true
    variables: { tag: { type: string, required: true, description: What to release }, dry: { type: boolean } }
    tasks:
      one: { script: ["for i in 1 2 3; do printf '\\\\033[3%dmline %d\\\\033[0m\\\\n' $i $i; done; echo oh >&2"] }
      tries: { retries: 1, retry_delay: 1ms, script: ['[ $TASK_ATTEMPT = 2 ]'] }
      fails: { depends_on: [one], script: [exit 3] }
      skipped: { depends_on: [fails], script: [echo] }
  waits: { tasks: { long: { script: [sleep 300] }, later: { depends_on: [long], script: [echo] } } }
  idle: { tasks: { a: { script: [echo] } } }
`;

const VIEWS: readonly (readonly [name: string, path: (ids: Ids) => string, sees: string])[] = [
  ['the pipelines', () => '', 'Pipelines'],
  ['a pipeline', () => 'pipeline/mixed', 'Last jobs'],
  ['the jobs', () => 'jobs?status=error&status=running&user=', 'In variables'],
  ['jobs that there are none of', () => 'jobs?q=nothing-like-this', 'No job fits'],
  ['a job that failed', ({ failed }) => `job/${failed}?task=one`, 'line 3'],
  ['a job that runs', ({ running }) => `job/${running}`, 'It has printed nothing yet.'],
  ['a job that waits', ({ waiting }) => `job/${waiting}`, 'in the wait list'],
  ['a job that is not there', () => 'job/52a5cb79-7556-4c52-8e6f-dd6aaf1bc4c9', 'It is not there'],
  ['no page', () => 'nope', 'There is no such page'],
];

interface Ids {
  readonly failed: string;
  readonly running: string;
  readonly waiting: string;
}

let service: TestService;
let base: string;
let ids: Ids;
beforeAll(async () => {
  service = await serviceOf(PIPELINES);
  base = await service.url('/');
  const failed = await service.schedule('mixed', { tag: 'v1' });
  await service.completed(failed);
  ids = { failed, running: await service.schedule('waits'), waiting: await service.schedule('waits') };
});
afterAll(() => service.stop('SIGQUIT').catch(() => service.stop('SIGKILL')));

describe.each(['light', 'dark'] as const)('in %s', (colorScheme) => {
  pageTest('axe finds nothing wrong with any view, none complains, and none asks elsewhere', async () => {
    const visitor = await Visitor.open(base, { colorScheme, reducedMotion: 'reduce' });
    for (const [name, path, sees] of VIEWS) {
      await visitor.page.goto(`${base}#/${path(ids)}`);
      await visitor.sees(sees);
      expect([name, await visitor.violations()]).toEqual([name, []]);
    }
    expect([visitor.complaints, visitor.foreign]).toEqual([[], []]);
  });

  pageTest('axe finds nothing wrong with its dialogs', async () => {
    const visitor = await Visitor.open(base, { colorScheme, reducedMotion: 'reduce' });
    await visitor.press('Start mixed');
    await visitor.sees('What to release');
    expect(await visitor.violations()).toEqual([]);
    await visitor.page.goto(`${base}#/job/${ids.failed}`);
    await visitor.press('Re-run…');
    await visitor.sees('Re-run all of it?');
    expect(await visitor.violations()).toEqual([]);
  });
});

pageTest('on a phone nothing is wider than the screen, and axe finds nothing wrong either', async () => {
  const visitor = await Visitor.open(base, { viewport: { width: 360, height: 740 } });
  for (const [name, path, sees] of VIEWS) {
    await visitor.page.goto(`${base}#/${path(ids)}`);
    await visitor.sees(sees);
    expect([name, await visitor.page.evaluate('document.documentElement.scrollWidth')]).toEqual([name, 360]);
    expect([name, await visitor.violations()]).toEqual([name, []]);
  }
});

pageTest('all of it can be reached by keyboard, and Escape leaves a dialog', async () => {
  const visitor = await Visitor.open(base);
  const { page } = visitor;
  await visitor.sees('mixed');
  const focused = () =>
    page.evaluate<string>('document.activeElement.ariaLabel || document.activeElement.innerText');
  const tabTo = async (name: string) => {
    for (let presses = 0; presses < 40; presses += 1) {
      if ((await focused()).trim() === name) return;
      await page.keyboard.press('Tab');
    }
    throw new Error(`${name} cannot be reached`);
  };
  await tabTo('Skip to the content');
  await tabTo('Start mixed');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  expect(await focused()).toBe('Start mixed');
});
