import { callerNamed } from '../../domain/caller.js';
import { KnownTokens } from './known-tokens.js';
import type { Grant } from './token.js';

/** Tokens that were looked at. */
let judged: string[];
let expiresMs: number;
/** A token names its caller; one that begins with `bad` is refused, once `wrong` has been called. */
let wrong: () => void;
let tokens: KnownTokens;
beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick'] });
  judged = [];
  expiresMs = Infinity;
  const refusal = new Promise<void>((done) => (wrong = done));
  tokens = new KnownTokens(async (token): Promise<Grant> => {
    judged.push(token);
    if (!token.startsWith('bad')) return { caller: callerNamed(token), expiresMs };
    await refusal;
    throw new Error('bad');
  });
});
afterEach(() => jest.useRealTimers());

describe('a token that was good', () => {
  it('is not looked at again for a while', async () => {
    expect(await tokens.caller('jane', 'here')).toEqual(callerNamed('jane'));
    jest.advanceTimersByTime(29_000);
    expect(await tokens.caller('jane', 'here')).toEqual(callerNamed('jane'));
    expect(judged).toEqual(['jane']);
    jest.advanceTimersByTime(2_000);
    await tokens.caller('jane', 'here');
    expect(judged).toEqual(['jane', 'jane']);
  });

  it('is looked at again as soon as it has expired', async () => {
    expiresMs = Date.now() + 5_000;
    await tokens.caller('jane', 'here');
    jest.advanceTimersByTime(5_000);
    await tokens.caller('jane', 'here');
    expect(judged).toEqual(['jane', 'jane']);
  });

  it('is known no more when very many others have come since', async () => {
    for (let n = 0; n <= 1_000; n += 1) await tokens.caller(`user${n}`, 'here');
    judged = [];
    await tokens.caller('user1', 'here');
    await tokens.caller('user0', 'here');
    expect(judged).toEqual(['user0']);
  });

  it('waits for those that came before it, so that guesses among them are counted first', async () => {
    await tokens.caller('jane', 'here');
    const order: string[] = [];
    const guess = Promise.resolve(tokens.caller('bad', 'here')).catch(() => order.push('guess'));
    const known = Promise.resolve(tokens.caller('jane', 'here')).then(() => order.push('known'));
    await new Promise((done) => setImmediate(done));
    expect(order).toEqual([]);
    wrong();
    await Promise.all([guess, known]);
    expect(order).toEqual(['guess', 'known']);
  });
});

test('a token that was good waits for nobody elsewhere, nor for somebody who waits himself', async () => {
  await tokens.caller('jane', 'here');
  const guess = Promise.resolve(tokens.caller('bad', 'there')).catch(() => undefined);
  expect(tokens.caller('jane', 'here')).toEqual(callerNamed('jane'));
  // A provider that does not answer, say.
  jest.useRealTimers();
  expect(await tokens.caller('jane', 'there')).toEqual(callerNamed('jane'));
  wrong();
  await guess;
});

test('a token that was refused is looked at each time', async () => {
  wrong();
  for (let n = 0; n < 2; n += 1) await expect(tokens.caller('bad', 'here')).rejects.toThrow('bad');
  expect(judged).toEqual(['bad', 'bad']);
});
