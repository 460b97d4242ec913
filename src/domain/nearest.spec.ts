import fc from 'fast-check';
import { nearest } from './nearest.js';

const KEYS = ['script', 'depends_on', 'allow_failure', 'env'];

describe('nearest', () => {
  it.each([
    ['dependson', 'depends_on'],
    ['depends-on', 'depends_on'],
    ['dependsOn', 'depends_on'],
    ['depend_on', 'depends_on'],
    ['scripts', 'script'],
    ['scirpt', 'script'],
    ['allow_failures', 'allow_failure'],
    ['Env', 'env'],
    ['enf', 'env'],
  ])('takes %s for %s', (word, meant) => {
    expect(nearest(word, KEYS)).toBe(meant);
  });

  it.each(['image', 'needs', '', 'x', 'environment'])('takes %j for nothing known', (word) => {
    expect(nearest(word, KEYS)).toBeNull();
  });

  it('takes the nearest, and the first of equals', () => {
    expect(nearest('queue_limit', ['queue_limits', 'queue_limit'])).toBe('queue_limit');
    expect(nearest('cat', ['bat', 'rat'])).toBe('bat');
  });

  it('does not compute with words much longer than the known ones', () => {
    expect(nearest('s'.repeat(1_000_000), KEYS)).toBeNull();
  });

  it('knows every known word', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.stringMatching(/^[a-z]{1,8}$/), { minLength: 1 }), (words) => {
        for (const word of words) expect(nearest(word, words)).toBe(word);
      }),
    );
  });
});
