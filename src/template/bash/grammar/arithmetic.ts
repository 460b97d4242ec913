/** Reads arithmetic and subscripts. Bash evaluates the values of names in them, and what it finds in these. */

import { readBackquotes, readBackslash, readDouble, readSingle } from './quotes.js';
import { text, type Reader } from './reader.js';
import type { Part } from '../syntax.js';

const PLAIN = /[A-Za-z0-9_ \t\n+\-*/%<>=!&|^~?:,.@#]+/y;
const OPENS: Readonly<Record<string, string>> = { '(': ')', '[': ']' };

/**
 * Reads an expression up to the given character outside of brackets, and stays before it. Only what expressions consist
 * of is understood.
 */
export function readArithmetic(reader: Reader, closers: string): Part[] {
  const parts: Part[] = [];
  const open: string[] = [];
  reader.deeper(() => {
    for (;;) {
      const char = reader.char();
      if (char === '') reader.fail('an arithmetic expression does not end');
      if (open.length === 0 && closers.includes(char)) return;
      if (char === open.at(-1)) open.pop();
      else if (OPENS[char] !== undefined) open.push(OPENS[char]);
      else {
        readInArithmetic(reader, parts);
        continue;
      }
      parts.push(text(char, false));
      reader.pos++;
    }
  });
  return parts;
}

function readInArithmetic(reader: Reader, parts: Part[]): void {
  const char = reader.char();
  if (char === '"') readDouble(reader, parts);
  else if (char === '$') reader.collected.grammar.dollar(reader, 'double', parts);
  else if (char === '`') readBackquotes(reader, parts, false);
  else {
    const value = reader.value('double');
    const plain = value ? '' : reader.take(PLAIN);
    if (!value && plain === '') reader.fail(`${char} stands in an arithmetic expression`);
    parts.push(value ?? text(plain, false));
  }
}

/** `[…]`: in one of an associative array any text may stand. */
export function readSubscript(reader: Reader): Part[] {
  const start = reader.pos++;
  const parts: Part[] = [];
  let open = 0;
  reader.deeper(() => {
    for (;;) {
      const char = reader.char();
      if (char === '' || char === '\n') reader.fail('a subscript is not closed', start);
      if (char === ']' && open === 0) return;
      if (char === '[') open++;
      if (char === ']') open--;
      if (char === "'") readSingle(reader, parts);
      else if (char === '"') readDouble(reader, parts);
      else if (char === '\\') readBackslash(reader, parts, 'bare');
      else if (reader.sees("$'")) reader.fail("$' stands in a subscript");
      else if (char === '$') reader.collected.grammar.dollar(reader, 'double', parts);
      else if (char === '`') readBackquotes(reader, parts, false);
      else
        parts.push(reader.value('double') ?? text(reader.take(/[^'"\\$`[\]\n\uffff]+|[[\]\uffff]/y), false));
    }
  });
  reader.pos++;
  return parts;
}

/**
 * Fails, from behind `((`, unless bash takes it for arithmetic: the parenthesis that closes the inner one stands right
 * before another. Where a subshell begins instead, versions of bash differ in where it ends.
 */
export function expectArithmetic(reader: Reader, from: number): void {
  let open = 1;
  for (let at = from; at < reader.end; at++) {
    const char = reader.char(at);
    if (char === '\\') at++;
    else if (char === "'" || char === '"' || char === '`') at = quoteEnd(reader, at, char);
    else if (char === '(') open++;
    else if (char === ')' && --open === 0) {
      if (reader.char(at + 1) === ')') return;
      break;
    }
  }
  reader.fail('(( may be arithmetic or a subshell: write ( ( for a subshell');
}

function quoteEnd(reader: Reader, start: number, mark: string): number {
  for (let at = start + 1; at < reader.end; at++) {
    if (reader.char(at) === mark) return at;
    if (reader.char(at) === '\\' && mark !== "'") at++;
  }
  return reader.end;
}
