import { ANYBODY, mayDo } from './caller.js';

describe('a caller', () => {
  it('may do what its scopes say', () => {
    const reader = { ...ANYBODY, scopes: ['read'] as const };
    expect([mayDo(reader, 'read'), mayDo(reader, 'cancel'), mayDo(reader, null)]).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('may do everything without any', () => {
    expect([mayDo(ANYBODY, 'cancel'), mayDo(ANYBODY, null)]).toEqual([true, true]);
  });
});
