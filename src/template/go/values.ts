/** What a template computes with: JSON values as they came, and Go's own types for the template's constants. */

/** JSON values; the keys of the variables become `.key`. A bigint is a whole number too large for a number. */
export type TemplateValue =
  | null | boolean | number | bigint | string | readonly TemplateValue[] | { readonly [key: string]: TemplateValue }; // prettier-ignore

/** A Go float64. JSON numbers stay plain numbers instead: whole ones pass for an int as well as for a float64. */
export class Float {
  constructor(readonly value: number) {}
}

/** A Go uint8, which indexing a string gives. */
export class Byte {
  constructor(readonly value: number) {}
}

/** bigint is Go's int; null a nil interface, undefined no value at all, which Go tells apart in its messages. */
export type Value = TemplateValue | Float | Byte | undefined;
export type MapValue = { readonly [key: string]: TemplateValue };

/** A value on its way through a pipeline. */
export interface Cell {
  readonly value: Value;
  /** A variable contributed to it, so that its text is data and not the author's code. */
  readonly data: boolean;
  /** Came out of a list or map, where Go's type is `interface {}` until a pipeline unpacks it. */
  readonly boxed: boolean;
}

export function isList(value: Value): value is readonly TemplateValue[] {
  return Array.isArray(value);
}

export function isMap(value: Value): value is MapValue {
  return (
    typeof value === 'object' &&
    value !== null &&
    !isList(value) &&
    !(value instanceof Float) &&
    !(value instanceof Byte)
  );
}

/** Also beyond 2^53, in jobs that were scheduled before such numbers were refused: they print their digits. */
export function isWhole(value: Value): value is number {
  return typeof value === 'number' && Number.isInteger(value);
}

/** Returns a whole number with the fewest digits that lead to it, as it was most likely written: 1.7e22 has 21 zeros. */
export function wholeOf(value: number): bigint {
  const exponential = /^(-?\d)(?:\.(\d+))?e\+(\d+)$/.exec(String(value));
  if (exponential === null) return BigInt(String(value));
  const [, digit = '', fraction = '', exponent] = exponential;
  return BigInt(digit + fraction.padEnd(Number(exponent), '0'));
}

export function typeName(value: Value): string {
  if (value === undefined || value === null) return 'interface {}';
  if (isList(value)) return '[]interface {}';
  if (value instanceof Float) return 'float64';
  if (value instanceof Byte) return 'uint8';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'string') return 'string';
  if (typeof value === 'bigint' || isWhole(value)) return 'int';
  return typeof value === 'number' ? 'float64' : 'map[string]interface {}';
}

export function isTrue(value: Value): boolean {
  if (isList(value)) return value.length > 0;
  if (value instanceof Float || value instanceof Byte) return value.value !== 0;
  if (isMap(value)) return Object.keys(value).length > 0;
  return Boolean(value);
}

export function lookUp(map: MapValue, key: string): TemplateValue | undefined {
  return Object.hasOwn(map, key) ? map[key] : undefined;
}

/** Go sorts strings by their bytes, JavaScript by UTF-16 units; they differ where surrogates meet U+E000 and up. */
export function sortedKeys(map: MapValue): string[] {
  return Object.keys(map).sort(compareStrings);
}

export function compareStrings(a: string, b: string): number {
  const end = Math.min(a.length, b.length);
  for (let i = 0; i < end; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return weight(x) - weight(y);
  }
  return a.length - b.length;
}

function weight(unit: number): number {
  return unit >= 0xd800 && unit < 0xe000 ? unit + 0x10000 : unit;
}
