/** `index`, `slice` and `len`; strings count in bytes of UTF-8, as Go's do. */

import { FunctionError } from './compare.js';
import { Byte, isList, isMap, isWhole, lookUp, typeName, type Value } from './values.js';

export function length(item: Value): bigint {
  if (item === null) throw new FunctionError('len of nil pointer');
  if (item === undefined) throw new FunctionError('reflect: call of reflect.Value.Type on zero Value');
  if (typeof item === 'string') return BigInt(Buffer.byteLength(item));
  if (isList(item)) return BigInt(item.length);
  if (isMap(item)) return BigInt(Object.keys(item).length);
  throw new FunctionError(`len of type ${typeName(item)}`);
}

export function index(item: Value, indexes: readonly Value[]): Value {
  if (item === null || item === undefined) throw new FunctionError('index of untyped nil');
  let found: Value = item;
  for (const key of indexes) found = indexOne(found, key);
  return found;
}

function indexOne(item: Value, key: Value): Value {
  if (item === null || item === undefined) throw new FunctionError('index of nil pointer');
  if (isMap(item)) {
    if (key === null || key === undefined) throw new FunctionError('value is nil; should be of type string');
    if (typeof key !== 'string') throw new FunctionError(`value has type ${typeName(key)}; should be string`);
    return lookUp(item, key) ?? null;
  }
  if (isList(item)) {
    const at = position(key, item.length);
    if (at === item.length) throw new FunctionError('reflect: slice index out of range');
    return item[at];
  }
  if (typeof item !== 'string') throw new FunctionError(`can't index item of type ${typeName(item)}`);
  const bytes = Buffer.from(item);
  const byte = bytes[position(key, bytes.length)];
  if (byte === undefined) throw new FunctionError('reflect: string index out of range');
  return new Byte(byte);
}

export function slice(item: Value, indexes: readonly Value[]): Value {
  if (item === null || item === undefined) throw new FunctionError('slice of untyped nil');
  if (indexes.length > 3) throw new FunctionError(`too many slice indexes: ${indexes.length}`);
  if (typeof item !== 'string' && !isList(item))
    throw new FunctionError(`can't slice item of type ${typeName(item)}`);
  if (typeof item === 'string' && indexes.length === 3)
    throw new FunctionError('cannot 3-index slice a string');
  const bytes = typeof item === 'string' ? Buffer.from(item) : undefined;
  const size = bytes ? bytes.length : item.length;
  const [from = 0, to = size, cap = size] = indexes.map((at) => position(at, size));
  if (from > to) throw new FunctionError(`invalid slice index: ${from} > ${to}`);
  if (to > cap) throw new FunctionError(`invalid slice index: ${to} > ${cap}`);
  if (bytes && [from, to].some((at) => isInsideCharacter(bytes[at])))
    throw new FunctionError(`slice index cuts a character: ${from}:${to}`);
  return bytes ? bytes.subarray(from, to).toString() : item.slice(from, to);
}

/** Go would keep the broken bytes, which no text can hold. */
const isInsideCharacter = (byte = 0): boolean => (byte & 0xc0) === 0x80;

function position(at: Value, size: number): number {
  if (at === null || at === undefined) throw new FunctionError('cannot index slice/array with nil');
  if (typeof at !== 'bigint' && !isWhole(at) && !(at instanceof Byte)) {
    throw new FunctionError(`cannot index slice/array with type ${typeName(at)}`);
  }
  const index = at instanceof Byte ? at.value : Number(at);
  if (index < 0 || index > size)
    throw new FunctionError(`index out of range: ${String(at instanceof Byte ? index : at)}`);
  return index;
}

/** `default`: for an empty text, list or map and for false; not for 0 and nil. */
export function orDefault(otherwise: Value, value: Value): Value {
  if (value === '' || value === false) return otherwise;
  if (isList(value) && value.length === 0) return otherwise;
  return isMap(value) && Object.keys(value).length === 0 ? otherwise : value;
}

/** What an operation on the value costs, where that depends on its size. */
export function sizeOf(value: Value): number {
  if (typeof value === 'string' || isList(value)) return value.length;
  return isMap(value) ? Object.keys(value).length : 1;
}
