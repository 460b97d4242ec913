import { Together } from './together.js';

/** Answers when it is told to. */
function reads() {
  const asked: { ids: readonly string[]; answer: () => void; fail: (error: Error) => void }[] = [];
  const read = (ids: readonly string[]) =>
    new Promise<Map<string, string>>((done, fail) => {
      const found = new Map(ids.filter((id) => id !== 'none').map((id) => [id, `${id}!`]));
      asked.push({
        ids,
        answer: () => {
          done(found);
        },
        fail,
      });
    });
  return { asked, together: new Together({ most: 3, read }) };
}

const turn = () => new Promise((done) => setImmediate(done));

describe('things that are asked for at once', () => {
  it('are read together as soon as one of the two reads under way is done, each once, so many at a time', async () => {
    const { asked, together } = reads();
    const answers = ['a', 'b', 'c', 'd', 'c', 'e', 'f'].map((id) => together.read(id));
    expect(asked.map(({ ids }) => ids)).toEqual([['a'], ['b']]);
    asked[0]?.answer();
    await turn();
    asked[1]?.answer();
    await turn();
    expect(asked.map(({ ids }) => ids)).toEqual([['a'], ['b'], ['c', 'd', 'e'], ['f']]);
    for (const { answer } of asked.slice(2)) answer();
    expect(await Promise.all(answers)).toEqual(['a!', 'b!', 'c!', 'd!', 'c!', 'e!', 'f!']);
    void together.read('g');
    expect(asked.at(-1)?.ids).toEqual(['g']);
  });

  it('are never answered by a read that began before they were asked for', async () => {
    const { asked, together } = reads();
    const first = together.read('a');
    const second = together.read('a');
    expect(asked.map(({ ids }) => ids)).toEqual([['a'], ['a']]);
    const third = together.read('a');
    for (const { answer } of asked) answer();
    await Promise.all([first, second]);
    await turn();
    expect(asked).toHaveLength(3);
    asked[2]?.answer();
    expect(await third).toBe('a!');
  });

  it('fail with their own read only, and what is not there is undefined', async () => {
    const { asked, together } = reads();
    const lost = together.read('a').catch((error: unknown) => (error as Error).message);
    const none = together.read('none');
    asked[0]?.fail(new Error('gone'));
    asked[1]?.answer();
    expect([await lost, await none]).toEqual(['gone', undefined]);
  });
});
