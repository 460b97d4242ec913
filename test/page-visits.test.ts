import { createServer, type AddressInfo } from 'node:net';
import { SignJWT } from 'jose';
import { pageTest, Visitor } from './support/browser.js';
import { Forward } from './support/forward.js';
import { freshDatabase } from './support/database.js';
import { gates, open } from './support/gates.js';
import { pipelinesFolder, TestService } from './support/service.js';
import { until } from './support/wait.js';

const PIPELINES = `
pipelines:
  build:
    concurrency: 10
    env: { GATES: '${gates}' }
    variables:
      who: { type: string, required: true, description: Whom to greet }
      size: { enum: [small, large], default: small }
    tasks:
      first:
        script:
          - echo "hello {{ .who }}, {{ .size }}"
          - 'until [ -e "$GATES/{{ .who }}-1" ]; do sleep 0.05; done'
      second:
        depends_on: [first]
        script:
          - printf '\\033[31mred\\033[0m <b>not bold</b>\\n'
          - 'until [ -e "$GATES/{{ .who }}-2" ]; do sleep 0.05; done'
          - echo "goodbye {{ .who }}"
  fails:
    env: { GATES: '${gates}' }
    tasks:
      good: { script: [echo good] }
      bad: { depends_on: [good], script: ['[ -e "$GATES/mended" ]'] }
      last: { depends_on: [bad], script: [echo last] }
  spills: { tasks: { all: { script: ['seq -f "line %.0f of very many" 1 200000'] } } }
  quick:
    concurrency: 10
    variables: { word: { type: string, default: none } }
    tasks: { only: { script: ['echo {{ .word }}'] } }
`;

let folder: string;
beforeAll(() => {
  folder = pipelinesFolder(PIPELINES);
});

const start = async (env: Record<string, string> = {}) =>
  new TestService({ DATABASE_URL: await freshDatabase(), HOLDFAST_PATH: folder, ...env });

async function freePort(): Promise<string> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return String(port);
}

