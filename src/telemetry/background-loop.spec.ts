import { BackgroundLoop } from './background-loop.js';

const turn = () => new Promise((done) => setImmediate(done));

/** A loop whose runs end one by one, when they are told to. */
function loopOfRuns() {
  const ends: ((problem?: Error) => void)[] = [];
  const loop = new BackgroundLoop(
    'http',
    () =>
      new Promise<void>((done, fail) => {
        ends.push((problem) => {
          if (problem === undefined) done();
          else fail(problem);
        });
      }),
  );
  return { loop, ends };
}

describe('a background loop', () => {
  it('runs at once, and one run at a time', async () => {
    const { loop, ends } = loopOfRuns();
    loop.wake();
    expect([ends.length, loop.isRunning]).toEqual([1, true]);
    loop.wake();
    loop.wake();
    await turn();
    expect(ends).toHaveLength(1);
  });

  it('runs once more for all that was asked meanwhile', async () => {
    const { loop, ends } = loopOfRuns();
    loop.wake();
    loop.wake();
    loop.wake();
    ends[0]?.();
    await turn();
    expect([ends.length, loop.isRunning]).toEqual([2, true]);
    ends[1]?.();
    await turn();
    expect([ends.length, loop.isRunning]).toEqual([2, false]);
  });

  it('that is woken just when a run ends runs again', async () => {
    const { loop, ends } = loopOfRuns();
    loop.wake();
    ends[0]?.();
    // The run has ended, and the loop does not know yet.
    loop.wake();
    await turn();
    expect(ends).toHaveLength(2);
  });

  it('can be woken again after an error, which is logged', async () => {
    const write = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
    const { loop, ends } = loopOfRuns();
    loop.wake();
    ends[0]?.(new Error('a run that fails'));
    await turn();
    expect(loop.isRunning).toBe(false);
    expect(String(write.mock.calls[0]?.[0])).toMatch(/error http: .*\n +Error: a run that fails/);
    write.mockRestore();
    loop.wake();
    expect(ends).toHaveLength(2);
  });

  describe('that is woken during a run that fails', () => {
    let write: jest.SpyInstance;
    beforeEach(() => {
      write = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
      jest.useFakeTimers({ doNotFake: ['setImmediate'] });
    });
    afterEach(() => {
      jest.useRealTimers();
      write.mockRestore();
    });

    it('runs again by itself, after a pause', async () => {
      const { loop, ends } = loopOfRuns();
      loop.wake();
      loop.wake();
      ends[0]?.(new Error('a run that fails'));
      await turn();
      expect([ends.length, loop.isRunning]).toEqual([1, false]);
      jest.runAllTimers();
      expect([ends.length, loop.isRunning]).toEqual([2, true]);
    });

    it('runs once if it is woken again in the pause', async () => {
      const { loop, ends } = loopOfRuns();
      loop.wake();
      loop.wake();
      ends[0]?.(new Error('a run that fails'));
      await turn();
      loop.wake();
      jest.runAllTimers();
      ends[1]?.();
      await turn();
      expect([ends.length, loop.isRunning]).toEqual([2, false]);
    });
  });
});
