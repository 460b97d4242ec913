/** Reads the inside of `[[ ]]`. */

import { skipLines } from './lines.js';
import type { Reader } from './reader.js';
import { staticText, type Test, type Word } from '../syntax.js';
import { readWord } from './words.js';

const UNARY = /^-[abcdefghknoprstuvwxzGLNORS]$/;
const BINARY = /^(?:=|==|!=|=~|-(?:eq|ne|lt|le|gt|ge|nt|ot|ef))$/;

/** From behind `[[` to behind `]]`. */
export function readConditions(reader: Reader): Test[] {
  const tests: Test[] = [];
  readAlternatives(reader, tests);
  skipLines(reader);
  reader.expect(']]');
  return tests;
}

function readAlternatives(reader: Reader, tests: Test[]): void {
  do readOne(reader, tests);
  while (operator(reader, /&&|\|\|/y) !== '');
}

function readOne(reader: Reader, tests: Test[]): void {
  while (operator(reader, /!(?=[ \t\n(])/y) !== '');
  if (operator(reader, /\(/y) === '') {
    tests.push(readTest(reader));
    return;
  }
  reader.deeper(() => {
    readAlternatives(reader, tests);
  });
  if (operator(reader, /\)/y) === '') reader.fail('a parenthesis of [[ ]] is not closed');
}

function readTest(reader: Reader): Test {
  const first = operand(reader, 'condition');
  const name = plain(first);
  if (UNARY.test(name)) return { operator: name, operands: [operand(reader, 'condition')] };
  const comparison = operator(reader, /[<>]/y);
  if (comparison !== '') return { operator: comparison, operands: [first, operand(reader, 'condition')] };
  const start = reader.pos;
  const second = readWord(reader, 'condition');
  if (second === null || plain(second) === ']]') {
    reader.pos = start;
    return { operator: '', operands: [first] };
  }
  const binary = plain(second);
  if (!BINARY.test(binary)) reader.fail('[[ ]] has an unknown operator', start);
  return { operator: binary, operands: [first, operand(reader, binary === '=~' ? 'regex' : 'condition')] };
}

function operand(reader: Reader, mode: 'condition' | 'regex'): Word {
  skipLines(reader);
  const word = readWord(reader, mode);
  if (!word || plain(word) === ']]') return reader.fail('[[ ]] lacks an operand');
  if (word.continued) reader.fail('a line continues in a word of [[ ]]');
  return word;
}

/** The text of a word that may be an operator. */
function plain(word: Word): string {
  return word.quoted ? '' : (staticText(word.parts) ?? '');
}

function operator(reader: Reader, pattern: RegExp): string {
  skipLines(reader);
  return reader.take(pattern);
}
