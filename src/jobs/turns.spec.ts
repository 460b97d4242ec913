import { Turns } from './turns.js';

const LIMITS = { atOnce: 3, atOnceOfOwner: 2, maxItems: 4, maxItemsOfOwner: 3, maxWaitMs: 60_000 };
const REFUSAL = new Error('too many');
/** Of those that still wait when their test is over. */
const NOT_ASKED = () => undefined;

function turnsOf(more: Partial<typeof LIMITS> = {}) {
  const turns = new Turns({ ...LIMITS, ...more }, () => REFUSAL);
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  /** By its name, which begins with its owner. */
  const begin = async (name: string) => {
    const end = await turns.begin(name.charAt(0));
    begun.push(name);
    ends.set(name, end);
  };
  const end = async (name: string) => {
    await new Promise(setImmediate);
    ends.get(name)?.();
    await new Promise(setImmediate);
  };
  return { begin, end, begun };
}

describe('turns', () => {
  it('are so many at a time, in all and of one owner', async () => {
    const { begin, begun } = turnsOf();
    for (const name of ['a1', 'a2', 'a3', 'b1', 'b2', 'c1']) begin(name).catch(NOT_ASKED);
    await new Promise(setImmediate);
    expect(begun).toEqual(['a1', 'a2', 'b1']);
  });

  it('come to those who wait, an owner after the other, when others are over', async () => {
    const { begin, end, begun } = turnsOf();
    for (const name of ['a1', 'a2', 'a3', 'b1', 'a4', 'b2', 'c1']) begin(name).catch(NOT_ASKED);
    await end('b1');
    // The next of a is passed over: two of it have a turn.
    expect(begun).toEqual(['a1', 'a2', 'b1', 'b2']);
    await end('a1');
    // Again for the same turn: nothing.
    await end('a1');
    expect(begun.slice(4)).toEqual(['a3']);
    await end('a2');
    await end('a3');
    expect(begun.slice(5)).toEqual(['c1', 'a4']);
  });

  it('are refused where there is no room to wait', async () => {
    const { begin, begun } = turnsOf();
    const refused: string[] = [];
    for (const name of ['a1', 'a2', 'a3', 'a4', 'a5', 'a6'])
      void begin(name).catch((error: unknown) => refused.push(`${name} ${String(error)}`));
    await new Promise(setImmediate);
    expect([begun, refused]).toEqual([['a1', 'a2'], ['a6 Error: too many']]);
  });

  it('are refused where they do not come in time, and leave their room to others', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate'] });
    const { begin, end, begun } = turnsOf({ maxItemsOfOwner: 1 });
    for (const name of ['a1', 'a2']) await begin(name);
    const late = expect(begin('a3')).rejects.toBe(REFUSAL);
    jest.advanceTimersByTime(LIMITS.maxWaitMs);
    await late;
    const next = begin('a4');
    await end('a1');
    await next;
    expect(begun).toEqual(['a1', 'a2', 'a4']);
    jest.useRealTimers();
  });
});
