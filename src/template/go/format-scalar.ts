/** Formats strings, whole numbers and floats under the flags of a verb, as Go's fmt does. */

import { floatText } from './float-text.js';
import { countRunes, type FormatState } from './format-state.js';
import { isPrint, quote, quoteChar } from './quote.js';

const BASES: Readonly<Record<string, 2 | 8 | 10 | 16>> = { v: 10, d: 10, b: 2, o: 8, O: 8, x: 16, X: 16 };
const UINT64 = 1n << 64n;

/** Tells whether the verb is one for strings. */
export function formatString(f: FormatState, text: string, verb: string): boolean {
  switch (verb) {
    case 'v':
      f.pad(f.sharpV ? quote(truncated(f, text)) : truncated(f, text));
      return true;
    case 's':
      f.pad(truncated(f, text));
      return true;
    case 'q':
      f.pad(quoted(f, truncated(f, text)));
      return true;
    case 'x':
    case 'X':
      f.pad(hexBytes(f, text, verb));
      return true;
    default:
      return false;
  }
}

function truncated(f: FormatState, text: string): string {
  if (f.precision === undefined || text.length <= f.precision) return text;
  let end = 0;
  for (let runes = f.precision; runes > 0 && end < text.length; runes--) {
    end += (text.codePointAt(end) ?? 0) > 0xffff ? 2 : 1;
  }
  return text.slice(0, end);
}

function quoted(f: FormatState, text: string): string {
  const canBackquote = /^[^\x00-\x08\x0a-\x1f\x7f`\ufeff]*$/.test(text); // eslint-disable-line no-control-regex
  return f.sharp && canBackquote ? `\`${text}\`` : quote(text, f.plus);
}

function hexBytes(f: FormatState, text: string, verb: string): string {
  const bytes = Buffer.from(text).subarray(0, f.precision);
  const prefix = f.sharp ? `0${verb}` : '';
  const hex = verb === 'x' ? bytes.toString('hex') : bytes.toString('hex').toUpperCase();
  if (hex === '') return '';
  if (!f.space) return prefix + hex;
  return (hex.match(/../g) ?? []).map((pair) => prefix + pair).join(' ');
}

/** Tells whether the verb is one for whole numbers. */
export function formatInteger(f: FormatState, value: bigint, verb: string, signed: boolean): boolean {
  const base = BASES[verb];
  if (base !== undefined) {
    f.pad(f.sharpV && !signed ? `0x${value.toString(16)}` : integerText(f, value, base, verb), false);
    return true;
  }
  const code = value < 0n ? Number(value + UINT64) : Number(value);
  const char = code > 0x10ffff || (code >= 0xd800 && code < 0xe000) ? '\ufffd' : String.fromCodePoint(code);
  if (verb === 'c') f.pad(char);
  else if (verb === 'q') f.pad(quoteChar(char, f.plus));
  else if (verb === 'U') f.pad(unicodeText(f, value, char), false);
  else return false;
  return true;
}

function integerText(f: FormatState, value: bigint, base: number, verb: string): string {
  const negative = value < 0n;
  let digits = (negative ? -value : value).toString(base);
  if (verb === 'X') digits = digits.toUpperCase();
  if (f.precision === 0 && value === 0n) return '';
  const sign = negative ? '-' : f.plus ? '+' : f.space ? ' ' : '';
  if (f.precision !== undefined) digits = digits.padStart(f.precision, '0');
  else if (f.zero && !f.minus && f.width !== undefined) digits = digits.padStart(f.width - sign.length, '0');
  if (f.sharp && base === 2) digits = `0b${digits}`;
  if (f.sharp && base === 8 && !digits.startsWith('0')) digits = `0${digits}`;
  if (f.sharp && base === 16) digits = `0${verb === 'X' ? 'X' : 'x'}${digits}`;
  if (verb === 'O') digits = `0o${digits}`;
  return sign + digits;
}

function unicodeText(f: FormatState, value: bigint, char: string): string {
  const code = value < 0n ? value + UINT64 : value;
  const name = `U+${code
    .toString(16)
    .toUpperCase()
    .padStart(Math.max(f.precision ?? 4, 4), '0')}`;
  return f.sharp && code <= 0x10ffffn && isPrint(char) ? `${name} '${char}'` : name;
}

/** Tells whether the verb is one for floats; `%b` and `%x` of a float are not supported. */
export function formatFloat(f: FormatState, value: number, verb: string): boolean {
  const kind = verb.toLowerCase();
  if (!['v', 'g', 'f', 'e'].includes(kind) || verb === 'V') return false;
  const precision = f.precision ?? (kind === 'f' || kind === 'e' ? 6 : undefined);
  let text = floatText(value, kind === 'v' ? 'g' : (kind as 'e' | 'f' | 'g'), precision);
  if (verb === 'E' || verb === 'G') text = text.toUpperCase();
  const finite = Number.isFinite(value);
  if (!/^[+-]/.test(text)) text = `+${text}`;
  if (finite && f.sharp) text = withPoint(text, kind === 'f' || kind === 'e' ? 0 : (precision ?? 6));
  if (f.space && text.startsWith('+') && !f.plus) text = ` ${text.slice(1)}`;
  if (text.startsWith('+') && !f.plus && value !== Infinity) text = text.slice(1);
  if (finite && f.zero && !f.minus && f.width !== undefined && /^[+\- ]/.test(text)) {
    f.write((text[0] ?? '') + text.slice(1).padStart(f.width - 1, '0'));
  } else {
    f.pad(text, f.zero && finite);
  }
  return true;
}

/** `%#g` keeps the point and the zeros. */
function withPoint(text: string, significant: number): string {
  const at = text.search(/e/i);
  const [number, tail] = at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at)];
  const pointed = number.includes('.') ? number : `${number}.`;
  const counted = pointed.replace(/[^0-9]/g, '').replace(/^0+(?=.)/, '');
  const have = counted === '0' && pointed.endsWith('.') ? 1 : countRunes(counted.replace(/^0+/, ''));
  return pointed + '0'.repeat(Math.max(significant - have, 0)) + tail;
}
