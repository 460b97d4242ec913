/** A position in a script, moved along by the functions that read its grammar. */

import {
  staticText,
  type Command,
  type HereDocument,
  type List,
  type Part,
  type Quoting,
  type Site,
  type ValuePart,
} from '../syntax.js';
import { MARK, type View } from '../view.js';
import { Rewritten } from './rewritten.js';

/** Quotes, substitutions and brackets inside each other. */
export const MAX_DEPTH = 100;

/** The script, or a part of it, is not read for certain as bash reads it, so that no value can stand in it. */
export class NotUnderstood extends Error {
  override readonly name = 'NotUnderstood';

  /** `at`: position in the script. */
  constructor(
    readonly at: number,
    message: string,
  ) {
    super(message);
  }
}

/** What ends a list of commands: a parenthesis, reserved words, the `;;` of a case, or the end of the text. */
export interface ListEnd {
  readonly parenthesis?: boolean;
  readonly words?: readonly string[];
  readonly branch?: boolean;
}

/** Shared by all readers of one script. */
export interface Collected {
  /** Number of the value by its position in the script. */
  readonly values: ReadonlyMap<number, number>;
  /** Code inside a script, in which values stand as they are, and it is not looked at again with them. */
  readonly isCode: boolean;
  readonly comments: Site[];
  readonly documents: HereDocument[];
  readonly grammar: Grammar;
}

/** Rules that contain each other, so that their modules do not have to import each other. */
export interface Grammar {
  readonly list: (reader: Reader, end: ListEnd) => List;
  readonly command: (reader: Reader) => Command;
  /** Reads what begins with a dollar sign. */
  readonly dollar: (reader: Reader, quoting: 'bare' | 'double', parts: Part[]) => void;
}

/** What stands before a value. */
interface Neighbors extends Pick<Site, 'joins' | 'isBraced'> {
  readonly backslash: boolean;
}

export class Reader {
  pos = 0;
  /** The text up to the end, beyond which a pattern must not search. */
  private visible: string;
  /** Here-documents whose bodies begin behind the next line end. */
  pending: HereDocument[] = [];
  /** The text of `${…}` that is read now, outside of quotes. */
  private operand: Site['operand'] = null;
  /** A newline would have to begin a here-document of the command around this substitution. */
  private owesDocuments = false;
  /** The substitution that is read now; null: none, or backquotes, which bash keeps as they are. */
  rewritten: Rewritten | null = null;

  constructor(
    readonly view: View,
    readonly collected: Collected,
    private depth = 0,
  ) {
    this.visible = view.text;
  }

  get end(): number {
    return this.visible.length;
  }

  /** Reads no further than to there, or further again. */
  set end(end: number) {
    this.visible = this.view.text.slice(0, end);
  }

  fail(message: string, at = this.pos): never {
    throw new NotUnderstood(this.view.root(Math.min(at, this.end)), message);
  }

  /** The character at a position, or the empty text behind the end. */
  char(at = this.pos): string {
    return this.visible[at] ?? '';
  }

  sees(text: string, at = this.pos): boolean {
    return this.visible.startsWith(text, at);
  }

  /** What a sticky pattern matches here, as far as the text goes; empty: nothing. */
  ahead(pattern: RegExp): string {
    pattern.lastIndex = this.pos;
    return pattern.exec(this.visible)?.[0] ?? '';
  }

  /** As `ahead`, and moves behind it. */
  take(pattern: RegExp): string {
    const found = this.ahead(pattern);
    this.pos += found.length;
    return found;
  }

  /** Moves behind the text, which has to stand here. */
  expect(text: string): void {
    if (!this.sees(text)) this.fail(`expected ${text}`);
    this.pos += text.length;
  }

  isValue(at = this.pos): boolean {
    return this.char(at) === MARK && this.collected.values.has(this.view.root(at));
  }

