/** The words that bash makes of one with braces, such as `{a,b}` and `{1..3}`, before it expands anything else. */

import type { Part, Word } from '../syntax.js';

/** A word that becomes more than these stays one that is not known. */
const MAX_WORDS = 100;
const SEQUENCE = /^(-?[0-9]+|[A-Za-z])\.\.(-?[0-9]+|[A-Za-z])(?:\.\.-?[0-9]+)?$/;

/** An unquoted character, or a part that holds no brace. */
type Item = string | Part;

/** Whether an unquoted brace stands in the word with what makes several of it. */
export function hasBraces({ parts, assignment }: Word): boolean {
  if (assignment) return false;
  const text = parts.map((part) => (part.kind === 'text' && !part.quoted ? part.text : 'x')).join('');
  return /\{.*(?:,|\.\.).*\}/s.test(text);
}

/** Null where there are too many. */
export function expandBraces(word: Word): readonly Word[] | null {
  if (!hasBraces(word)) return [word];
  const words = expand(itemsOf(word.parts));
  return (
    words && words.filter((items) => items.length > 0).map((items) => ({ ...word, parts: partsOf(items) }))
  );
}

/** As bash does with all words of a command; null where it is not known which there are. */
export function expandWords(words: readonly Word[]): readonly Word[] | null {
  if (!words.some(hasBraces)) return words;
  const expanded = words.map(expandBraces);
  return expanded.includes(null) ? null : expanded.flatMap((one) => one ?? []);
}

function itemsOf(parts: readonly Part[]): Item[] {
  return parts.flatMap((part): Item[] =>
    part.kind === 'text' && !part.quoted ? Array.from(part.text) : [part],
  );
}

function partsOf(items: readonly Item[]): Part[] {
  const parts: Part[] = [];
  for (const item of items) {
    const last = parts.at(-1);
    if (typeof item !== 'string') parts.push(item);
    else if (last?.kind === 'text' && !last.quoted)
      parts[parts.length - 1] = { ...last, text: last.text + item };
    else parts.push({ kind: 'text', text: item, quoted: false });
  }
  return parts;
}

function expand(items: readonly Item[]): Item[][] | null {
  for (let at = items.indexOf('{'); at >= 0; at = items.indexOf('{', at + 1)) {
    const group = groupAt(items, at);
    if (group === null) continue;
    const before = items.slice(0, at);
    const inside =
      group.alternatives.length > 1 ? alternatives(group.alternatives) : sequence(group.alternatives);
    if (inside === undefined) continue;
    const after = expand(items.slice(group.end));
    if (inside === null || after === null || inside.length * after.length > MAX_WORDS) return null;
    return inside.flatMap((one) => after.map((rest) => [...before, ...one, ...rest]));
  }
  return [[...items]];
}

/** From the brace to behind the one that closes it; null where none does. */
function groupAt(items: readonly Item[], start: number): { alternatives: Item[][]; end: number } | null {
  const found: Item[][] = [[]];
  let depth = 0;
  for (let at = start + 1; at < items.length; at++) {
    const item = items[at] ?? '';
    if (item === '}' && depth === 0) return { alternatives: found, end: at + 1 };
    if (item === '{') depth++;
    if (item === '}') depth--;
    if (item === ',' && depth === 0) found.push([]);
    else found.at(-1)?.push(item);
  }
  return null;
}

function alternatives(texts: readonly Item[][]): Item[][] | null {
  const words = texts.map(expand);
  return words.includes(null) ? null : words.flatMap((one) => one ?? []);
}

/** Undefined where the braces stand for themselves. */
function sequence([items = []]: readonly Item[][]): Item[][] | null | undefined {
  const written = items.map((item) => (typeof item === 'string' ? item : ' ')).join('');
  const [, first = '', last = ''] = SEQUENCE.exec(written) ?? [];
  const areNumbers = /^-?[0-9]+$/.test(first);
  if (first === '' || areNumbers !== /^-?[0-9]+$/.test(last)) return undefined;
  const code = (text: string): number => (areNumbers ? Number(text) : text.charCodeAt(0));
  const [from, to] = [code(first), code(last)];
  // Steps and leading zeros leave numbers numbers.
  if (Math.abs(to - from) >= MAX_WORDS || written.split('..').length > 2) return null;
  const step = from <= to ? 1 : -1;
  return Array.from({ length: Math.abs(to - from) + 1 }, (_, i) => {
    const at = from + i * step;
    return [areNumbers ? String(at) : String.fromCharCode(at)];
  });
}
