/**
 * The syntax tree of a bash script, as far as it decides what a value means. Quotes are resolved into flags, and the
 * operators between pipelines are dropped: they do not change what a value is.
 */

import type { View } from './view.js';

/** `document` is the body of a here-document whose delimiter is quoted. */
export type Quoting = 'bare' | 'single' | 'ansi' | 'double' | 'document';

/** Where a value stands. Positions are those of the script. */
export interface Site {
  /** Number of the value, in the order of the script. */
  readonly index: number;
  readonly at: number;
  readonly quoting: Quoting;
  /** How many backquotes surround it. */
  readonly level: number;
  /** Position of a backslash right before it, which would escape its first character; null: none. */
  readonly backslash: number | null;
  /** What its first character would be taken for a part of: an escape such as `\x4` in `$'…'`, or the name in `$x`. */
  readonly joins: 'escape' | 'name' | null;
  /** In which text of `${x/pattern/replacement}` it stands, outside of quotes; other patterns of `${…}` included. */
  readonly operand: 'pattern' | 'replacement' | null;
  /** An unquoted `{` stands before it in its word. */
  readonly isBraced: boolean;
}

/** `text` is literal, with its escapes resolved. */
export interface TextPart {
  readonly kind: 'text';
  readonly text: string;
  readonly quoted: boolean;
}
export interface ValuePart {
  readonly kind: 'value';
  readonly site: Site;
  readonly quoted: boolean;
}
/** Text with escapes of `$'…'` in it, which are not resolved here. */
export interface EscapedPart {
  readonly kind: 'escaped';
}
export interface ParameterPart {
  readonly kind: 'parameter';
  readonly quoted: boolean;
  /** The name as it is written; a part of it may be a value. */
  readonly name: readonly Part[];
  /** `${!name}`. */
  readonly indirect: boolean;
  readonly subscript: readonly Part[] | null;
  /** `:-`, `##`, `//`, `@P`, `:` for a substring, and so on; empty: none. `#` before the name counts as `length`. */
  readonly operator: string;
  readonly operand: readonly Part[];
}
export interface SubstitutionPart {
  readonly kind: 'substitution';
  readonly quoted: boolean;
  readonly style: '$(' | '`' | '<(' | '>(';
  readonly body: List;
}
export interface ArithmeticPart {
  readonly kind: 'arithmetic';
  readonly quoted: boolean;
  readonly expression: readonly Part[];
}
export type Part = TextPart | ValuePart | EscapedPart | ParameterPart | SubstitutionPart | ArithmeticPart;

export interface Assignment {
  readonly name: readonly Part[];
  readonly subscript: readonly Part[] | null;
  readonly append: boolean;
  /** Of `name=(…)`; null where the value is a word. */
  readonly elements: readonly Element[] | null;
}
export interface Element {
  readonly subscript: readonly Part[] | null;
  readonly word: Word;
}

export interface Word {
  /** With an assignment, the parts of its value. */
  readonly parts: readonly Part[];
  readonly assignment: Assignment | null;
  /** Holds quotes or escapes, so that it is no reserved word, and a delimiter is literal. */
  readonly quoted: boolean;
  /** A line continues inside it. */
  readonly continued: boolean;
  /** As it is written, marks included; in the view that it was read from. */
  readonly source: string;
}

export interface HereDocument {
  readonly delimiter: string;
  /** The delimiter is quoted, so that nothing in the body expands. */
  readonly literal: boolean;
  readonly stripsTabs: boolean;
  readonly view: View;
  /** Positions in the view. */
  readonly delimiterSpan: readonly [start: number, end: number];
  body: readonly [start: number, end: number];
  terminator: readonly [start: number, end: number];
  parts: readonly Part[];
}

export interface Redirect {
  readonly operator: string;
  /** `2` or `{name}`, as it is written; empty: the default. */
  readonly descriptor: string;
  /** Position of the operator in the script. */
  readonly at: number;
  readonly target: Word;
  readonly document: HereDocument | null;
}

export interface SimpleCommand {
  readonly kind: 'simple';
  readonly assignments: readonly Word[];
  readonly words: readonly Word[];
  readonly redirects: readonly Redirect[];
}
/** `if`, `while`, `until`, `{ }`, `( )`, `case` bodies: commands inside a command. */
export interface GroupCommand {
  readonly kind: 'group';
  readonly style: string;
  readonly bodies: readonly List[];
  readonly redirects: readonly Redirect[];
}
/** `for` and `select`. */
export interface LoopCommand {
  readonly kind: 'loop';
  readonly name: string;
  /** Null without `in`: the positional parameters. */
  readonly words: readonly Word[] | null;
  readonly body: List;
  readonly redirects: readonly Redirect[];
}
export interface CaseCommand {
  readonly kind: 'case';
  readonly subject: Word;
  readonly items: readonly { readonly patterns: readonly Word[]; readonly body: List }[];
  readonly redirects: readonly Redirect[];
}
/** `((…))` and `for ((…))`, which has a body. */
export interface ArithmeticCommand {
  readonly kind: 'arithmetic';
  readonly expressions: readonly (readonly Part[])[];
  readonly body: List | null;
  readonly redirects: readonly Redirect[];
}
export interface ConditionCommand {
  readonly kind: 'condition';
  readonly tests: readonly Test[];
  readonly redirects: readonly Redirect[];
}
export interface FunctionCommand {
  readonly kind: 'function';
  readonly name: string;
  readonly body: Command;
}
export interface CoprocessCommand {
  readonly kind: 'coprocess';
  readonly name: string;
  readonly body: Command;
}
export type Command =
  | SimpleCommand
  | GroupCommand
  | LoopCommand
  | CaseCommand
  | ArithmeticCommand
  | ConditionCommand
  | FunctionCommand
  | CoprocessCommand;

/** In `[[ ]]`: one or two operands. The operator of a lone word is empty. */
export interface Test {
  readonly operator: string;
  readonly operands: readonly Word[];
}

export interface Pipeline {
  readonly commands: readonly Command[];
  /** It may not run, or runs in a process of its own: behind `&&` or `||`, before `&`, or among several. */
  readonly conditional: boolean;
}
export type List = readonly Pipeline[];

export interface Script {
  readonly body: List;
  /** Values in comments. */
  readonly comments: readonly Site[];
  /** In the order of their bodies. */
  readonly documents: readonly HereDocument[];
}

/** The text of a word without expansions and values; null where it has some. */
export function staticText(parts: readonly Part[]): string | null {
  let text = '';
  for (const part of parts) {
    if (part.kind !== 'text') return null;
    text += part.text;
  }
  return text;
}
