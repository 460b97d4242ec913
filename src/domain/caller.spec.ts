import { ANYBODY, callerOf, mayDo, MOST_PATTERNS } from './caller.js';

describe('the claims of a token', () => {
  it('allow everything where they say nothing', () => {
    expect(callerOf({})).toEqual({ user: '', scopes: null, pipelines: null });
    expect(callerOf({ sub: 'jane', other: 1 })).toEqual({ user: 'jane', scopes: null, pipelines: null });
  });

  it('name a user of 512 characters', () => {
    const user = 'x'.repeat(512);
    expect(callerOf({ sub: user })).toMatchObject({ user });
  });

  it.each([
    ['read', ['read']],
    ['schedule read', ['read', 'schedule']],
    ['openid read profile', ['read']],
    ['openid', []],
    ['', []],
    [['cancel', 'x'], ['cancel']],
    ['READ', []],
    ['read,schedule', []],
  ])('with the scope %j allow %j', (scope, scopes) => {
    expect(callerOf({ scope })).toMatchObject({ scopes });
  });

  it.each([
    ['deploy-*', ['deploy-*']],
    [
      ['a', 'b*'],
      ['a', 'b*'],
    ],
    [[], []],
  ])('with the pipelines %j allow those', (pipelines, expected) => {
    expect(callerOf({ pipelines })).toMatchObject({ pipelines: expected });
  });

  it.each<Record<string, unknown>>([
    { sub: 5 },
    { sub: null },
    { sub: ['jane'] },
    { sub: 'a\0b' },
    { sub: '\ud800' },
    { sub: 'x'.repeat(513) },
    { scope: null },
    { scope: 5 },
    { scope: { read: true } },
    { scope: ['read', 5] },
    { pipelines: null },
    { pipelines: true },
    { pipelines: ['a', null] },
    { pipelines: { a: 1 } },
    { pipelines: 'x'.repeat(201) },
    { pipelines: 'a\0' },
    { pipelines: Array<string>(MOST_PATTERNS + 1).fill('a') },
  ])('%j allow nothing at all', (claims) => {
    expect(callerOf(claims)).toBeNull();
  });
});

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