  /** Reads the value here; null where none stands. */
  value(
    quoting: Quoting,
    { backslash = false, joins = null, isBraced = false }: Partial<Neighbors> = {},
  ): ValuePart | null {
    const root = this.view.root(this.pos);
    const index = this.char() === MARK ? this.collected.values.get(root) : undefined;
    if (index === undefined) return null;
    const before = backslash ? this.view.root(this.pos - 1) : null;
    this.pos++;
    const { level } = this.view;
    const operand = quoting === 'bare' || quoting === 'double' ? this.operand : null;
    if (this.collected.isCode && (joins !== null || operand !== null || isBraced))
      this.fail('bash may read a value in code together with what stands beside it');
    const site = {
      index,
      at: root,
      quoting,
      level,
      backslash: before,
      joins,
      operand,
      isBraced,
    };
    return { kind: 'value', site, quoted: quoting !== 'bare' };
  }

  /** Blanks and continued lines. */
  skipBlanks(): void {
    const before = this.pos > 0 ? this.char(this.pos - 1) : '';
    const blanks = this.take(/(?:[ \t]|\\\n)+/y);
    // Bash joins lines before it looks for operators, such as `((` and `<<-`.
    if (/^(?:\\\n)+$/.test(blanks) && /[(<>&|;]/.test(before) && /[-(<>&|;]/.test(this.char()))
      this.fail('a line continues in an operator');
  }

  comment(): void {
    while (this.pos < this.end && this.char() !== '\n') {
      const value = this.value('double');
      if (value) this.collected.comments.push(value.site);
      else this.take(/[^\n\uffff]+|\uffff/y);
    }
  }

  /** To be called at a newline that ends a line of commands. */
  newline(readDocument: (document: HereDocument) => void): void {
    this.pos++;
    if (this.owesDocuments) this.fail('a here-document and a substitution of several lines share a line');
    const documents = this.pending;
    this.pending = [];
    for (const document of documents) readDocument(document);
  }

  deeper<T>(read: () => T): T {
    if (++this.depth > MAX_DEPTH) this.fail(`quotes and brackets are nested more than ${MAX_DEPTH} deep`);
    const result = read();
    this.depth--;
    return result;
  }

  /** Reads a list of commands or a coprocess, perhaps of a substitution. */
  inside<T>(read: () => T): T {
    return this.rewritten ? this.rewritten.inside(read) : read();
  }

  /** Reads a text of `${…}`, or what stands in none. */
  inOperand<T>(operand: Site['operand'] | 'same', read: () => T): T {
    const { operand: outer } = this;
    if (operand !== 'same') this.operand = operand;
    const result = read();
    this.operand = outer;
    return result;
  }

  /** Reads commands inside a word. Here-documents that begin there end there. */
  substitution(end: ListEnd): List {
    return this.deeper(() => {
      const { pending, owesDocuments, rewritten } = this;
      this.pending = [];
      this.rewritten = new Rewritten();
      this.owesDocuments = owesDocuments || pending.length > 0;
      const body = this.inOperand(null, () => this.collected.grammar.list(this, end));
      if (this.pending.length > 0) this.fail('a here-document begins on the line that ends its substitution');
      this.pending = pending;
      this.owesDocuments = owesDocuments;
      this.rewritten = rewritten;
      return body;
    });
  }

  /** Reads commands of another view, such as the inside of backquotes. */
  other(view: View): List {
    return this.deeper(() => {
      const reader = new Reader(view, this.collected, this.depth);
      const body = this.collected.grammar.list(reader, {});
      if (reader.pending.length > 0) reader.fail('a here-document has no body');
      return body;
    });
  }
}

/** What a value behind these parts would be a part of. */
export function joinsOf(reader: Reader, parts: readonly Part[]): Site['joins'] {
  const last = parts.at(-1);
  if (last?.kind !== 'parameter' || reader.char(reader.pos - 1) === '}') return null;
  return /^[A-Za-z_]/.test(staticText(last.name) ?? '_') ? 'name' : null;
}

export function text(value: string, quoted: boolean): Part {
  return { kind: 'text', text: value, quoted };
}
