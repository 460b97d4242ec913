import { asLike, fits, isPattern } from './pipeline-pattern.js';

describe('a pattern of pipelines', () => {
  it.each([
    ['deploy', 'deploy', true],
    ['deploy', 'deploy-web', false],
    ['deploy-*', 'deploy-web', true],
    ['deploy-*', 'deploy-', true],
    ['deploy-*', 'redeploy-web', false],
    ['*-web', 'deploy-web', true],
    ['*-web', 'deploy-web2', false],
    ['*', '', true],
    ['*', 'a/b .c', true],
    ['a*b*c', 'a1b2c', true],
    ['a*b*c', 'abc', true],
    ['a*b*c', 'acb', false],
    ['aa*aa', 'aaa', false],
    ['a*bc*bc', 'abc', false],
    ['**', 'x', true],
    ['', '', true],
    ['', 'x', false],
    ['Deploy', 'deploy', false],
    // What other kinds of patterns know stands for itself.
    ['de?loy', 'deploy', false],
    ['{a,b}', 'a', false],
    ['!secret', 'public', false],
    ['[ab]', 'a', false],
    ['%', 'x', false],
    ['_', 'x', false],
    ['.*', 'x', false],
  ])('%j fits %j: %s', (pattern, name, expected) => {
    expect(fits(name, [pattern])).toBe(expected);
  });

  it('fits where one of several does; none fits nothing, and no list at all everything', () => {
    expect(fits('b', ['a', 'b'])).toBe(true);
    expect(fits('b', [])).toBe(false);
    expect(fits('b', null)).toBe(true);
  });

  it('takes no time, however it is made', () => {
    expect(fits('a'.repeat(200), [`${'*a'.repeat(99)}b`])).toBe(false);
    expect(isPattern('*a'.repeat(101))).toBe(false);
  });

  it('is escaped for the database', () => {
    expect(asLike('100%_\\**x')).toBe('100\\%\\_\\\\%x');
  });
});
