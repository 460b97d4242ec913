/** Go's quoted strings and characters: writing them (strconv.Quote) and reading them (strconv.Unquote). */

const PRINTABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S}]$/u;
const NAMED: Readonly<Record<string, string>> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
};
const UNNAMED: Readonly<Record<string, number>> = { a: 7, b: 8, f: 12, n: 10, r: 13, t: 9, v: 11 };

export function isPrint(char: string): boolean {
  return char === ' ' || PRINTABLE.test(char);
}

export function quote(text: string, asciiOnly = false): string {
  return quoteWith('"', text, asciiOnly);
}

export function quoteChar(char: string, asciiOnly = false): string {
  return quoteWith("'", char, asciiOnly);
}

function quoteWith(mark: string, text: string, asciiOnly: boolean): string {
  let out = mark;
  for (const char of text) out += escaped(char, mark, asciiOnly);
  return out + mark;
}

function escaped(char: string, mark: string, asciiOnly: boolean): string {
  if (char === mark || char === '\\') return `\\${char}`;
  const code = char.codePointAt(0) ?? 0;
  if (asciiOnly ? code >= 0x20 && code < 0x7f : isPrint(char)) return char;
  const named = NAMED[char];
  if (named !== undefined) return named;
  if (code < 0x20 || code === 0x7f) return `\\x${hex(code, 2)}`;
  if (code >= 0xd800 && code < 0xe000) return '\\ufffd';
  return code < 0x10000 ? `\\u${hex(code, 4)}` : `\\U${hex(code, 8)}`;
}

/** For messages: `U+0040 '@'`, as Go's `%#U`. */
export function unicodeName(code: number): string {
  if (code < 0) return 'U+FFFFFFFFFFFFFFFF';
  const char = String.fromCodePoint(code);
  const name = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
  return isPrint(char) ? `${name} '${char}'` : name;
}

/** The text of a string constant with its quotes, or undefined where Go says "invalid syntax". */
export function unquote(literal: string): string | undefined {
  const body = literal.slice(1, -1);
  if (literal.startsWith('`')) return body.replaceAll('\r', '');
  const bytes: number[] = [];
  for (let at = 0; at < body.length;) {
    const next = unquoteOne(body, at, '"', bytes);
    if (next === undefined) return undefined;
    at = next;
  }
  return Buffer.from(bytes).toString();
}

/** The code of a character constant with its quotes, or what Go says is wrong with it. */
export function unquoteChar(literal: string): bigint | string {
  const bytes: number[] = [];
  const next = unquoteOne(literal, 1, "'", bytes);
  if (next === undefined) return 'invalid syntax';
  if (literal.slice(next) !== "'") return `malformed character constant: ${literal}`;
  if (bytes.length === 1) return BigInt(bytes[0] ?? 0);
  return BigInt(Buffer.from(bytes).toString().codePointAt(0) ?? 0);
}

function unquoteOne(text: string, at: number, mark: string, bytes: number[]): number | undefined {
  const char = String.fromCodePoint(text.codePointAt(at) ?? 0);
  if (char === mark || char === '\n') return undefined;
  if (char !== '\\') {
    bytes.push(...Buffer.from(char));
    return at + char.length;
  }
  const escape = text[at + 1] ?? '';
  const named = UNNAMED[escape];
  if (named !== undefined) return push(bytes, named, at + 2);
  if (escape === '\\' || escape === mark) return push(bytes, escape.charCodeAt(0), at + 2);
  const octal = /^[0-7]{3}/.exec(text.slice(at + 1, at + 4))?.[0];
  if (octal !== undefined && parseInt(octal, 8) < 256) return push(bytes, parseInt(octal, 8), at + 4);
  const digits = { x: 2, u: 4, U: 8 }[escape];
  if (digits === undefined) return undefined;
  const written = text.slice(at + 2, at + 2 + digits);
  if (written.length < digits || !/^[0-9A-Fa-f]+$/.test(written)) return undefined;
  const code = parseInt(written, 16);
  if (escape === 'x') return push(bytes, code, at + 4);
  if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return undefined;
  bytes.push(...Buffer.from(String.fromCodePoint(code)));
  return at + 2 + digits;
}

function push(bytes: number[], byte: number, next: number): number {
  bytes.push(byte);
  return next;
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, '0');
}

/** Half a surrogate pair has no UTF-8. */
export function wellFormed(text: string): string {
  return text.replace(/\p{Cs}/gu, '\ufffd');
}
