import fc from 'fast-check';
import { DurationError, formatDuration, parseDuration } from './duration.js';

describe('parseDuration', () => {
  it.each([
    ['300ms', 300],
    ['1.5s', 1_500],
    ['1h30m', 5_400_000],
    ['.5s', 500],
    ['1.s', 1_000],
    ['+2m', 120_000],
    ['-1.5h', -5_400_000],
    ['0', 0],
    ['-0', 0],
    ['0s', 0],
    ['1000us', 1],
    ['1000\u00b5s', 1],
    ['1000\u03bcs', 1],
    ['2000000ns', 2],
    ['4.35s', 4_350],
    ['2540400h10m10s', 9_145_440_610_000],
  ])('reads %s as Go does (9.5)', (text, milliseconds) => {
    expect(parseDuration(text)).toBe(milliseconds);
  });

  it.each([
    ['1d', 86_400_000],
    ['2w', 1_209_600_000],
    ['1w1d12h', 734_400_000],
    ['0.5d', 43_200_000],
  ])('reads %s with days and weeks, which are ours (9.5)', (text, milliseconds) => {
    expect(parseDuration(text)).toBe(milliseconds);
  });

  it('rounds a fraction of a millisecond away from zero, so that no length becomes none', () => {
    expect(parseDuration('1ns')).toBe(1);
    expect(parseDuration('1.1ms')).toBe(2);
    expect(parseDuration('-1ns')).toBe(-1);
  });

  it.each([
    ['10', 'invalid duration "10": missing unit, as in "10s"'],
    ['1.5', 'invalid duration "1.5": missing unit, as in "1.5s"'],
    ['1h30', 'invalid duration "1h30": missing unit, as in "1h30s"'],
    ['', 'invalid duration "": expected a number and a unit, as in "30s"'],
    ['-', 'invalid duration "-": expected a number and a unit, as in "30s"'],
    ['s', 'invalid duration "s": expected a number and a unit, as in "30s"'],
    ['.s', 'invalid duration ".s": expected a number and a unit, as in "30s"'],
    ['soon', 'invalid duration "soon": expected a number and a unit, as in "30s"'],
    ['5y', 'invalid duration "5y": unknown unit "y", known are ns, us, ms, s, m, h, d and w'],
    ['5 s', 'invalid duration "5 s": unknown unit " s", known are ns, us, ms, s, m, h, d and w'],
    ['5S', 'invalid duration "5S": unknown unit "S", known are ns, us, ms, s, m, h, d and w'],
    ['300000w', 'invalid duration "300000w": longer than 292 years'],
  ])('refuses %j and says why', (text, message) => {
    expect(() => parseDuration(text)).toThrow(new DurationError(message));
  });

  it('refuses a text that no duration needs, without computing with it', () => {
    expect(() => parseDuration('9'.repeat(1_000_000) + 's')).toThrow('too many characters');
  });

  it('answers any text with a whole number or a DurationError', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.stringMatching(/^[-+]?([0-9.]{0,4}[a-zµ]{0,2}){0,4}$/)),
        (text) => {
          try {
            expect(Number.isSafeInteger(parseDuration(text))).toBe(true);
          } catch (error) {
            expect(error).toBeInstanceOf(DurationError);
          }
        },
      ),
    );
  });
});

describe('formatDuration', () => {
  it.each([
    [0, '0s'],
    [250, '250ms'],
    [1_500, '1.5s'],
    [30_000, '30s'],
    [90_000, '1m30s'],
    [5_400_000, '1h30m'],
    [3_600_001, '1h0.001s'],
    [2_592_000_000, '30d'],
    [-30_000, '-30s'],
  ])('writes %d as %s', (milliseconds, text) => {
    expect(formatDuration(milliseconds)).toBe(text);
  });

  it('writes what parseDuration reads back', () => {
    fc.assert(
      fc.property(fc.integer({ min: -9e12, max: 9e12 }), (milliseconds) => {
        expect(parseDuration(formatDuration(milliseconds))).toBe(milliseconds);
      }),
    );
  });
});
