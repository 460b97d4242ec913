/**
 * Keys of the places that a text can be kept in: a variable by its name, others by a text that is no name. `f` is the
 * name of a function, or empty for the script itself.
 */

import { isName } from './names.js';

/** What may be read from descriptors other than 0, as `exec`, coprocesses and `<(…)` leave them. */
export const OPEN_INPUT = 'an open descriptor';
/** What is printed to descriptors other than 1 and 2. */
export const OPEN_OUTPUT = 'a descriptor for output';
/** Nothing is read from it, and what is printed there is lost. */
export const NOWHERE = ' nowhere';

export const argumentsOf = (f: string): string => `${f} @`;
export const argumentOf = (f: string, n: number): string => `${f} ${n}`;
/** Arguments that may be any of those of a function, because a word before them can become several. */
export const movedArgumentsOf = (f: string): string => `${f} +`;
export const inputOf = (f: string): string => `${f} <`;
export const outputOf = (f: string): string => `${f} >`;
/** What is printed as an error. */
export const errorsOf = (f: string): string => `${f} 2>`;

/** Subscripts of an array, which `${!array[@]}` reads. */
export const subscriptsOf = (array: string): string => `${array} #`;

/** Variables that are read, or set, by a name of which only the beginning is known. */
export const anyRead = (prefix: string): string => `r~${prefix}`;
export const anyWritten = (prefix: string): string => `w~${prefix}`;

export const isAnyRead = (key: string): boolean => key.startsWith('r~');
export const isAnyWritten = (key: string): boolean => key.startsWith('w~');
export const prefixOf = (key: string): string => key.slice(2);

/** Completes "stands in …". */
export function describe(key: string): string {
  if (isName(key)) return `the variable ${key}`;
  if (isAnyRead(key) || isAnyWritten(key)) return 'a variable whose name is not known';
  if (key === OPEN_INPUT || key === OPEN_OUTPUT) return key;
  const [f = '', kind = ''] = key.split(' ');
  if (/^(?:@|\+|[0-9]+)$/.test(kind)) return f === '' ? 'a positional parameter' : `an argument of ${f}`;
  if (kind === '#') return `a subscript of ${f}`;
  if (kind === '<' && f !== '') return `what ${f} reads`;
  if (/^2?>$/.test(kind) && f !== '') return `what ${f} prints`;
  return 'what a command prints';
}
