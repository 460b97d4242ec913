/** The functions of a template: what each takes, and what it gives. */

import { FunctionError, equal, less, lessOrEqual } from './compare.js';
import { index, length, orDefault, slice } from './collections.js';
import { escapeHtml, escapeJs, escapeQuery } from './escapes.js';
import type { FunctionName } from './function-names.js';
import { sprint, sprintln } from './print.js';
import { sprintf } from './printf.js';
import { isTrue, type Value } from './values.js';

/** Go's parameter types: `any` takes nil as a nil interface, `value` as no value at all. */
export type Parameter = 'string' | 'any' | 'value';

export interface TemplateFunction {
  readonly fixed: readonly Parameter[];
  readonly rest?: Parameter;
  readonly call: (args: readonly Value[]) => Value;
}

const twoValues = ['value', 'value'] as const;
const printing = (print: (values: readonly Value[]) => string): TemplateFunction => ({
  fixed: [],
  rest: 'any',
  call: print,
});
const escaping = (escape: (text: string) => string): TemplateFunction =>
  printing((args) => escape(joined(args)));
const comparing = (compare: (a: Value, b: Value) => boolean): TemplateFunction => ({
  fixed: twoValues,
  call: ([a, b]) => compare(a, b),
});

export const FUNCTIONS: Readonly<Record<FunctionName, TemplateFunction>> = {
  // These two stop at the argument that decides, so that the evaluator calls them itself.
  and: { fixed: ['value'], rest: 'value', call: shortCircuit },
  or: { fixed: ['value'], rest: 'value', call: shortCircuit },
  not: { fixed: ['value'], call: ([value]) => !isTrue(value) },
  eq: { fixed: ['value'], rest: 'value', call: ([first, ...others]) => equal(first, others) },
  ne: comparing((a, b) => !equal(a, [b])),
  lt: comparing(less),
  le: comparing(lessOrEqual),
  gt: comparing((a, b) => !lessOrEqual(a, b)),
  ge: comparing((a, b) => !less(a, b)),
  index: { fixed: ['value'], rest: 'value', call: ([item, ...indexes]) => index(item, indexes) },
  slice: { fixed: ['value'], rest: 'value', call: ([item, ...indexes]) => slice(item, indexes) },
  len: { fixed: ['value'], call: ([item]) => length(item) },
  print: printing(sprint),
  println: printing(sprintln),
  printf: {
    fixed: ['string'],
    rest: 'any',
    call: ([format, ...args]) => sprintf(typeof format === 'string' ? format : '', args),
  },
  html: escaping(escapeHtml),
  js: escaping(escapeJs),
  urlquery: escaping(escapeQuery),
  default: { fixed: ['any', 'any'], call: ([otherwise, value]) => orDefault(otherwise, value) },
  raw: { fixed: ['any'], call: ([value]) => value },
};

/** nil is `<no value>` to these, as to an action. */
function joined(args: readonly Value[]): string {
  return sprint(args.map((arg) => arg ?? '<no value>'));
}

function shortCircuit(): never {
  throw new FunctionError('and and or are evaluated where they stand');
}