const jobIn = async ({ page }: Visitor): Promise<string> =>
  until('the address is that of a job', () => /#\/job\/([0-9a-f-]{36})/.exec(page.url())?.[1]);

describe('a visitor', () => {
  let service: TestService;
  let base: string;
  beforeAll(async () => {
    service = await start();
    base = await service.url('/');
  });
  afterAll(() => service.stop());

  pageTest(
    'starts a pipeline by its form, and watches graph and output change without a reload',
    async () => {
      const visitor = await Visitor.open(base);
      const { page } = visitor;
      await visitor.press('Start build');
      await page.getByRole('button', { name: 'Start', exact: true }).click();
      await visitor.sees('Needed to start');
      await page.getByLabel('who').fill('ada');
      await page.getByLabel('size').selectOption('large');
      await page.getByRole('button', { name: 'Start', exact: true }).click();

      const id = await jobIn(visitor);
      await page.evaluate('window.sameDocument = true');
      await visitor.seesTask('first', 'running');
      await visitor.seesTask('second', 'waiting');
      await visitor.sees('hello ada, large');
      open('ada-1');
      await visitor.seesTask('first', 'done');
      await visitor.seesTask('second', 'running');
      await visitor.sees('<b>not bold</b>');
      expect(await page.locator('.row .ansi-1').innerText()).toBe('red');
      open('ada-2');
      await visitor.sees('goodbye ada');
      await visitor.seesTask('second', 'done');
      await page.locator('.page-facts .status.is-done').waitFor();
      expect(await page.evaluate('window.sameDocument')).toBe(true);
      expect((await service.job(id)).variables).toMatchObject({ who: 'ada', size: 'large' });
      expect([visitor.complaints, visitor.foreign]).toEqual([[], []]);
    },
  );

  pageTest('reads much output a few lines at a time, and finds a line in it', async () => {
    const id = await service.schedule('spills');
    const visitor = await Visitor.open(`${base}#/job/${id}`);
    const { page } = visitor;
    await visitor.sees('200,000 lines');
    await page.locator('.row', { hasText: 'line 200000 of' }).waitFor();
    expect(await page.locator('.row').count()).toBeLessThan(200);
    await page.keyboard.press('/');
    await page.keyboard.type('LINE 123456 ');
    await visitor.sees('– of 1');
    await page.keyboard.press('Enter');
    expect(await page.locator('.row-target').innerText()).toBe('line 123456 of very many');
    // Who has gone elsewhere stays there, until they follow again.
    expect(await page.getByRole('button', { name: 'Follow' }).getAttribute('aria-pressed')).toBe('false');
    await visitor.press('Follow');
    await page.locator('.row', { hasText: 'line 200000 of' }).waitFor();
    await service.completed(id);
  });

  pageTest(
    'reads output on, each line once and to its end, when no stream comes through any more',
    async () => {
      const gateway = await Forward.open(base.replace(/\/$/, ''));
      const id = await service.schedule('build', { who: 'zoe' });
      const visitor = await Visitor.open(`${gateway.url}/#/job/${id}?task=second`);
      const { page } = visitor;
      open('zoe-1');
      await visitor.sees('<b>not bold</b>');
      gateway.missing = ['/job/logs/stream'];
      gateway.breakOff();
      open('zoe-2');
      await visitor.sees('goodbye zoe');
      await page.locator('.page-facts .status.is-done').waitFor();
      expect(await page.locator('.row').count()).toBe(2);
      await page.clock.install();
      await page.reload();
      await visitor.sees('goodbye zoe');
      const asked = () => gateway.paths.filter((path) => path.startsWith('/job/logs')).length;
      const before = asked();
      await page.clock.runFor(60_000);
      await page.evaluate("fetch('pipelines')");
      expect(asked()).toBe(before);
      gateway.close();
    },
  );

  pageTest('cancels a job, after having been asked', async () => {
    const id = await service.schedule('build', { who: 'bob' });
    const visitor = await Visitor.open(`${base}#/job/${id}`);
    await visitor.seesTask('first', 'running');
    await visitor.press('Cancel…');
    await visitor.press('Let it be');
    await visitor.press('Cancel…');
    await visitor.press('Cancel the job');
    await visitor.seesTask('first', 'canceled');
    await visitor.page.locator('.page-facts .status.is-canceled').waitFor();
    expect(await service.completed(id)).toMatchObject({ canceled: true });
  });

  pageTest('re-runs a job from the task that failed, and finds each from the other', async () => {
    const failed = await service.schedule('fails');
    await service.completed(failed);
    const visitor = await Visitor.open(`${base}#/job/${failed}`);
    await visitor.seesTask('bad', 'error');
    await visitor.seesTask('last', 'skipped');
    open('mended');
    await visitor.press('Re-run from failed…');
    await visitor.press(/^Re-run$/);
    const again = await until('the address is that of another job', async () => {
      const id = await jobIn(visitor);
      return id !== failed && id;
    });
    await visitor.seesTask('last', 'done');
    await visitor.page
      .getByRole('button', { name: /good.*carried over.*Done, by the job that this one runs again/ })
      .waitFor();
    expect(await visitor.page.locator('.timeline-row', { hasText: 'good' }).locator('.piece').count()).toBe(
      0,
    );
    const [before, after] = [await service.job(failed), await service.completed(again)];
    expect(after.tasks[0]).toEqual(Object.assign({ carriedOver: true }, before.tasks[0]));
    await visitor.page.getByRole('link', { name: failed.slice(0, 8) }).click();
    await visitor.seesTask('bad', 'error');
    await visitor.page.getByRole('link', { name: again.slice(0, 8) }).waitFor();
  });

  pageTest('filters jobs, and whoever is sent the address sees the same', async () => {
    const [apple, pear] = [
      await service.schedule('quick', { word: 'apple' }),
      await service.schedule('quick', { word: 'pear' }),
    ];
    const running = await service.schedule('build', { who: 'apple-eater' });
    await service.completed(apple);
    await service.completed(pear);
    const visitor = await Visitor.open(`${base}#/jobs`);
    const idsIn = ({ page }: Visitor) => page.locator('.job-id').allInnerTexts();
    await visitor.press('Done');
    await visitor.page.getByLabel('In variables').fill('APPLE');
    const short = [apple.slice(0, 8)];
    await until('one job fits', async () => (await idsIn(visitor)).join() === short.join());
    const other = await Visitor.open(visitor.page.url());
    await until('the other sees the same', async () => (await idsIn(other)).join() === short.join());
    expect(await other.page.getByLabel('In variables').inputValue()).toBe('APPLE');
    expect(await other.page.getByRole('button', { name: 'Done' }).getAttribute('aria-pressed')).toBe('true');
    await other.press('Done');
    await until('the running one fits, too', async () => (await idsIn(other)).includes(running.slice(0, 8)));
    await service.call('POST', `/job/cancel?id=${running}`);
  });

  pageTest('sees new jobs in the list as they come', async () => {
    const visitor = await Visitor.open(`${base}#/jobs?pipeline=quick`);
    await visitor.page.locator('h1').waitFor();
    const id = await service.schedule('quick', { word: 'plum' });
    await visitor.page.locator('.job-id', { hasText: id.slice(0, 8) }).waitFor();
    await service.completed(id);
    await visitor.page
      .locator('tr', { hasText: id.slice(0, 8) })
      .locator('.is-done')
      .first()
      .waitFor();
  });

  pageTest('who has gone back to older jobs stays there, and new ones cost one page', async () => {
    for (let count = 0; count < 60; count += 1) await service.schedule('quick', { word: 'many' });
    const visitor = await Visitor.open(`${base}#/jobs?pipeline=quick&q=many`);
    const rows = visitor.page.locator('.job-id');
    await until('a page is there', async () => (await rows.count()) === 50);
    await visitor.press('Older jobs');
    await until('all of them are there', async () => (await rows.count()) === 60);
    await until(
      'all are done',
      async () => (await visitor.page.locator('tr .status.is-done').count()) === 60,
    );
    const asked: string[] = [];
    visitor.page.on('request', (request) => {
      const { pathname, searchParams } = new URL(request.url());
      if (pathname === '/jobs') asked.push(searchParams.get('cursor') ?? '');
    });
    const id = await service.schedule('quick', { word: 'many' });
    await service.completed(id);
    await visitor.page
      .locator('tr', { hasText: id.slice(0, 8) })
      .locator('.status.is-done')
      .waitFor();
    expect(await rows.count()).toBe(61);
    expect(asked.length).toBeGreaterThan(0);
    expect(asked.filter((cursor) => cursor !== '')).toEqual([]);
  });

  pageTest('is told what is not there', async () => {
    const visitor = await Visitor.open(`${base}#/job/52a5cb79-7556-4c52-8e6f-dd6aaf1bc4c9`);
    await visitor.sees('It is not there');
    await visitor.page.goto(`${base}#/nope`);
    await visitor.sees('There is no such page');
  });
});

pageTest('a visitor who loses the service is told so, keeps what there was, and gets it back', async () => {
  // By its name the second knows at once that it has taken the first one's place.
  const same = {
    DATABASE_URL: await freshDatabase(),
    PORT: await freePort(),
    HOLDFAST_WORKER_NAME: 'same',
  };
  const before = await start(same);
  const id = await before.schedule('build', { who: 'eve' });
  const visitor = await Visitor.open(await before.url(`/#/job/${id}`));
  await visitor.seesTask('first', 'running');
  await before.stop('SIGKILL');
  await visitor.sees('Disconnected');
  await visitor.sees(/What is shown is from/);
  await visitor.seesTask('first', 'running');

  const after = await start(same);
  await visitor.page.getByText('Connected', { exact: true }).waitFor();
  // What it ran has died with it.
  await visitor.seesTask('first', 'error');
  expect(await visitor.page.getByText(/What is shown is from/).count()).toBe(0);
  await after.stop();
});

pageTest('below a base path all of it works as well', async () => {
  const service = await start({ HOLDFAST_BASE_PATH: '/deep/jobs-api' });
  const visitor = await Visitor.open(await service.url('/deep/jobs-api'));
  await visitor.press('Start quick');
  await visitor.page.getByRole('button', { name: 'Start', exact: true }).click();
  await visitor.seesTask('only', 'done');
  await visitor.page.locator('.row', { hasText: 'none' }).waitFor();
  expect(visitor.page.url()).toContain('/deep/jobs-api/#/job/');
  expect(visitor.complaints).toEqual([]);
  await service.stop();
});

describe('where tokens are asked for', () => {
  const SECRET = 'a secret of enough characters';
  const tokenOf = (claims: Record<string, unknown>) =>
    new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode(SECRET));
  const schedule = async () => {
    const headers = { authorization: `Bearer ${await tokenOf({ sub: 'ada' })}` };
    const asked = JSON.stringify({ pipeline: 'build', variables: { who: 'nobody' } });
    const { body } = await service.call<{ jobId: string }>('POST', '/pipelines/schedule', asked, headers);
    return body.jobId;
  };
  const signIn = async (visitor: Visitor, token: string) => {
    await visitor.page.getByLabel('Token').fill(token);
    await visitor.page.getByRole('button', { name: 'Sign in' }).click();
  };
  let service: TestService;
  beforeAll(async () => {
    service = await start({ HOLDFAST_JWT_SECRET: SECRET });
  });
  afterAll(() => service.stop());

  pageTest('a visitor signs in with theirs, and nobody finds it in an address or after the tab', async () => {
    const token = await tokenOf({ sub: 'ada' });
    const visitor = await Visitor.open(await service.url('/'));
    const asked: string[] = [];
    visitor.page.on('request', (request) => asked.push(request.url()));
    await signIn(visitor, 'nonsense');
    await visitor.sees('The token was refused: token is unauthorized.');
    await signIn(visitor, token);
    await visitor.press('Start quick');
    await visitor.page.getByRole('button', { name: 'Start', exact: true }).click();
    await visitor.seesTask('only', 'done');
    await visitor.page.locator('.row', { hasText: 'none' }).waitFor();
    expect(await visitor.page.locator('.page-facts').innerText()).toContain('by ada');
    expect([...asked, visitor.page.url()].filter((url) => url.includes(token))).toEqual([]);
    expect(
      await visitor.page.evaluate('JSON.stringify({ ...localStorage }) + document.cookie'),
    ).not.toContain(token);
    await visitor.press('Sign out');
    await visitor.page.getByLabel('Token').waitFor();
  });

  pageTest('a visitor who may only look is told so before they want more', async () => {
    const id = await schedule();
    const visitor = await Visitor.open(await service.url('/'));
    await signIn(visitor, await tokenOf({ sub: 'eve', scope: 'read cancel' }));
    const start = visitor.page.getByRole('button', { name: 'Start build' });
    expect(await start.getAttribute('aria-disabled')).toBe('true');
    expect(await start.getAttribute('title')).toBe(
      'Your token does not allow it: the scope schedule is missing',
    );
    await start.click({ force: true });
    await start.press('Enter');
    expect(await visitor.page.getByRole('dialog').count()).toBe(0);
    expect(await visitor.violations()).toEqual([]);
    await visitor.page.goto(await service.url(`/#/job/${id}`));
    await visitor.press('Cancel…');
    await visitor.press('Cancel the job');
    const again = visitor.page.getByRole('button', { name: 'Re-run…' });
    expect(await again.getAttribute('aria-disabled')).toBe('true');
    expect(await visitor.violations()).toEqual([]);
  });
});
