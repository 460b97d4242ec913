/** Reads quotes, backslashes and backquotes. */

import { joinsOf, text, type Reader } from './reader.js';
import type { Part } from '../syntax.js';

/** The last of it would take a hexadecimal or octal digit, or any character, for its own. */
const OPEN_ESCAPE = /\\(?:x[0-9a-fA-F]?|u[0-9a-fA-F]{0,3}|U[0-9a-fA-F]{0,7}|[0-7]{1,2}|c)$/;

export function readSingle(reader: Reader, parts: Part[]): void {
  const start = reader.pos++;
  for (;;) {
    if (reader.pos >= reader.end) reader.fail('a single quote is not closed', start);
    if (reader.char() === "'") break;
    parts.push(reader.value('single') ?? text(reader.take(/[^'\uffff]+|\uffff/y), true));
  }
  reader.pos++;
}

/** Behind the `$` of `$'…'`. */
export function readAnsi(reader: Reader, parts: Part[]): void {
  const start = reader.pos++;
  let from = reader.pos;
  for (;;) {
    if (reader.pos >= reader.end) reader.fail("a $' is not closed", start);
    if (reader.char() === "'") break;
    const backslash = reader.char() === '\\';
    if (backslash) reader.pos++;
    if (reader.isValue()) {
      const before = reader.view.text.slice(Math.max(from, reader.pos - 10), reader.pos);
      const joins = OPEN_ESCAPE.test(before) ? 'escape' : null;
      parts.push(reader.value('ansi', { backslash, joins }) ?? reader.fail('a value is lost'));
      from = reader.pos;
      continue;
    }
    const literal = backslash ? reader.char() : reader.take(/[^'\\\uffff]+|\uffff/y);
    if (backslash) reader.pos++;
    parts.push(backslash ? { kind: 'escaped' } : text(literal, true));
  }
  reader.pos++;
}

export function readDouble(reader: Reader, parts: Part[]): void {
  const start = reader.pos++;
  reader.deeper(() => {
    reader.inOperand(null, () => {
      while (reader.char() !== '"') {
        if (reader.pos >= reader.end) reader.fail('a double quote is not closed', start);
        readInDouble(reader, parts, true);
      }
    });
  });
  reader.pos++;
}

/** One step in a text that expands: double quotes, or the body of a here-document, in which a `"` is a character. */
export function readInDouble(reader: Reader, parts: Part[], quotes: boolean): void {
  const char = reader.char();
  if (char === '\\') readBackslash(reader, parts, 'double', quotes);
  else if (char === '$') reader.collected.grammar.dollar(reader, 'double', parts);
  else if (char === '`') readBackquotes(reader, parts, quotes);
  else {
    const value = reader.value('double', { joins: joinsOf(reader, parts) });
    parts.push(value ?? text(reader.take(/[^"\\$`\uffff]+|["\uffff]/y), true));
  }
}

/** Tells whether a line continues here. */
export function readBackslash(
  reader: Reader,
  parts: Part[],
  quoting: 'bare' | 'double',
  escapesQuote = true,
): boolean {
  reader.pos++;
  const value = reader.value(quoting, { backslash: true });
  if (value) {
    parts.push(value);
    return false;
  }
  const char = reader.char();
  if (char === '') reader.fail('a backslash ends the text');
  reader.pos++;
  if (char === '\n') return true;
  const escapes = quoting === 'bare' || '$`\\'.includes(char) || (escapesQuote && char === '"');
  parts.push(text(escapes ? char : `\\${char}`, true));
  return false;
}

export function readBackquotes(reader: Reader, parts: Part[], inDoubleQuotes: boolean): void {
  const start = reader.pos + 1;
  let close = start;
  while (close < reader.end && reader.char(close) !== '`') close += reader.char(close) === '\\' ? 2 : 1;
  if (close >= reader.end) reader.fail('a backquote is not closed', start - 1);
  const body = reader.other(reader.view.backquoted(start, close, inDoubleQuotes));
  reader.pos = close + 1;
  parts.push({ kind: 'substitution', style: '`', body, quoted: inDoubleQuotes });
}
