import type { Claim, FinishOutcome, Report } from '../scheduler/scheduler.js';
import { Reports } from './reports.js';

const report = (task: string, jobId = 'j'): Report => ({
  claim: {
    ...{ taskId: task, jobId, pipeline: 'p', definitionId: 'd', task, attempt: 1, worker: 'w#1' },
    ...{ variables: null, jobAgeMs: 0, readyMs: null, traceParent: null },
  } satisfies Claim,
  ended: { status: 'done', exitCode: 0, error: null, reason: null },
});

interface Commit {
  readonly tasks: readonly string[];
  readonly reports: readonly Report[];
  readonly done: () => void;
  readonly fail: (code: string) => void;
}

/** What was to be committed, to be answered by the test. */
let commits: Commit[];
let reports: Reports;
/** Tasks wait for a slot. */
let queued: boolean;
beforeEach(() => {
  commits = [];
  queued = false;
  reports = new Reports(
    (some) =>
      new Promise<readonly FinishOutcome[]>((answer, refuse) =>
        commits.push({
          tasks: some.map(({ claim }) => claim.task),
          reports: some,
          done: () => {
            answer(some.map(({ ended }) => ended.status));
          },
          fail: (code) => {
            refuse(Object.assign(new Error('no'), { code }));
          },
        }),
      ),
    { slots: 3, queued: () => queued, gatherMs: 60_000 },
  );
});

const add = (...tasks: string[]) =>
  Promise.allSettled(tasks.map((task) => reports.add(report(task)))).then((all) =>
    all.map((one) => (one.status === 'fulfilled' ? one.value : 'unknown')),
  );
const turn = () => new Promise((done) => setImmediate(done));
const asked = () => commits.map(({ tasks }) => tasks);

/** One end, and two that came together meanwhile. */
async function addThree(): Promise<void> {
  const all = add('a', 'b', 'c');
  commits[0]?.done();
  await turn();
  commits[1]?.done();
  await all;
  await turn();
}

describe('the end of a task', () => {
  it('is on its way at once, and those that come meanwhile share the next transaction', async () => {
    const all = add('a', 'b', 'c');
    expect(asked()).toEqual([['a']]);
    commits[0]?.done();
    await turn();
    expect(asked()).toEqual([['a'], ['b', 'c']]);
    commits[1]?.done();
    expect(await all).toEqual(['done', 'done', 'done']);
  });

  it('waits for another one where tasks wait for a slot and those before it were not alone', async () => {
    queued = true;
    await addThree();
    const one = add('d');
    await turn();
    expect(asked()).toEqual([['a'], ['b', 'c']]);
    const other = add('e');
    await turn();
    expect(asked()[2]).toEqual(['d', 'e']);
    commits[2]?.done();
    expect([await one, await other]).toEqual([['done'], ['done']]);
  });

  it('waits for nobody where no task waits for a slot, or where those before it were alone', async () => {
    await addThree();
    for (const [task, wait] of [
      ['d', false],
      ['e', false],
      ['f', false],
      ['g', true],
    ] as const) {
      queued = wait;
      const alone = add(task);
      expect(asked().at(-1)).toEqual([task]);
      commits.at(-1)?.done();
      await alone;
      await turn();
    }
  });

  it('waits for others no longer than a little', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick'] });
    try {
      queued = true;
      await addThree();
      const alone = add('d');
      await turn();
      expect(commits).toHaveLength(2);
      await jest.runAllTimersAsync();
      expect(asked()[2]).toEqual(['d']);
      commits[2]?.done();
      expect(await alone).toEqual(['done']);
    } finally {
      jest.useRealTimers();
    }
  });

  it('goes past one that hangs', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick'] });
    try {
      const all = add('a', 'b');
      await turn();
      expect(asked()).toEqual([['a']]);
      await jest.runAllTimersAsync();
      expect(asked()).toEqual([['a'], ['b']]);
      for (const commit of commits) commit.done();
      expect(await all).toEqual(['done', 'done']);
    } finally {
      jest.useRealTimers();
    }
  });

  it('that the database refuses is recorded as a failure, and does not keep those beside it', async () => {
    const first = add('a');
    const others = add('bad', 'good');
    commits[0]?.done();
    await first;
    await turn();
    commits[1]?.fail('22P05');
    await turn();
    expect(asked().slice(2)).toEqual([['bad'], ['good']]);
    commits[3]?.done();
    commits[2]?.fail('22P05');
    await turn();
    expect(commits[4]?.reports[0]?.ended).toMatchObject({ status: 'error', reason: null });
    commits[4]?.done();
    expect(await others).toEqual(['error', 'done']);
  });

  it('waits alone for a lock that somebody else has on its job', async () => {
    const first = add('a');
    const others = add('locked', 'free');
    commits[0]?.done();
    await first;
    await turn();
    commits[1]?.fail('55P03');
    await turn();
    expect(asked().slice(2)).toEqual([['locked'], ['free']]);
    commits[2]?.fail('55P03');
    commits[3]?.done();
    expect(await others).toEqual(['unknown', 'done']);
  });

  it('is brought with those of sixteen jobs at most', async () => {
    const all = Array.from({ length: 41 }, (_, n) => reports.add(report(`t${n}`, `j${n >> 1}`)));
    commits[0]?.done();
    await turn();
    expect(asked().map((tasks) => tasks.length)).toEqual([1, 31]);
    commits[1]?.done();
    await turn();
    expect(commits[2]?.tasks).toHaveLength(9);
    commits[2]?.done();
    expect(new Set(await Promise.all(all))).toEqual(new Set(['done']));
  });

  it('is told again by its task where it is not known whether it is committed', async () => {
    const all = add('a', 'b');
    commits[0]?.fail('57P01');
    await turn();
    commits[1]?.done();
    expect(await all).toEqual(['unknown', 'done']);
  });
});
