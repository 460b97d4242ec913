/** Reads lists, pipelines and simple commands. */

import { readCompound } from './compound.js';
import { skipLines } from './lines.js';
import { text, type ListEnd, type Reader } from './reader.js';
import { readRedirect } from './redirects.js';
import { staticText, type Command, type List, type Pipeline, type Redirect, type Word } from '../syntax.js';
import { readWord, type WordMode } from './words.js';

/** Words that mean something where a command can begin. */
const RESERVED =
  /(?:if|then|elif|else|fi|do|done|while|until|for|select|case|esac|function|coproc|time|\{|\}|!|\[\[)(?![^ \t\n;&|()<>])/y;
/** They end a list of commands. */
const TERMINATORS = ['then', 'elif', 'else', 'fi', 'do', 'done', 'esac', '}'];
/** Bash reads their arguments as assignments. */
const DECLARES = ['declare', 'typeset', 'local', 'export', 'readonly', 'alias', 'eval', 'let'];

export function readList(reader: Reader, end: ListEnd): List {
  return reader.inside(() => readPipelines(reader, end));
}

function readPipelines(reader: Reader, end: ListEnd): List {
  const list: Pipeline[] = [];
  let before = '';
  let lost: number | null = null;
  for (;;) {
    skipLines(reader);
    if (ends(reader, end)) return list;
    if (lost !== null)
      reader.fail('bash 5.2 loses an operator behind a here-document in a substitution', lost);
    const documents = reader.rewritten?.documents ?? 0;
    const commands = readPipeline(reader);
    reader.skipBlanks();
    const at = reader.pos;
    const operator = reader.take(/&&|\|\||;(?![;&])|&(?!>)/y);
    // One that ends its list divides nothing.
    lost = reader.rewritten?.loses(operator, documents) ? at : null;
    const conditional = commands.length > 1 || operator === '&' || before === '&&' || before === '||';
    list.push({ commands, conditional });
    before = operator;
  }
}

/** Whether the list ends here. What ends another list fails. */
function ends(reader: Reader, end: ListEnd): boolean {
  const char = reader.char();
  if (char === '' && !end.parenthesis && !end.words && !end.branch) return true;
  if (char === ')' && end.parenthesis) return true;
  if (end.branch && /^;[;&]/.test(char + reader.char(reader.pos + 1))) return true;
  const word = reader.ahead(RESERVED);
  if (TERMINATORS.includes(word)) {
    if (end.words?.includes(word)) return true;
    reader.fail(`${word} stands where a command begins`);
  }
  if (char === '') reader.fail('the script ends inside a command');
  return false;
}

function readPipeline(reader: Reader): Command[] {
  const commands: Command[] = [];
  let pipe: string;
  do {
    skipLines(reader);
    const command = readCommand(reader);
    reader.skipBlanks();
    pipe = reader.take(/\|&|\|(?!\|)/y);
    commands.push(pipe === '|&' ? withErrors(reader, command) : command);
  } while (pipe !== '');
  return commands;
}

/** `a |& b` is `a 2>&1 | b`. */
function withErrors(reader: Reader, command: Command): Command {
  if (command.kind === 'function' || command.kind === 'coprocess')
    return reader.fail('|& stands behind a function or a coprocess');
  const parts = [text('1', false)];
  const target = { parts, assignment: null, quoted: false, continued: false, source: '1' };
  const redirect = { operator: '>&', descriptor: '2', at: -1, target, document: null };
  return { ...command, redirects: [...command.redirects, redirect] };
}

export function readCommand(reader: Reader): Command {
  return reader.deeper(() => {
    skipPrefixes(reader);
    const reserved = reader.ahead(RESERVED);
    if (reader.char() === '(' || (reserved !== '' && reserved !== '}')) return readCompound(reader, reserved);
    return readSimple(reader);
  });
}

/** `!` and `time`, which change nothing of what follows. */
function skipPrefixes(reader: Reader): void {
  for (;;) {
    const word = reader.ahead(RESERVED);
    if (word !== '!' && word !== 'time') return;
    reader.pos += word.length;
    if (word === '!' && reader.char() === '(') reader.fail('!( is a pattern with extglob');
    reader.skipBlanks();
    if (word !== 'time') continue;
    if (reader.take(/-p(?![^ \t\n;&|()<>])/y) !== '') reader.skipBlanks();
    if (reader.take(/--(?![^ \t\n;&|()<>])/y) !== '') reader.skipBlanks();
  }
}

function readSimple(reader: Reader): Command {
  const start = reader.pos;
  const assignments: Word[] = [];
  const words: Word[] = [];
  const redirects: Redirect[] = [];
  for (;;) {
    reader.skipBlanks();
    if (reader.char() === '#') break;
    const redirect = readRedirect(reader);
    if (redirect) {
      redirects.push(redirect);
      continue;
    }
    if (reader.char() === '(') {
      if (words.length !== 1 || assignments.length > 0 || redirects.length > 0)
        reader.fail('a parenthesis stands behind a word');
      return readFunction(reader, words[0], start);
    }
    const at = reader.pos;
    const word = readWord(reader, modeOf(words));
    if (!word) break;
    // Bash might see a keyword, or an assignment, where we see a word in two lines.
    if (word.continued && words.length === 0)
      reader.fail('a line continues in the first word of a command', at);
    if (/[<>]/.test(reader.char())) checkDescriptor(reader, word, at);
    if (words.length === 0 && word.assignment) assignments.push(word);
    else words.push(word);
  }
  if (assignments.length + words.length + redirects.length === 0)
    reader.fail(`${reader.char() || 'the end'} stands where a command begins`, start);
  return { kind: 'simple', assignments, words, redirects };
}

/** What we took for the word before a redirection must not be the place where bash keeps its descriptor. */
function checkDescriptor(reader: Reader, word: Word, at: number): void {
  if (word.continued) reader.fail('a line continues in a word before a redirection', at);
  if (/^\{[^]*\]\}$/.test(word.source)) reader.fail('an element of an array keeps a descriptor', at);
}

function modeOf([first]: readonly Word[]): WordMode {
  if (!first) return 'command';
  // Behind a quoted name bash splits the words of an assignment, as it does behind any command.
  if (first.quoted) return 'argument';
  return DECLARES.includes(staticText(first.parts) ?? '') ? 'declaration' : 'argument';
}

/** `name()`, from the parenthesis. */
function readFunction(reader: Reader, word: Word | undefined, start: number): Command {
  const name = word && !word.quoted ? staticText(word.parts) : null;
  if (name === null) reader.fail('the name of a function is no plain word', start);
  reader.pos++;
  reader.skipBlanks();
  reader.expect(')');
  skipLines(reader);
  return { kind: 'function', name, body: readCommand(reader) };
}
