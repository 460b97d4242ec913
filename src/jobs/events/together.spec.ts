import { Together } from './together.js';

/** Reads that are answered when the test says so. */
function held() {
  const reads: { keys: readonly string[]; answer: (error?: Error) => void }[] = [];
  const together = new Together<string>(
    (keys) =>
      new Promise((done, fail) => {
        const answer = (error?: Error) => {
          if (error === undefined) done(new Map(keys.map((key) => [key, `read ${key}`])));
          else fail(error);
        };
        reads.push({ keys, answer });
      }),
  );
  return { reads, together };
}
const turn = () => new Promise((done) => setImmediate(done));

describe('what is asked for one by one', () => {
  test('is read a few at a time, one read after the other, however many ask at once', async () => {
    const { reads, together } = held();
    const keys = Array.from({ length: 120 }, (_, index) => String(index));
    const answers = Promise.all(keys.map((key) => together.read(key)));
    for (const count of [50, 50, 20]) {
      await turn();
      expect(reads).toHaveLength(1);
      const read = reads.pop();
      expect(read?.keys).toHaveLength(count);
      read?.answer();
    }
    expect(await answers).toEqual(keys.map((key) => `read ${key}`));
  });

  test('is read anew for who asks while it is being read, and once for two who wait', async () => {
    const { reads, together } = held();
    const first = together.read('a');
    await turn();
    const others = [together.read('a'), together.read('a')];
    reads.pop()?.answer();
    expect(await first).toBe('read a');
    await turn();
    expect(reads.map(({ keys }) => keys)).toEqual([['a']]);
    reads.pop()?.answer();
    expect(await Promise.all(others)).toEqual(['read a', 'read a']);
  });

  test('fails for those who have asked for it, and is read again for the next ones', async () => {
    const { reads, together } = held();
    const first = together.read('a');
    await turn();
    reads.pop()?.answer(new Error('away'));
    await expect(first).rejects.toThrow('away');
    const second = together.read('a');
    await turn();
    reads.pop()?.answer();
    expect(await second).toBe('read a');
  });
});
