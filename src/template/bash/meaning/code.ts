/** The code in the arguments of `eval` and `trap`, where it is written out. */

import { parseCode } from '../grammar/parse.js';
import { NotUnderstood } from '../grammar/reader.js';
import { type List, type Part, staticText, type Word } from '../syntax.js';
import { MARK, View } from '../view.js';

/** The parts of the code; null where the command has none. */
export function codeParts(name: 'eval' | 'trap', args: readonly Word[]): readonly Part[] | null {
  const words = args.filter((word) => !isOption(word));
  if (name === 'trap') return words.length > 1 ? (words[0]?.parts ?? null) : null;
  const space: Part = { kind: 'text', text: ' ', quoted: false };
  return words.some(({ assignment }) => assignment)
    ? null
    : words.flatMap(({ parts }, i) => (i === 0 ? [...parts] : [space, ...parts]));
}

function isOption({ parts }: Word): boolean {
  const text = staticText(parts);
  return text === '--' || text === '-p' || text === '-l' || text === '-lp';
}

/** The commands in it; null where the code is not known, or not understood. */
export function codeOf(name: 'eval' | 'trap', args: readonly Word[]): List | null {
  const parts = codeParts(name, args);
  return parts && parseParts(parts);
}

export function parseParts(parts: readonly Part[]): List | null {
  let text = '';
  const roots: number[] = [];
  const values = new Map<number, number>();
  for (const part of parts) {
    if (part.kind === 'text') {
      text += part.text;
      for (let i = 0; i < part.text.length; i++) roots.push(-1);
    } else if (part.kind === 'value') {
      text += MARK;
      roots.push(part.site.at);
      values.set(part.site.at, part.site.index);
    } else return null;
  }
  roots.push(-1);
  try {
    return parseCode(View.at(text, roots), values);
  } catch (error) {
    if (error instanceof NotUnderstood) return null;
    throw error;
  }
}
