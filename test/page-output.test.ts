import { pageTest, Visitor } from './support/browser.js';
import { freshDatabase } from './support/database.js';
import { Forward } from './support/forward.js';
import { pipelinesFolder, TestService } from './support/service.js';

/** S6, S12 (more slowly, as this machine may be busy) and S16 of the cases. */
const PIPELINES = `
pipelines:
  shown:
    tasks:
      bar: { script: ["for i in $(seq 1 2000); do printf '\\\\r%4d/2000 [%-30s]' $i $(printf '#%.0s' $(seq 1 $((i/67+1)))); done; echo; echo done"] }
      turns: { script: ['for i in 1 2 3; do echo o$i; sleep 0.4; echo e$i >&2; sleep 0.4; done'] }
      spinner: { script: ["printf 'a\\\\033[2K\\\\033[1Gb\\\\n'"] }
  ends:
    continue_running_tasks_after_failure: true
    tasks:
      killed: { script: ['kill -9 $$'] }
      allowed: { script: [exit 1], allow_failure: true }
`;
const LAST_STATE = '2000/2000 [##############################]';
const IN_TURN = ['o1', 'e1', 'o2', 'e2', 'o3', 'e3'];

let service: TestService;
let id: string;
beforeAll(async () => {
  service = new TestService({
    DATABASE_URL: await freshDatabase(),
    HOLDFAST_PATH: pipelinesFolder(PIPELINES),
  });
  id = await service.schedule('shown');
  await service.completed(id);
});
afterAll(() => service.stop());

/** The rows of a task's output, once there are so many. */
async function rowsOf(visitor: Visitor, task: string, count: number): Promise<string[]> {
  const rows = visitor.page.locator(`[aria-label="Lines of ${task}"] .row`);
  await rows.nth(count - 1).waitFor();
  return rows.allTextContents();
}

const viewOf = async (task: string, url = service.url('/')) =>
  Visitor.open(`${await url}#/job/${id}?task=${task}`);

pageTest('a progress bar is one row with its last state (S6)', async () => {
  const visitor = await viewOf('bar');
  expect(await rowsOf(visitor, 'bar', 2)).toEqual([LAST_STATE, 'done']);
  await visitor.sees('2 lines');
});

pageTest('a spinner is what is left of it (S16)', async () => {
  const visitor = await viewOf('spinner');
  expect(await rowsOf(visitor, 'spinner', 1)).toEqual(['b']);
});

pageTest('a task says what its exit code means, also one that was allowed', async () => {
  const ends = await service.schedule('ends');
  await service.completed(ends);
  for (const [task, words] of [
    ['killed', 'exit status 137 (SIGKILL, as where memory runs out)'],
    ['allowed', 'exit status 1, allowed'],
  ] as const) {
    const visitor = await Visitor.open(`${await service.url('/')}#/job/${ends}?task=${task}`);
    await visitor.sees(words);
  }
});

pageTest(
  'both streams are in the order in which they were written, with times where they are wanted (S12)',
  async () => {
    const visitor = await viewOf('turns');
    expect(await rowsOf(visitor, 'turns', 6)).toEqual(IN_TURN);
    await visitor.press('Times');
    const timed = await rowsOf(visitor, 'turns', 6);
    expect(timed).toEqual(
      IN_TURN.map(
        (text) => expect.stringMatching(new RegExp(`^\\d\\d:\\d\\d:\\d\\d\\.\\d{3}${text}$`)) as string,
      ),
    );
    expect([...timed].sort()).toEqual(timed);
    const exact = await visitor.page.locator('.row time').first().getAttribute('title');
    expect(exact).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(await visitor.violations()).toEqual([]);
    await visitor.press('Times');
    expect(await rowsOf(visitor, 'turns', 6)).toEqual(IN_TURN);
  },
);

pageTest('they are so also where no stream comes through', async () => {
  const gateway = await Forward.open(await service.url());
  gateway.missing = ['/job/logs/stream'];
  try {
    const visitor = await viewOf('turns', Promise.resolve(`${gateway.url}/`));
    expect(await rowsOf(visitor, 'turns', 6)).toEqual(IN_TURN);
    expect(gateway.paths).toContain('/job/logs/merged');
    await visitor.press('Times');
    expect((await rowsOf(visitor, 'turns', 6)).every((row) => /^\d\d:/.test(row))).toBe(true);
  } finally {
    gateway.close();
  }
});
