/** Reads and writes lengths of time as pipelines.yml spells them: Go's syntax, with days and weeks (9.5). */

const SECOND_NS = 1_000_000_000n;
const DAY_NS = 86_400n * SECOND_NS;

const UNITS_NS: ReadonlyMap<string, bigint> = new Map([
  ['ns', 1n],
  ['us', 1_000n],
  ['\u00b5s', 1_000n],
  ['\u03bcs', 1_000n],
  ['ms', 1_000_000n],
  ['s', SECOND_NS],
  ['m', 60n * SECOND_NS],
  ['h', 3_600n * SECOND_NS],
  ['d', DAY_NS],
  ['w', 7n * DAY_NS],
]);
const KNOWN_UNITS = 'ns, us, ms, s, m, h, d and w';

/** Go's limit: what fits into 63 bits of nanoseconds, about 292 years. */
const MAX_NS = 2n ** 63n - 1n;
const MAX_TEXT_LENGTH = 100;

export class DurationError extends Error {}

function fail(text: string, reason: string): never {
  const shown = text.length > MAX_TEXT_LENGTH ? `${text.slice(0, MAX_TEXT_LENGTH)}…` : text;
  throw new DurationError(`invalid duration ${JSON.stringify(shown)}: ${reason}`);
}

/** Whole milliseconds. A fraction is rounded away from zero, so that no length but 0 becomes 0. */
export function parseDuration(text: string): number {
  if (text.length > MAX_TEXT_LENGTH) fail(text, 'too many characters');
  const unsigned = text.replace(/^[-+]/, '');
  if (unsigned === '0') return 0;
  if (unsigned === '') fail(text, 'expected a number and a unit, as in "30s"');

  let total = 0n;
  const part = /([0-9]*)(?:\.([0-9]*))?([^0-9.]*)/y;
  while (part.lastIndex < unsigned.length) {
    const [, whole = '', fraction = '', unit = ''] = part.exec(unsigned) ?? [];
    if (whole + fraction === '') fail(text, 'expected a number and a unit, as in "30s"');
    if (unit === '') fail(text, `missing unit, as in "${unsigned}s"`);
    const size = UNITS_NS.get(unit);
    if (size === undefined) fail(text, `unknown unit ${JSON.stringify(unit)}, known are ${KNOWN_UNITS}`);
    total += BigInt(whole || '0') * size + (BigInt(fraction || '0') * size) / 10n ** BigInt(fraction.length);
  }
  if (total > MAX_NS) fail(text, 'longer than 292 years');

  const milliseconds = Number((total + 999_999n) / 1_000_000n);
  return text.startsWith('-') && milliseconds > 0 ? -milliseconds : milliseconds;
}

/** The shortest readable form, which `parseDuration` reads back: `30s`, `1m30s`, `1h30m`, `30d`, `250ms`, `0s`. */
export function formatDuration(milliseconds: number): string {
  let rest = Math.round(Math.abs(milliseconds));
  if (rest === 0) return '0s';
  const sign = milliseconds < 0 ? '-' : '';
  if (rest < 1_000) return `${sign}${rest}ms`;

  let text = sign;
  for (const [unit, size] of [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['m', 60_000],
  ] as const) {
    const count = Math.floor(rest / size);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * size;
  }
  return rest > 0 ? `${text}${rest / 1_000}s` : text;
}
