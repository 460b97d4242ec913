/** What counts as a space, a letter or a number inside an action. */

export function isSpace(code: number): boolean {
  return code === 32 || code === 9 || code === 13 || code === 10;
}

export function isAlphaNumeric(code: number): boolean {
  if (code < 128)
    return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95 || isDigit(code);
  return /^[\p{L}\p{Nd}]$/u.test(String.fromCodePoint(code));
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

const NUMBER =
  /[+-]?(?:0[xX][0-9a-fA-F_]*(?:\.[0-9a-fA-F_]*)?(?:[pP][+-]?[0-9_]*)?|0[oO][0-7_]*(?:\.[0-7_]*)?|0[bB][01_]*(?:\.[01_]*)?|[0-9_]*(?:\.[0-9_]*)?(?:[eE][+-]?[0-9_]*)?)i?/y;

/** As far as the text looks like a number; what follows may be no letter or digit. */
export function scanNumber(input: string, from: number): { end: number; ok: boolean; complex: boolean } {
  const real = scanOne(input, from);
  if (!real.ok || !/[+-]/.test(input[real.end] ?? '')) return { ...real, complex: false };
  const imaginary = scanOne(input, real.end);
  return { end: imaginary.end, ok: imaginary.ok && input[imaginary.end - 1] === 'i', complex: true };
}

function scanOne(input: string, from: number): { end: number; ok: boolean } {
  NUMBER.lastIndex = from;
  NUMBER.test(input);
  const end = Math.max(NUMBER.lastIndex, from);
  const next = input.codePointAt(end);
  if (next === undefined || !isAlphaNumeric(next)) return { end, ok: true };
  return { end: end + (next > 0xffff ? 2 : 1), ok: false };
}
