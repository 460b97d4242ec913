/** Reads what begins with a dollar sign. */

import { expectArithmetic, readArithmetic, readSubscript } from './arithmetic.js';
import { readAnsi, readBackquotes, readBackslash, readDouble, readSingle } from './quotes.js';
import { joinsOf, text, type Reader } from './reader.js';
import type { ParameterPart, Part } from '../syntax.js';

const NAME = /[A-Za-z_][A-Za-z0-9_]*|[0-9@*#?$!-]/y;
const NAME_CHARS = /[A-Za-z0-9_]+/y;
const SPECIAL = /[@*#?$!-]/;
const TRANSFORM = /@[A-Za-z]/y;
const OPERATOR = /:[-=?+]|[-=?+]|##?|%%?|\/[/#%]?|\^\^?|,,?|~~?/y;

export function readDollar(reader: Reader, quoting: 'bare' | 'double', parts: Part[]): void {
  const next = reader.char(reader.pos + 1);
  const quoted = quoting === 'double';
  reader.pos++;
  if (next === '(') parts.push(readSubstitution(reader, quoted));
  else if (next === '{') parts.push(readBraces(reader, quoting));
  else if (next === '[') {
    reader.pos++;
    parts.push({ kind: 'arithmetic', expression: readArithmetic(reader, ']'), quoted });
    reader.expect(']');
  } else if (next === '"' && !quoted) readDouble(reader, parts);
  else if (next === "'" && !quoted) readAnsi(reader, parts);
  else if (next === '\\' && reader.char(reader.pos + 1) === '\n')
    reader.fail('a line continues behind a dollar sign');
  else readUnbraced(reader, quoted, parts);
}

/** `$name`, `$1`, `$@`; a value behind the sign names a variable. A sign before anything else stands for itself. */
function readUnbraced(reader: Reader, quoted: boolean, parts: Part[]): void {
  const first = reader.value('double');
  const name: Part[] = first ? [first, ...readName(reader)] : [];
  if (!first) {
    const plain = reader.take(NAME);
    if (plain === '') {
      parts.push(text('$', quoted));
      return;
    }
    name.push(text(plain, quoted));
    if (/^\w/.test(plain) && reader.sees('\\\n')) reader.fail('a line continues in the name of a variable');
  }
  parts.push(parameter(name, quoted));
}

function parameter(name: readonly Part[], quoted: boolean, more: Partial<ParameterPart> = {}): ParameterPart {
  return {
    kind: 'parameter',
    quoted,
    name,
    ...{ indirect: false, subscript: null, operator: '', operand: [], ...more },
  };
}

function readName(reader: Reader): Part[] {
  const name: Part[] = [];
  for (;;) {
    const value = reader.value('double');
    const plain = value ? '' : reader.take(NAME_CHARS);
    if (!value && plain === '') return name;
    name.push(value ?? text(plain, true));
  }
}

function readSubstitution(reader: Reader, quoted: boolean): Part {
  if (reader.sees('((')) {
    expectArithmetic(reader, reader.pos + 2);
    reader.pos += 2;
    const expression = readArithmetic(reader, ')');
    reader.expect('))');
    return { kind: 'arithmetic', expression, quoted };
  }
  reader.pos++;
  const body = reader.substitution({ parenthesis: true });
  reader.expect(')');
  return { kind: 'substitution', style: '$(', body, quoted };
}

/** `${…}`. */
function readBraces(reader: Reader, quoting: 'bare' | 'double'): ParameterPart {
  const start = reader.pos++;
  const quoted = quoting === 'double';
  const indirect = prefix(reader, '!');
  const length = !indirect && prefix(reader, '#');
  const name = SPECIAL.test(reader.char()) ? [text(special(reader), true)] : readName(reader);
  if (name.length === 0) reader.fail('${ is not followed by a name', start);
  const subscript = reader.char() === '[' ? readSubscript(reader) : null;
  const rest =
    length || reader.char() === '}'
      ? { operator: '', operand: [] }
      : readOperation(reader, quoting, indirect);
  reader.expect('}');
  const operator = length ? 'length' : rest.operator;
  return parameter(name, quoted, { indirect, subscript, operator, operand: rest.operand });
}

/** A sign before a name: `!` refers to another variable, `#` asks for the length. */
function prefix(reader: Reader, sign: string): boolean {
  if (reader.char() !== sign) return false;
  const next = reader.char(reader.pos + 1);
  if (!/[A-Za-z0-9_@*]/.test(next) && !reader.isValue(reader.pos + 1)) return false;
  reader.pos++;
  return true;
}

function special(reader: Reader): string {
  const char = reader.char();
  reader.pos++;
  // `${#:-…}`, `${##}` and the like: bash itself has to guess.
  if (/[#!]/.test(char) && reader.char() !== '}') reader.fail(`\${${char} is followed by an operator`);
  return char;
}

function readOperation(
  reader: Reader,
  quoting: 'bare' | 'double',
  indirect: boolean,
): { operator: string; operand: Part[] } {
  if (indirect && /[@*]/.test(reader.char()) && reader.char(reader.pos + 1) === '}') {
    return { operator: `!${reader.take(/[@*]/y)}`, operand: [] };
  }
  const transform = reader.take(TRANSFORM);
  if (transform !== '') return { operator: transform, operand: [] };
  if (reader.char() === ':' && !/[-=?+]/.test(reader.char(reader.pos + 1))) {
    reader.pos++;
    return { operator: ':', operand: readArithmetic(reader, '}') };
  }
  const operator = reader.take(OPERATOR);
  if (operator === '') reader.fail('${…} has an unknown operator');
  return { operator, operand: readOperand(reader, quoting, operator) };
}

function readOperand(reader: Reader, quoting: 'bare' | 'double', operator: string): Part[] {
  const start = reader.pos;
  const parts: Part[] = [];
  const isPattern = /^[#%/^,~]/.test(operator);
  const readTo = (ends: string): void => {
    while (!ends.includes(reader.char()))
      readInOperand(reader, parts, quoting, quoting === 'bare' || isPattern);
    if (reader.pos >= reader.end) reader.fail('${ is not closed', start);
  };
  reader.deeper(() => {
    reader.inOperand(isPattern ? 'pattern' : 'same', () => {
      readTo(operator.startsWith('/') ? '/}' : '}');
    });
    // What stands behind the slash is the replacement.
    if (reader.char() === '/')
      reader.inOperand('replacement', () => {
        readTo('}');
      });
  });
  return parts;
}

function readInOperand(
  reader: Reader,
  parts: Part[],
  quoting: 'bare' | 'double',
  singleQuotes: boolean,
): void {
  const char = reader.char();
  const bare = quoting === 'bare';
  if (char === '\\') readBackslash(reader, parts, quoting);
  else if (char === '"') readDouble(reader, parts);
  else if (char === '$') {
    if (!bare && reader.sees("$'")) reader.fail("$' stands in ${…} between double quotes");
    reader.collected.grammar.dollar(reader, quoting, parts);
  } else if (char === '`') readBackquotes(reader, parts, !bare);
  else if (char === "'" && singleQuotes) readSingle(reader, parts);
  else if (char === "'") readHiding(reader, parts);
  else if (bare && /^[<>]\(/.test(reader.char() + reader.char(reader.pos + 1)))
    reader.fail('a process substitution stands in ${…}');
  else {
    const value = reader.value(quoting, { joins: joinsOf(reader, parts) });
    parts.push(value ?? text(reader.take(/[^\\"'$`}<>/\uffff]+|[<>/\uffff]/y), !bare));
  }
}

/** Between double quotes, single quotes in a default are characters, but hide a closing brace from some versions of bash. */
function readHiding(reader: Reader, parts: Part[]): void {
  const start = reader.pos;
  parts.push(text("'", true));
  reader.pos++;
  while (reader.char() !== "'") {
    if (reader.ahead(/\$\{\w+\??\}/y) !== '') {
      readDollar(reader, 'double', parts);
      continue;
    }
    const value = reader.value('double');
    const plain = value ? '' : reader.take(/[^'"\\$`{}\uffff]+|\uffff/y);
    if (plain === '' && !value) reader.fail('a single quote stands in ${…} between double quotes', start);
    parts.push(value ?? text(plain, true));
  }
  parts.push(text("'", true));
  reader.pos++;
}
