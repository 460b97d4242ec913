/** Where in a script a value stands, which decides how it can be written there without becoming code. */

/** Stands for a value while the script around it is read. Told from the same character in a script by its place. */
export const MARK = '\uffff';

/** `literal` is the body of a here-document with a quoted delimiter. */
export type Quoting = 'bare' | 'single' | 'ansi' | 'double' | 'literal';

/** What bash will make of the value there, besides text: in all but `text` it looks for code inside it. */
export type Role = 'text' | 'number' | 'subscript' | 'name' | 'delimiter';

export interface Site {
  /** Of the value, in order of the script. */
  readonly index: number;
  readonly quoting: Quoting;
  /** Known late for `[[ value -eq 1 ]]`, whose operator comes after it. */
  role: Role;
  /** The character right before it that would take its first one for its own; `span` is where that stands. */
  readonly before: '' | '\\' | '$';
  readonly span: readonly [start: number, end: number];
  readonly level: number;
  /** A `#` follows, which would start a comment were the value empty. */
  readonly beforeHash: boolean;
  /** The words of the command before the one it stands in, and what that one begins with. */
  readonly words: readonly string[];
  readonly wordCount: number;
  readonly wordText: string;
  readonly inHereDocument: boolean;
}

export interface HereDocument {
  readonly delimiter: string;
  readonly literal: boolean;
  readonly stripsTabs: boolean;
  readonly words: readonly string[];
  /** Positions in the view that it was read in. */
  readonly span: readonly [start: number, end: number];
  body: readonly [start: number, end: number];
  terminator: readonly [start: number, end: number];
}
