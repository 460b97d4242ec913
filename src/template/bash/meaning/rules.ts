/** What a value may be in a place where not any value is only data. */

import { BUILTINS } from './builtin-names.js';
import { isFree, isName } from './names.js';

export type Rule =
  'integer' | 'descriptor' | 'name' | 'variable' | 'plain' | 'program' | 'word' | 'file' | 'format' | 'never';

/** Written into a script as it is; anything else as a reference. */
const HARMLESS = /^(?!-)[A-Za-z0-9_@%+=:,./-]*$/;
/** What a 64-bit integer can hold is 19 digits long at most. */
const INTEGER = /^-?(?:0|[1-9][0-9]{0,18})$/;
const LARGEST = 2n ** 63n;
/** A number whose base is written out may have leading zeros. */
const DECIMAL = /^10#[0-9]{1,18}$/;
const HARMLESS_BUILTINS = new Set(['true', 'false', ':', 'echo', 'pwd']);

/** At the beginning of a command they are none; `in` there is an error. */
const RESERVED = new Set(
  'if then elif else fi for while until do done case esac select function in time coproc'.split(' '),
);

export function isHarmless(value: string): boolean {
  return HARMLESS.test(value);
}

function isInteger(text: string): boolean {
  if (!INTEGER.test(text)) return DECIMAL.test(text);
  return BigInt(text) < LARGEST && BigInt(text) >= -LARGEST;
}

/** No assignment, and no name that says something to bash. */
function isPlain(text: string): boolean {
  return isHarmless(text) && !text.includes('=') && (!isName(text) || isFree(text));
}

interface Meaning {
  /** Completes "only … can stand in …". */
  readonly needs: string;
  /** `text` is the whole token that the values are parts of. */
  readonly allows: (text: string, values: readonly string[]) => boolean;
}

const MEANINGS: Readonly<Record<Rule, Meaning>> = {
  integer: { needs: 'a decimal integer', allows: isInteger },
  descriptor: { needs: 'a number', allows: (text) => /^[0-9]{1,4}$/.test(text) },
  name: { needs: 'a name that means nothing to the shell', allows: isFree },
  variable: { needs: 'the name of a variable', allows: isName },
  plain: { needs: 'a plain word', allows: (text, values) => isPlain(text) && values.every(isPlain) },
  program: {
    needs: 'the name of a program',
    allows: (text) =>
      isPlain(text) &&
      text !== '' &&
      !RESERVED.has(text) &&
      (!BUILTINS.has(text) || HARMLESS_BUILTINS.has(text)),
  },
  word: {
    needs: 'what is no name of a builtin',
    allows: (text, values) =>
      [text, ...values].every((word) => !BUILTINS.has(word) || HARMLESS_BUILTINS.has(word)),
  },
  file: {
    needs: 'a plain file name without a slash',
    allows: (text, values) =>
      values.every((value) => value !== '' && isHarmless(value) && !value.includes('/')) &&
      !/(?:^|\/)\.\.(?:\/|$)/.test(text),
  },
  format: {
    needs: 'a text without % and \\',
    allows: (_text, values) => values.every((value) => !/[%\\]/.test(value)),
  },
  never: { needs: '', allows: () => false },
};

export const allows = (rule: Rule, text: string, values: readonly string[]): boolean =>
  MEANINGS[rule].allows(text, values);

/** `where` completes "can stand …", such as `in a subscript`. */
export function needs(rule: Rule, where: string): string {
  return rule === 'never' ? `no value can stand ${where}` : `only ${MEANINGS[rule].needs} can stand ${where}`;
}
