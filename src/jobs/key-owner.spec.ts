import { ANYBODY, callerNamed, type Caller } from '../domain/caller.js';
import { askOf } from './key-owner.js';

const ownerOf = (caller: Caller) => {
  const { user, key } = askOf(caller, 'k', 'f');
  return `${user}/${key}`;
};
const nameless = (scopes: Caller['scopes'], pipelines: Caller['pipelines']): Caller => ({
  user: '',
  scopes,
  pipelines,
});

describe('a key', () => {
  it('is its user’s, whatever limits the token has, and that of all who may do everything without a name', () => {
    expect(ownerOf(callerNamed('jane'))).toBe('jane/k');
    expect(ownerOf({ ...callerNamed('jane'), scopes: ['schedule'], pipelines: ['a'] })).toBe('jane/k');
    expect(ownerOf(ANYBODY)).toBe('/k');
  });

  it('of a caller without a name is that of those with the same limits, however they are listed', () => {
    const one = ownerOf(nameless(['read', 'schedule'], ['a', 'b*']));
    expect(ownerOf(nameless(['read', 'schedule'], ['b*', 'a', 'a']))).toBe(one);
    const others = [
      ANYBODY,
      nameless(null, ['a', 'b*']),
      nameless(['schedule'], ['a', 'b*']),
      nameless(['read', 'schedule'], null),
      nameless(['read', 'schedule'], ['a']),
      nameless(['read', 'schedule'], ['a,b*']),
      nameless(['read', 'schedule'], []),
    ];
    expect(new Set([...others.map(ownerOf), one]).size).toBe(others.length + 1);
  });

  it('that is kept so is none that a caller could send', () => {
    expect(askOf(nameless(null, []), 'k', 'f').key).toMatch(/^k [\w-]{43}$/);
  });
});
