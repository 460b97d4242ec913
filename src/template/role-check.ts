/** What a value may be where bash looks for code inside it: in arithmetic, subscripts and names even a reference runs. */

import type { Role } from './shell-site.js';

const HARMLESS = /^(?!-)[A-Za-z0-9_@%+=:,./-]*$/;
/** Numbers and operators: with no name in it, and nothing that expands, there is nothing to look up or run. */
const ARITHMETIC = /^(?:[0-9][0-9A-Za-z_@#]*|[-+*/%<>=!&|^~?:,.() \t\n])*$/;

/** Written as it is; anything else as a reference. */
export function isHarmless(value: string): boolean {
  return HARMLESS.test(value);
}

/** Why the value cannot stand there; nothing where it can. */
export function refusal(value: string, role: Role | 'variable'): string | undefined {
  switch (role) {
    case 'text':
      return undefined;
    case 'number':
      if (ARITHMETIC.test(value)) return undefined;
      return 'only a number can stand in an arithmetic expression, where bash would run what is in the value';
    case 'subscript':
      if (ARITHMETIC.test(value) || (isHarmless(value) && !value.includes('HOLDFAST_VALUE_')))
        return undefined;
      return 'only a plain word or a number can stand in a subscript, where bash would run what is in the value';
    case 'name':
      if (/^[A-Za-z0-9_]*$/.test(value)) return undefined;
      return 'only letters, digits and underscores can be part of the name in ${}';
    case 'variable':
      if (!value.includes('[')) return undefined;
      return 'a variable that a value names cannot have a subscript, in which bash would run code';
    case 'delimiter':
      return 'a value cannot be the delimiter of a here-document';
  }
}
