import { callerNamed } from '../../domain/caller.js';
import { type GoodToken, Remembered } from './remembered.js';

const JANE = callerNamed('jane');
const NOW = 1_000_000;

/** Counts how often it was looked. */
function looking(expires: number | null = null) {
  const looked: string[] = [];
  const remembered = new Remembered((token): Promise<GoodToken> => {
    looked.push(token);
    return token === 'bad' ? Promise.reject(new Error('no')) : Promise.resolve({ caller: JANE, expires });
  });
  return { looked, remembered };
}

describe('a token that was found good', () => {
  it('is not looked at again for half a minute', async () => {
    const { looked, remembered } = looking();
    expect(await remembered.callerOf('a', NOW)).toBe(JANE);
    expect(remembered.callerOf('a', NOW + 29_999)).toBe(JANE);
    expect(looked).toEqual(['a']);
    expect(await remembered.callerOf('a', NOW + 30_000)).toBe(JANE);
    expect(looked).toEqual(['a', 'a']);
  });

  it('is looked at again from the moment on at which it expires', async () => {
    const { looked, remembered } = looking(NOW + 5);
    await remembered.callerOf('a', NOW);
    await remembered.callerOf('a', NOW + 4);
    expect(looked).toHaveLength(1);
    await remembered.callerOf('a', NOW + 5);
    expect(looked).toHaveLength(2);
  });

  it('says nothing of another one', async () => {
    const { looked, remembered } = looking();
    await remembered.callerOf('a', NOW);
    await remembered.callerOf('b', NOW);
    expect(looked).toEqual(['a', 'b']);
  });
});

it('a token that is not good is looked at each time', async () => {
  const { looked, remembered } = looking();
  for (let time = 0; time < 2; time += 1) await expect(remembered.callerOf('bad', NOW)).rejects.toThrow('no');
  expect(looked).toEqual(['bad', 'bad']);
  expect(remembered.tokens).toBe(0);
});

it('no more than a thousand are remembered, the newest', async () => {
  const { looked, remembered } = looking();
  for (let token = 0; token < 1_001; token += 1) await remembered.callerOf(String(token), NOW);
  expect(remembered.tokens).toBe(1_000);
  await remembered.callerOf('1000', NOW);
  expect(looked).toHaveLength(1_001);
  await remembered.callerOf('0', NOW);
  expect(looked).toHaveLength(1_002);
});
