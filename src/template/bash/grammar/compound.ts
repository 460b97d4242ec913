/** Reads compound commands: groups, branches, loops, `case`, `[[ ]]`, arithmetic, functions and coprocesses. */

import { expectArithmetic, readArithmetic } from './arithmetic.js';
import { readConditions } from './conditions.js';
import { skipLines } from './lines.js';
import type { Reader } from './reader.js';
import { readRedirects } from './redirects.js';
import type { CaseCommand, Command, GroupCommand, List, Part, Word } from '../syntax.js';
import { readWord } from './words.js';

const BEGINS_COMPOUND = /(?:if|while|until|for|select|case|\{|\[\[)(?![^ \t\n;&|()<>])|\(/y;
const NAME = /[A-Za-z_][A-Za-z0-9_]*(?![^ \t\n;&|()<>])/y;

/** `reserved`: the word that begins it; empty where a parenthesis does. */
export function readCompound(reader: Reader, reserved: string): Command {
  if (reserved === '') return readParenthesis(reader);
  reader.pos += reserved.length;
  switch (reserved) {
    case 'if':
      return group(reader, 'if', readBranches(reader));
    case 'while':
    case 'until': {
      const condition = readUntil(reader, 'do');
      return group(reader, reserved, [condition, readUntil(reader, 'done')]);
    }
    case '{':
      return group(reader, '{', [readUntil(reader, '}')]);
    case 'for':
      return readFor(reader);
    case 'select':
      return readNames(reader);
    case 'case':
      return readCase(reader);
    case '[[': {
      const tests = readConditions(reader);
      return { kind: 'condition', tests, redirects: readRedirects(reader) };
    }
    case 'function':
      return readFunction(reader);
    case 'coproc':
      return readCoprocess(reader);
    default:
      return reader.fail(`${reserved} stands where a command begins`);
  }
}

function group(reader: Reader, style: string, bodies: readonly List[]): GroupCommand {
  return { kind: 'group', style, bodies, redirects: readRedirects(reader) };
}

/** Reads commands to behind the word that ends them. */
function readUntil(reader: Reader, word: string): List {
  const list = reader.collected.grammar.list(reader, { words: [word] });
  reader.pos += word.length;
  return list;
}

function readBranches(reader: Reader): List[] {
  const lists = [readUntil(reader, 'then')];
  for (;;) {
    lists.push(reader.collected.grammar.list(reader, { words: ['elif', 'else', 'fi'] }));
    const word = reader.take(/elif|else|fi/y);
    if (word === 'fi') return lists;
    lists.push(readUntil(reader, word === 'elif' ? 'then' : 'fi'));
    if (word === 'else') return lists;
  }
}

function readParenthesis(reader: Reader): Command {
  if (reader.sees('((')) {
    expectArithmetic(reader, reader.pos + 2);
    return readDoubleParenthesis(reader);
  }
  reader.pos++;
  const body = reader.collected.grammar.list(reader, { parenthesis: true });
  reader.expect(')');
  return group(reader, '(', [body]);
}

function readDoubleParenthesis(reader: Reader): Command {
  reader.pos += 2;
  const expressions = [readArithmetic(reader, ')')];
  reader.expect('))');
  return { kind: 'arithmetic', expressions, body: null, redirects: readRedirects(reader) };
}

function readFor(reader: Reader): Command {
  reader.skipBlanks();
  if (!reader.sees('((')) return readNames(reader);
  reader.pos += 2;
  const expressions: Part[][] = [];
  for (const closer of [';', ';', ')']) {
    expressions.push(readArithmetic(reader, closer));
    reader.expect(closer);
  }
  reader.expect(')');
  reader.skipBlanks();
  reader.take(/;/y);
  const body = readBody(reader);
  return { kind: 'arithmetic', expressions, body, redirects: readRedirects(reader) };
}

/** `for` and `select`, from the name. */
function readNames(reader: Reader): Command {
  reader.skipBlanks();
  const name = reader.take(NAME);
  if (name === '') reader.fail('the variable of a loop is no plain name');
  skipLines(reader);
  const words = reader.take(/in(?![^ \t\n;&|()<>])/y) === '' ? null : readWords(reader);
  reader.skipBlanks();
  reader.take(/;/y);
  const body = readBody(reader);
  return { kind: 'loop', name, words, body, redirects: readRedirects(reader) };
}

function readWords(reader: Reader): Word[] {
  const words: Word[] = [];
  for (;;) {
    reader.skipBlanks();
    if (reader.char() === '#') return words;
    const word = readWord(reader, 'argument');
    if (!word) return words;
    words.push(word);
  }
}

/** `do … done` or `{ … }`. */
function readBody(reader: Reader): List {
  skipLines(reader);
  const begin = reader.take(/(?:do|\{)(?![^ \t\n;&|()<>])/y);
  if (begin === '') reader.fail('a loop lacks do');
  return readUntil(reader, begin === 'do' ? 'done' : '}');
}

function readCase(reader: Reader): CaseCommand {
  reader.skipBlanks();
  const subject = readWord(reader, 'argument');
  if (!subject) return reader.fail('case lacks a word');
  skipLines(reader);
  if (reader.take(/in(?![^ \t\n;&|()<>])/y) === '') reader.fail('case lacks in');
  const items: { patterns: Word[]; body: List }[] = [];
  for (;;) {
    skipLines(reader);
    if (reader.take(/esac(?![^ \t\n;&|()<>])/y) !== '') break;
    const patterns = readPatterns(reader);
    const body = reader.collected.grammar.list(reader, { words: ['esac'], branch: true });
    items.push({ patterns, body });
    reader.take(/;;&|;;|;&/y);
  }
  return { kind: 'case', subject, items, redirects: readRedirects(reader) };
}

function readPatterns(reader: Reader): Word[] {
  const patterns: Word[] = [];
  reader.take(/\(/y);
  do {
    reader.skipBlanks();
    const pattern = readWord(reader, 'argument');
    if (!pattern) return reader.fail('a branch of case lacks a pattern');
    patterns.push(pattern);
    reader.skipBlanks();
  } while (reader.take(/\|/y) !== '');
  reader.expect(')');
  return patterns;
}

function readFunction(reader: Reader): Command {
  reader.skipBlanks();
  const word = readWord(reader, 'argument');
  const name =
    word && !word.quoted && !word.continued && word.parts.every(({ kind }) => kind === 'text')
      ? word.source
      : '';
  if (name === '') reader.fail('the name of a function is no plain word');
  reader.skipBlanks();
  if (reader.take(/\(/y) !== '') {
    reader.skipBlanks();
    reader.expect(')');
  }
  skipLines(reader);
  return { kind: 'function', name, body: reader.collected.grammar.command(reader) };
}

/** A name stands before a compound command only. */
function readCoprocess(reader: Reader): Command {
  reader.skipBlanks();
  const start = reader.pos;
  let name = reader.ahead(BEGINS_COMPOUND) === '' ? reader.take(NAME) : '';
  if (name !== '') {
    reader.skipBlanks();
    if (reader.ahead(BEGINS_COMPOUND) === '') {
      name = '';
      reader.pos = start;
    }
  }
  const body = reader.inside(() => reader.collected.grammar.command(reader));
  return { kind: 'coprocess', name: name || 'COPROC', body };
}
