import { TooSlow, within } from './time-limit.js';

const HANGS = /^(a+)+$/;

describe('a time limit', () => {
  it('lets through what is done in time, and its errors', () => {
    let result = 0;
    within(10_000, () => {
      result = 1;
    });
    expect(result).toBe(1);
    expect(() => {
      within(10_000, () => {
        throw new RangeError('own');
      });
    }).toThrow(new RangeError('own'));
  });

  it('ends a regular expression that hangs, and can be used again', () => {
    let matches: boolean | null = null;
    expect(() => {
      within(10, () => {
        matches = HANGS.test(`${'a'.repeat(100)}b`);
      });
    }).toThrow(TooSlow);
    within(10_000, () => {
      matches = HANGS.test('aaa');
    });
    expect(matches).toBe(true);
  });

  it('ends a loop that catches everything', () => {
    expect(() => {
      within(10, () => {
        for (;;) {
          try {
            HANGS.test(`${'a'.repeat(100)}b`);
          } catch {
            // Never comes here.
          }
        }
      });
    }).toThrow(TooSlow);
  });
});
