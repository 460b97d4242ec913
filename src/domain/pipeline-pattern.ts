/**
 * Patterns of pipeline names: `*` stands for any text, also none, and everything else for itself. No more than that,
 * so that the database and this file agree on what fits, and no pattern takes long.
 */
import { isStorable } from './storable.js';

/** No pipeline has a longer name. */
const LONGEST = 200;

/** Whether it can be one. */
export const isPattern = (text: string) => text.length <= LONGEST && isStorable(text);

/** `patterns` null: every name fits. */
export const fits = (name: string, patterns: readonly string[] | null): boolean =>
  patterns === null || patterns.some((pattern) => fitsOne(name, pattern));

function fitsOne(name: string, pattern: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return name === pattern;
  if (!name.startsWith(first)) return false;
  // The first place that fits leaves the most room for what follows.
  let at = first.length;
  for (const part of rest) {
    const found = name.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return name.length - last.length >= at && name.endsWith(last);
}

/** The same for SQL's LIKE. */
export const asLike = (pattern: string) => pattern.replace(/[\\%_]/g, '\\$&').replace(/\*+/g, '%');
