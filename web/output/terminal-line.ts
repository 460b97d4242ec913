/**
 * What a terminal of unlimited width shows of a line: carriage returns, backspaces, tabs, and sequences that move along
 * the line or erase in it are carried out. What is left is text and colours.
 */
import { markOutput } from '../../src/client/unseen.js';
import { columnsOf } from '../../src/client/width.js';
import { PLAIN, sequenceOf, type Style, styleAfter } from './ansi.js';

/** A return at the end of a line leads nowhere. */
// eslint-disable-next-line no-control-regex
const MOVES = /\r(?![\r\n]|$)|\x08|\x1b\[\??[\d;]*[GKXPCDa`@]/;

/** Whether more is to be done than to leave out what is no text. */
export const movesInLine = (text: string): boolean => MOVES.test(text);

/** A sequence (its parameters and its letter), another one of those that are left out, or a character. */
const TOKENS =
  // eslint-disable-next-line no-control-regex
  /\x1b\[([\x20-\x3f]*)([\x40-\x7e])|\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b[\x20-\x2f]*[\x30-\x7e]|[^]/gu;
// eslint-disable-next-line no-control-regex
const LEFT_OUT = /^[\x00-\x07\x0a-\x0c\x0e-\x1f\x7f]/;
/** Joined to the character before: accents, joiners and selectors. */
const ADDED = /^(?:\p{M}|\u200d)/u;

/** A sequence leads no further: it is a few bytes, and what it leads over takes room. */
const FURTHEST_COLUMN = 10_000;
const TAB = 8;
/** Behind a character that takes two columns. */
const COVERED = '';

/** The same line as text and colours alone; it begins, and what follows it goes on, as they would have. */
export const settled = (line: string, style: Style): string => new TerminalLine(line, style).text();

/** The same for a line that goes on: what comes behind it is printed where the terminal would print it. */
export const settledSoFar = (line: string, style: Style): string => new TerminalLine(line, style).textSoFar();

class TerminalLine {
  readonly #texts: string[] = [];
  readonly #styles: Style[] = [];
  readonly #first: Style;
  #style: Style;
  #column = 0;

  constructor(line: string, style: Style) {
    this.#first = this.#style = style;
    for (const [token, parameters, letter] of markOutput(line).matchAll(TOKENS)) {
      if (letter !== undefined) this.#sequence(parameters ?? '', letter);
      else if (token.length === 1 || token.charCodeAt(0) !== 0x1b) this.#character(token);
    }
  }

  text(): string {
    let text = '';
    let last = sequenceOf(this.#first);
    const change = (style: Style) => {
      const next = sequenceOf(style);
      if (next !== last) text += next;
      last = next;
    };
    this.#texts.forEach((character, column) => {
      if (character === COVERED) return;
      change(this.#styles[column] ?? PLAIN);
      text += character;
    });
    change(this.#style);
    return text;
  }

  textSoFar(): string {
    const isAtEnd = this.#column === this.#texts.length;
    return isAtEnd ? this.text() : `${this.text()}\x1b[${this.#column + 1}G`;
  }

  #character(character: string): void {
    if (character === '\r') this.#column = 0;
    else if (character === '\b') this.#column = Math.max(0, this.#column - 1);
    else if (character === '\t') this.#move(this.#column + TAB - (this.#column % TAB));
    else if (!LEFT_OUT.test(character)) this.#print(character);
  }

  #print(character: string): void {
    if (ADDED.test(character) && this.#column > 0) {
      const at = this.#texts[this.#column - 1] === COVERED ? this.#column - 2 : this.#column - 1;
      if (this.#texts[at] !== undefined) this.#texts[at] += character;
      return;
    }
    const columns = columnsOf(character);
    this.#fill(this.#column);
    this.#uncover(this.#column);
    this.#uncover(this.#column + columns);
    this.#put(this.#column, character);
    if (columns === 2) this.#put(this.#column + 1, COVERED);
    this.#column += columns;
  }

  #sequence(parameters: string, letter: string): void {
    if (letter === 'm') {
      if (/^[\d;:]*$/.test(parameters)) this.#style = styleAfter(parameters, this.#style);
      return;
    }
    const [, number = ''] = /^\??(\d{0,9})(?:;[\d;]*)?$/.exec(parameters) ?? [undefined, 'none'];
    if (number === 'none') return;
    const count = Math.max(1, Number(number));
    if (letter === 'G' || letter === '`') this.#move(count - 1);
    else if (letter === 'C' || letter === 'a') this.#move(this.#column + count);
    else if (letter === 'D') this.#move(this.#column - count);
    else if (letter === 'K') this.#erase(Number(number));
    else if (letter === 'X') this.#blank(this.#column, this.#column + count);
    else if (letter === 'P') this.#remove(count);
    else if (letter === '@') this.#insert(count);
  }

  #move(column: number): void {
    const furthest = Math.max(FURTHEST_COLUMN, this.#column);
    this.#column = Math.min(Math.max(0, column), furthest);
  }

  /** 0: from here on, 1: up to here, 2: all. */
  #erase(which: number): void {
    if (which === 0) this.#cut(this.#column);
    else if (which === 1) this.#blank(0, this.#column + 1);
    else if (which === 2) this.#cut(0);
  }

  #blank(from: number, to: number): void {
    const end = Math.min(to, this.#texts.length);
    if (from >= end) return;
    this.#uncover(from);
    this.#uncover(end);
    for (let column = from; column < end; column += 1) this.#put(column, ' ', PLAIN);
  }

  #remove(count: number): void {
    this.#uncover(this.#column);
    this.#uncover(this.#column + count);
    this.#texts.splice(this.#column, count);
    this.#styles.splice(this.#column, count);
  }

  #insert(count: number): void {
    if (this.#column >= this.#texts.length) return;
    this.#uncover(this.#column);
    const columns = Math.min(count, FURTHEST_COLUMN);
    this.#texts.splice(this.#column, 0, ...Array<string>(columns).fill(' '));
    this.#styles.splice(this.#column, 0, ...Array<Style>(columns).fill(PLAIN));
  }

  #cut(column: number): void {
    this.#uncover(column);
    this.#texts.length = Math.min(this.#texts.length, column);
    this.#styles.length = this.#texts.length;
  }

  #fill(column: number): void {
    for (let at = this.#texts.length; at < column; at += 1) this.#put(at, ' ', PLAIN);
  }

  /** Of a character that takes two columns, nothing is left when one of them is taken. */
  #uncover(column: number): void {
    if (this.#texts[column] !== COVERED) return;
    this.#put(column - 1, ' ', this.#styles[column - 1]);
    this.#put(column, ' ', this.#styles[column]);
  }

  #put(column: number, text: string, style = this.#style): void {
    this.#texts[column] = text;
    this.#styles[column] = style;
  }
}
