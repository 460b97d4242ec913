import { callerOf, ClaimError, MAX_PATTERNS } from './claims.js';

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
    { pipelines: Array<string>(MAX_PATTERNS + 1).fill('a') },
  ])('%j allow nothing at all', (claims) => {
    expect(() => callerOf(claims)).toThrow(ClaimError);
  });

  it.each([
    'Pipelines',
    'PIPELINES',
    'pipeline',
    'piplines',
    'pipelines ',
    'pipe_lines',
    'pipelinse',
    'Scope',
    'scopes',
    'scop',
    'socpe',
    'Sub',
    'subs',
  ])('with %j for a name that they lack allow nothing at all', (name) => {
    expect(() => callerOf({ iss: 'x', [name]: 'read' })).toThrow(
      new ClaimError(
        `the claim "${name}" looks like ${name.startsWith('p') || name.startsWith('P') ? 'pipelines' : /^su/i.test(name) ? 'sub' : 'scope'}`,
      ),
    );
  });

  it('may have other names, like those that a provider adds, and any beside the right one', () => {
    const names =
      'iss aud exp nbf iat jti sid azp acr amr upn uti ver oid tid scp roles groups name email client_id';
    const others = Object.fromEntries(names.split(' ').map((name) => [name, 'x']));
    expect(callerOf(others)).toEqual({ user: '', scopes: null, pipelines: null });
    expect(callerOf({ scope: 'read', scopes: ['x'], pipelines: 'a', Pipelines: '*' })).toEqual({
      user: '',
      scopes: ['read'],
      pipelines: ['a'],
    });
  });

  it('have to have every limit where that is asked for', () => {
    for (const [claims, name] of [
      [{ sub: 'jane' }, 'scope'],
      [{ pipelines: 'a' }, 'scope'],
      [{ scope: 'read' }, 'pipelines'],
    ] as const)
      expect(() => callerOf(claims, true)).toThrow(new ClaimError(`the claim ${name} is missing`));
    expect(callerOf({ scope: 'read', pipelines: '*' }, true)).toEqual({
      user: '',
      scopes: ['read'],
      pipelines: ['*'],
    });
  });
});
