/** Reads words: assignments, arrays, patterns and process substitutions included. */

import { readSubscript } from './arithmetic.js';
import { readBackquotes, readBackslash, readDouble, readSingle } from './quotes.js';
import { joinsOf, text, type Reader } from './reader.js';
import type { Assignment, Element, Part, Word } from '../syntax.js';

/**
 * What a word may be where it stands: `command` may be an assignment, `declaration` an argument that may be one,
 * `condition` a word of `[[ ]]`, `regex` one behind `=~`.
 */
export type WordMode = 'command' | 'argument' | 'declaration' | 'element' | 'condition' | 'regex';

const PLAIN = /[^ \t\n'"$`\\<>()|;&[\uffff]+/y;
const END = /[ \t\n|&;()<>]/;
const EMPTY_PATTERN = /\((?:[ \t]|\\\n)*\)/y;

interface Draft {
  readonly mode: WordMode;
  parts: Part[];
  assignment: Assignment | null;
  quoted: boolean;
  continued: boolean;
  /** It has an unquoted `{`. */
  isBraced: boolean;
}

/** Reads the word here; null where none begins. */
export function readWord(reader: Reader, mode: WordMode): Word | null {
  const start = reader.pos;
  const draft: Draft = {
    mode,
    parts: [],
    assignment: null,
    quoted: false,
    continued: false,
    isBraced: false,
  };
  if (mode === 'command' || mode === 'declaration') readAssignment(reader, draft);
  while (reader.pos < reader.end && readStep(reader, draft));
  if (reader.pos === start) return null;
  const source = reader.view.text.slice(start, reader.pos);
  if (reader.pending.length > 0 && source.includes('\n'))
    reader.fail('a here-document and a word of several lines share a line', start);
  const { parts, assignment, quoted, continued } = draft;
  return { parts, assignment, quoted, continued, source };
}

/** Reads one step; false at the end of the word. */
function readStep(reader: Reader, draft: Draft): boolean {
  const { parts } = draft;
  const value = reader.value('bare', { joins: joinsOf(reader, parts), isBraced: draft.isBraced });
  const plain = value ? '' : reader.take(PLAIN);
  draft.isBraced ||= plain.includes('{');
  if (value || plain !== '') {
    parts.push(value ?? text(plain, false));
    return true;
  }
  const char = reader.char();
  switch (char) {
    case "'":
      readSingle(reader, parts);
      break;
    case '"':
      readDouble(reader, parts);
      break;
    case '\\':
      if (readBackslash(reader, parts, 'bare')) {
        draft.continued = true;
        return true;
      }
      break;
    case '$':
      // `$'…'` and `$"…"` quote; the rest leaves a keyword no keyword, which a part that is no text tells.
      reader.collected.grammar.dollar(reader, 'bare', parts);
      break;
    case '`':
      readBackquotes(reader, parts, false);
      break;
    case '(':
      return readParenthesis(reader, draft);
    case '<':
    case '>':
      return readProcessSubstitution(reader, draft);
    case '|':
      if (draft.mode !== 'regex') return false;
      parts.push(text(char, false));
      reader.pos++;
      return true;
    default:
      if (END.test(char)) return false;
      parts.push(text(char, false));
      reader.pos++;
      return true;
  }
  draft.quoted = true;
  return true;
}

function readProcessSubstitution(reader: Reader, { parts }: Draft): boolean {
  if (reader.char(reader.pos + 1) !== '(') return false;
  const style = reader.char() === '<' ? '<(' : '>(';
  reader.pos += 2;
  const body = reader.substitution({ parenthesis: true });
  reader.expect(')');
  parts.push({ kind: 'substitution', style, body, quoted: false });
  return true;
}

/** `name=(` begins an array, `@(` and the like a pattern; elsewhere a parenthesis ends the word. */
function readParenthesis(reader: Reader, draft: Draft): boolean {
  if (draft.mode === 'regex') {
    readGroup(reader, draft);
    return true;
  }
  const last = draft.parts.at(-1);
  const isPattern = last?.kind === 'text' && !last.quoted && /[?*+@!]$/.test(last.text);
  if (!isPattern) {
    if (last?.kind === 'value') reader.fail('a parenthesis follows a value');
    return false;
  }
  if (draft.mode === 'condition') {
    readGroup(reader, draft);
    return true;
  }
  if (draft.mode === 'command' && !draft.assignment) reader.fail('a pattern is the name of a command');
  // Without extglob bash takes no other parenthesis behind a word, and runs nothing of the line.
  if (reader.ahead(EMPTY_PATTERN) !== '') reader.fail('an empty pattern may be the sign of a function');
  readGroup(reader, draft);
  return true;
}

/** A parenthesis in a pattern or a regular expression of `[[ ]]`, in which blanks may stand. */
function readGroup(reader: Reader, draft: Draft): void {
  draft.parts.push(text('(', false));
  reader.pos++;
  reader.deeper(() => {
    while (reader.char() !== ')') {
      if (reader.pos >= reader.end) reader.fail('a parenthesis is not closed');
      if (/[ \t|]/.test(reader.char())) {
        draft.parts.push(text(reader.char(), false));
        reader.pos++;
      } else if (reader.char() === '(') readGroup(reader, draft);
      else if (/[\n;&<>]/.test(reader.char()) || !readStep(reader, draft))
        reader.fail(`${reader.char()} stands in a pattern`);
    }
  });
  draft.parts.push(text(')', false));
  reader.pos++;
}

/** Reads the name, the subscript and the sign of an assignment; what turns out to be none stays as parts of the word. */
function readAssignment(reader: Reader, draft: Draft): void {
  const name: Part[] = [];
  for (;;) {
    const value = reader.value('bare');
    const plain = value ? '' : reader.take(name.length === 0 ? /[A-Za-z_][A-Za-z0-9_]*/y : /[A-Za-z0-9_]+/y);
    if (!value && plain === '') break;
    name.push(value ?? text(plain, false));
  }
  draft.parts.push(...name);
  if (name.length === 0) return;
  const start = reader.pos;
  const subscript = reader.char() === '[' ? readSubscript(reader) : null;
  // Only where a command begins bash reads on to the bracket that closes a subscript.
  if (draft.mode === 'declaration' && subscript?.some(endsWord))
    reader.fail('a blank or an operator stands in the subscript of a declaration', start);
  const sign = reader.take(/\+?=/y);
  if (sign === '') {
    if (subscript) draft.parts.push(text('[', false), ...subscript, text(']', false));
    return;
  }
  draft.parts = [];
  const elements = reader.char() === '(' ? readElements(reader) : null;
  draft.assignment = { name, subscript, append: sign === '+=', elements };
  if (elements && !END.test(reader.char()) && reader.char() !== '') reader.fail('text follows an array');
}

const endsWord = (part: Part): boolean => part.kind === 'text' && !part.quoted && END.test(part.text);

function readElements(reader: Reader): Element[] {
  const start = reader.pos++;
  const elements: Element[] = [];
  reader.deeper(() => {
    for (;;) {
      reader.skipBlanks();
      const char = reader.char();
      if (char === ')') return;
      if (char === '') reader.fail('an array is not closed', start);
      if (char === '\n') reader.pos++;
      else if (char === '#') reader.comment();
      else elements.push(readElement(reader));
    }
  });
  reader.pos++;
  return elements;
}

function readElement(reader: Reader): Element {
  const start = reader.pos;
  let subscript: Part[] | null = null;
  if (reader.char() === '[') {
    subscript = readSubscript(reader);
    if (reader.take(/\+?=/y) === '') reader.fail('an element begins with a bracket', start);
  }
  const word = readWord(reader, 'element');
  if (!word && !subscript) reader.fail(`${reader.char()} stands in an array`);
  return {
    subscript,
    word: word ?? { parts: [], assignment: null, quoted: false, continued: false, source: '' },
  };
}
