/** What a caller's JSON may not contain, because it could not be kept or would be something else to the next reader. */

/** Levels of lists and objects, the outermost included. */
export const DEPTH_LIMIT = 64;

/** Why the value cannot be taken; null: it can. */
export function problemOf(value: unknown, depth = 1): string | null {
  if (typeof value === 'string') return problemOfText(value);
  if (typeof value === 'number') return Number.isFinite(value) ? null : 'a number is too large';
  if (typeof value !== 'object' || value === null) return null;
  if (depth > DEPTH_LIMIT) return `nested deeper than ${DEPTH_LIMIT} levels`;
  for (const [key, item] of Object.entries(value)) {
    if (key === '__proto__') return 'the key __proto__ is not allowed';
    const problem = problemOfText(key) ?? problemOf(item, depth + 1);
    if (problem !== null) return problem;
  }
  return null;
}

/** Neither can be kept in Postgres or handed to a shell. */
function problemOfText(text: string): string | null {
  if (text.includes('\0')) return 'a string contains NUL';
  return text.isWellFormed() ? null : 'a string is not valid Unicode';
}

const STRING_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g;
const LONG_WHOLE_NUMBER = /^-?\d{16,40}$/;

/** The first whole number of a JSON text that would come out of it as another one; null: there is none. */
export function inexactNumberIn(text: string): string | null {
  for (const [token] of text.matchAll(STRING_OR_NUMBER)) {
    if (LONG_WHOLE_NUMBER.test(token) && BigInt(token) !== BigInt(Number(token))) return token;
  }
  return null;
}
