/** What stands in a text, as far as it is read without going through commands. */

import { anyRead } from './keys.js';
import { type ParameterPart, type Part, staticText, type ValuePart } from '../syntax.js';

const TOKEN_TEXT = /[A-Za-z0-9_#.@]+|[^A-Za-z0-9_#.@]+/g;
const IDENTIFIER = /(?<![A-Za-z0-9_#@])[A-Za-z_][A-Za-z0-9_]*/g;
const PROMPT_EXPANSION = /\$(?:[A-Za-z_]\w*|\{[A-Za-z_]\w*(?:\[0\])?(?::?[-+][^}$`\\]*)?\}|[?!$#0-9])/g;

/** A text that is what a key holds. */
export function holding(key: string): ParameterPart {
  return {
    kind: 'parameter',
    quoted: true,
    name: [{ kind: 'text', text: key, quoted: true }],
    indirect: false,
    subscript: null,
    operator: '',
    operand: [],
  };
}

/** Whether a subscript stands for all elements of an array. */
export const isOfAll = (subscript: readonly Part[] | null): boolean =>
  /^[@*]$/.test(staticText(subscript ?? []) ?? '');

/** Whether an expansion becomes several words also between quotes, as `"$@"` does. */
export const isList = (part: Part): boolean =>
  part.kind === 'parameter' &&
  (staticText(part.name) === '@' ||
    staticText(part.subscript ?? []) === '@' ||
    part.operator === '!@' ||
    part.operand.some(isList));

/** Values of the text itself and of defaults in it; those of its substitutions come from what these print. */
export function valuesOutside(parts: readonly Part[]): ValuePart[] {
  return parts.flatMap((part) => {
    if (part.kind === 'value') return [part];
    return part.kind === 'parameter' ? [part.name, part.operand].flatMap(valuesOutside) : [];
  });
}

/** Literal texts between what is no text. */
export function textsIn(parts: readonly Part[]): string[] {
  const texts = [''];
  for (const part of parts)
    if (part.kind === 'text') texts.push(`${texts.pop() ?? ''}${part.text}`);
    else texts.push('');
  return texts.filter((text) => text !== '');
}

export function isPromptCode(text: string): boolean {
  return /[$`]/.test(text.replace(PROMPT_EXPANSION, ''));
}

/** Names in a literal text; those that an expansion beside it completes are known by their beginning only. */
export function namesIn(parts: readonly Part[], at: number, quoted = true): string[] {
  const part = parts[at];
  if (part?.kind !== 'text') return [];
  const { text } = part;
  const joins = (other: Part | undefined): boolean => other !== undefined && other.kind !== 'text';
  return [...text.matchAll(IDENTIFIER)].flatMap(({ 0: name, index }) => {
    const end = index + name.length;
    const before = index === 0 ? joins(parts[at - 1]) : !quoted && text[index - 1] === '}';
    const after = end === text.length ? joins(parts[at + 1]) : !quoted && text[end] === '{';
    if (before) return [anyRead('')];
    return after ? [anyRead(name)] : [name];
  });
}

/** Runs of text, values and expansions that arithmetic takes for one number or name. */
export function tokensOf(parts: readonly Part[]): Part[][] {
  const tokens: Part[][] = [[]];
  for (const part of parts) {
    if (part.kind !== 'text') {
      tokens.at(-1)?.push(part);
      continue;
    }
    for (const [text] of part.text.matchAll(TOKEN_TEXT)) {
      if (/^[A-Za-z0-9_#.@]/.test(text)) tokens.at(-1)?.push({ ...part, text });
      else tokens.push([]);
    }
  }
  return tokens;
}
