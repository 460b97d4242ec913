/** Prints any value under a verb, and what Go prints for a verb that does not fit: `%!d(string=x)`. */

import { formatFloat, formatInteger, formatString } from './format-scalar.js';
import { FormatState } from './format-state.js';
import { MAX_VALUE_DEPTH, tooMuch } from './limits.js';
import {
  Byte,
  Float,
  isList,
  isMap,
  isWhole,
  wholeOf,
  sortedKeys,
  typeName,
  type MapValue,
  type TemplateValue,
  type Value,
} from './values.js';

const FLOAT_VERBS = /^[eEfFgG]$/;

/** As an action prints its result. */
export function display(value: Value): string {
  return typeof value === 'string'
    ? value
    : value === undefined || value === null
      ? '<no value>'
      : sprint([value]);
}

/** With spaces between operands of which neither is a string. */
export function sprint(values: readonly Value[]): string {
  const f = new FormatState();
  values.forEach((value, i) => {
    if (i > 0 && typeof value !== 'string' && typeof values[i - 1] !== 'string') f.write(' ');
    printValue(f, value, 'v');
  });
  return f.text;
}

export function sprintln(values: readonly Value[]): string {
  const f = new FormatState();
  values.forEach((value, i) => {
    if (i > 0) f.write(' ');
    printValue(f, value, 'v');
  });
  f.write('\n');
  return f.text;
}

export function printValue(f: FormatState, value: Value, verb: string, depth = 0): void {
  if (depth > MAX_VALUE_DEPTH) throw tooMuch(`prints a value nested more than ${MAX_VALUE_DEPTH} deep`);
  if (value === undefined || value === null) printNil(f, verb, depth);
  else if (verb === 'T') formatString(f, typeName(value), 's');
  else if (isList(value) && verb !== 'p') printList(f, value, verb, depth);
  else if (isMap(value) && verb !== 'p') printMap(f, value, verb, depth);
  else if (!printScalar(f, value, verb)) badVerb(f, value, verb);
}

function printScalar(f: FormatState, value: Value, verb: string): boolean {
  if (typeof value === 'string') return formatString(f, value, verb);
  if (typeof value === 'bigint') return formatInteger(f, value, verb, true);
  if (value instanceof Byte) return formatInteger(f, BigInt(value.value), verb, false);
  if (value instanceof Float) return formatFloat(f, value.value, verb);
  if (typeof value === 'number') {
    if (isWhole(value) && !FLOAT_VERBS.test(verb)) return formatInteger(f, wholeOf(value), verb, true);
    return formatFloat(f, value, verb);
  }
  if (typeof value !== 'boolean' || (verb !== 't' && verb !== 'v')) return false;
  f.pad(String(value));
  return true;
}

function printNil(f: FormatState, verb: string, depth: number): void {
  if (depth > 0) f.write(f.sharpV ? 'interface {}(nil)' : '<nil>');
  else if (verb === 'v' || verb === 'T') f.pad('<nil>');
  else f.write(`%!${verb}(<nil>)`);
}

function printList(f: FormatState, list: readonly TemplateValue[], verb: string, depth: number): void {
  f.write(f.sharpV ? `${typeName(list)}{` : '[');
  list.forEach((value, i) => {
    if (i > 0) f.write(f.sharpV ? ', ' : ' ');
    printValue(f, value, verb, depth + 1);
  });
  f.write(f.sharpV ? '}' : ']');
}

function printMap(f: FormatState, map: MapValue, verb: string, depth: number): void {
  f.write(f.sharpV ? 'map[string]interface {}{' : 'map[');
  sortedKeys(map).forEach((key, i) => {
    if (i > 0) f.write(f.sharpV ? ', ' : ' ');
    printValue(f, key, verb, depth + 1);
    f.write(':');
    printValue(f, map[key], verb, depth + 1);
  });
  f.write(f.sharpV ? '}' : ']');
}

function badVerb(f: FormatState, value: Value, verb: string): void {
  f.write(`%!${verb}(${typeName(value)}=`);
  // For %p this prints what is inside, which Go's own answer for a pointer cannot be: an address.
  printValue(f, value, 'v');
  f.write(')');
}
