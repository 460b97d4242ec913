/** `eq`, `lt` and the others: Go's comparisons, with the messages for what cannot be compared. */

import { sprintf } from './printf.js';
import { Byte, Float, compareStrings, isWhole, typeName, wholeOf, type Value } from './values.js';

/** A function's error; whoever called it says in which function. */
export class FunctionError extends Error {}

type Kind = 'invalid' | 'bool' | 'string' | 'int' | 'float' | 'json';

function kindOf(value: Value): Kind {
  if (value instanceof Float) return 'float';
  if (value instanceof Byte) return 'int';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'string') return 'string';
  if (typeof value === 'bigint') return 'int';
  return typeof value === 'number' ? 'json' : 'invalid';
}

/** A number from the variables compares with any number: JSON does not say whether 2 is an int or a float64. */
function comparable(a: Kind, b: Kind): boolean {
  if (a === b) return true;
  return (a === 'json' && (b === 'int' || b === 'float')) || (b === 'json' && (a === 'int' || a === 'float'));
}

function numeric(value: Value): bigint | number {
  if (value instanceof Float || value instanceof Byte) return value.value;
  if (isWhole(value)) return wholeOf(value);
  return typeof value === 'bigint' || typeof value === 'number' ? value : NaN;
}

function isNil(value: Value): value is null | undefined {
  return value === null || value === undefined;
}

export function equal(first: Value, others: readonly Value[]): boolean {
  if (others.length === 0) throw new FunctionError('missing argument for comparison');
  return others.some((other) => equalTwo(first, other));
}

function equalTwo(a: Value, b: Value): boolean {
  const kind = kindOf(a);
  if (!comparable(kind, kindOf(b))) {
    if (isNil(a) || isNil(b)) return false;
    throw incompatible(a, b);
  }
  // Numbers of both of JavaScript's kinds compare by value only under ==.
  if (kind !== 'invalid') return kind === 'bool' || kind === 'string' ? a === b : numeric(a) == numeric(b);
  if (isNil(a) || isNil(b)) return isNil(a) && isNil(b);
  if (typeName(a) !== typeName(b)) {
    throw new FunctionError(sprintf('non-comparable types %s: %v, %s: %v', [a, typeName(a), typeName(b), b]));
  }
  throw new FunctionError(sprintf('non-comparable type %s: %v', [b, typeName(b)]));
}

export function less(a: Value, b: Value): boolean {
  const kind = kindOf(a);
  if (kind === 'invalid' || kindOf(b) === 'invalid') throw badType();
  if (!comparable(kind, kindOf(b))) throw incompatible(a, b);
  if (kind === 'bool') throw badType();
  if (typeof a === 'string' && typeof b === 'string') return compareStrings(a, b) < 0;
  return numeric(a) < numeric(b);
}

export function lessOrEqual(a: Value, b: Value): boolean {
  return less(a, b) || equalTwo(a, b);
}

function incompatible(a: Value, b: Value): FunctionError {
  return new FunctionError(`incompatible types for comparison: ${typeName(a)} and ${typeName(b)}`);
}

function badType(): FunctionError {
  return new FunctionError('invalid type for comparison');
}
