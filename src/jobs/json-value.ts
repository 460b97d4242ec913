/** What a caller's JSON may not contain, because it could not be kept or would be something else to the next reader. */

/** Levels of lists and objects, the outermost included. */
export const DEPTH_LIMIT = 64;

const TOO_DEEP = `nested deeper than ${DEPTH_LIMIT} levels`;

/** Why the value cannot be taken; null: it can. */
export function problemOf(value: unknown, depth = 1): string | null {
  if (typeof value === 'string') return problemOfText(value);
  if (typeof value === 'number') return Number.isFinite(value) ? null : 'a number is too large';
  if (typeof value !== 'object' || value === null) return null;
  if (depth > DEPTH_LIMIT) return TOO_DEEP;
  for (const [key, item] of Object.entries(value)) {
    if (key === '__proto__') return 'the key __proto__ is not allowed';
    const problem = problemOfText(key) ?? problemOf(item, depth + 1);
    if (problem !== null) return problem;
  }
  return null;
}

/** Text without any of these has no value that is refused, but for its depth. They are rare, and each may be harmless. */
const SUSPICIOUS = /\\u|__proto__|[eE]\+?\d{3}|\d{200}/;

/** The same for the value of a JSON text that is valid Unicode. Costs a sixth where nothing in the text is suspicious. */
export function problemOfJson(text: string, value: unknown): string | null {
  if (SUSPICIOUS.test(text)) return problemOf(value);
  return isDeeper(value, DEPTH_LIMIT) ? TOO_DEEP : null;
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  const items = Array.isArray(value) ? (value as unknown[]) : Object.values(value);
  return items.some((item) => isDeeper(item, levels - 1));
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
