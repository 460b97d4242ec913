/** Collects what a task declares anywhere, since it changes what commands elsewhere in it mean. */

import { expandWords } from './braces.js';
import { codeOf } from './code.js';
import type { Assignment, List, Part, Word } from '../syntax.js';
import { staticText } from '../syntax.js';
import { eachCommand, partsInside, partsOf } from '../traverse.js';

export interface Declarations {
  readonly functions: ReadonlySet<string>;
  /** Variables whose values bash evaluates when they are assigned to. */
  readonly integers: ReadonlySet<string>;
  /** Variables that name others; true: each declaration says which, so that an assignment is to that one. */
  readonly references: ReadonlyMap<string, boolean>;
  readonly arrays: ReadonlySet<string>;
  /** Variables that are declared as something else than an associative array somewhere, or unset. */
  readonly otherwise: ReadonlySet<string>;
  /** A variable is unset, or set, by a name that is not known. */
  readonly unsetsUnknown: boolean;
  readonly setsUnknown: boolean;
  /** Words and texts of variables that are written out, by which a variable may be named elsewhere. */
  readonly words: ReadonlySet<string>;
  /** An array is set by a name that is not known. */
  readonly arraysUnknown: boolean;
  /** Whether one may be set by a reference, or a name that is not known, to what `name` says. */
  readonly setsArrays: (name: string) => boolean;
  /** Something changes how bash reads what follows, or what it does is not known; null: nothing. */
  readonly obstacle: string | null;
  /** The texts that each variable is set to; null among them: one that is not known. */
  readonly texts: ReadonlyMap<string, readonly (string | null)[]>;
}

/** Code in code in code. */
export const MAX_CODE_DEPTH = 5;

const DECLARES = /^(?:declare|typeset|local|export|readonly)$/;
const READS = /^(?:read|mapfile|readarray|printf|getopts|unset|let)$/;
/** Variables that change what the names of commands mean, or how bash reads scripts. */
const READING_VARIABLE = /\b(?:POSIXLY_CORRECT|BASH_COMPAT|BASH_ALIASES|BASH_CMDS)\b/;
const READING_OPTIONS = /^(?:expand_aliases|extdebug|interactive_comments|extquote|compat[0-9]+)$/;

export function declarationsOf(bodies: readonly List[]): Declarations {
  const collector = new Collector();
  for (const body of bodies) collector.collect(body, '');
  return collector;
}

class Collector implements Declarations {
  readonly functions = new Set<string>();
  readonly integers = new Set<string>();
  readonly references = new Map<string, boolean>();
  readonly arrays = new Set<string>();
  readonly otherwise = new Set<string>();
  unsetsUnknown = false;
  setsUnknown = false;
  readonly words = new Set<string>();
  arraysUnknown = false;
  private depth = 0;
  obstacle: string | null = null;
  readonly texts = new Map<string, (string | null)[]>();

  readonly setsArrays = (name: string): boolean => {
    const isByName = this.arraysUnknown || [...this.references.keys()].some((one) => this.arrays.has(one));
    return this.references.has(name) || (isByName && this.words.has(name));
  };

  collect(body: List, inside: string): void {
    eachCommand(body, inside, (command, { functionName }) => {
      if (command.kind === 'function') this.define(command.name);
      if (command.kind === 'loop') {
        this.note(command.name, null);
        this.text([{ kind: 'text', text: command.name, quoted: false }]);
      }
      if (command.kind === 'coprocess') this.defineCoprocess(command.name);
      for (const parts of partsOf(command)) this.text(parts);
      if (command.kind !== 'simple') return;
      for (const word of command.assignments) if (word.assignment) this.assign(word, word.assignment);
      this.simple(command.words, functionName);
    });
  }

  private define(name: string): void {
    this.functions.add(name);
    if (name === 'command_not_found_handle') this.obstacle ??= `${name} is defined`;
  }

  /** It is an array of its descriptors. */
  private defineCoprocess(name: string): void {
    this.note(name, null);
    this.arrays.add(name);
    this.otherwise.add(name);
  }

  /** What a text names or assigns, without the commands in it. */
  private text(parts: readonly Part[]): void {
    const text = staticText(parts);
    if (text !== null) this.words.add(text);
    for (const part of parts) {
      const reading = part.kind === 'text' ? READING_VARIABLE.exec(part.text)?.[0] : undefined;
      if (reading !== undefined) this.obstacle ??= `${reading} is named`;
      for (const inner of partsInside(part)) this.text(inner);
      if (part.kind !== 'parameter' || !/^:?=$/.test(part.operator)) continue;
      const name = staticText(part.name);
      if (name !== null) this.note(name, staticText(part.operand));
    }
  }

  private note(name: string, text: string | null): void {
    const texts = this.texts.get(name) ?? [];
    texts.push(text);
    this.texts.set(name, texts);
  }

  private assign(word: Word, { name, subscript, elements, append }: Assignment): void {
    const plain = staticText(name);
    if (plain === null) {
      this.setsUnknown = true;
      return;
    }
    if (elements !== null || subscript !== null) this.arrays.add(plain);
    if (elements) {
      // The first is the command where an array is run.
      const [first] = elements;
      this.note(plain, first && !first.subscript ? staticText(first.word.parts) : null);
    } else this.note(plain, append || subscript ? null : knownText(plain, word.parts));
  }

  private simple(written: readonly Word[], functionName: string): void {
    const words = expandWords(written) ?? written;
    const texts = words.map(({ parts, assignment }) => (assignment ? null : staticText(parts)));
    let first = 0;
    while (/^(?:builtin|command|exec)$/.test(texts[first] ?? '')) {
      first++;
      while (/^-/.test(texts[first] ?? '')) first++;
    }
    const name = texts[first] ?? '';
    const args = words.slice(first + 1);
    const plain = texts.slice(first + 1);
    if (DECLARES.test(name)) this.declare(name, args, plain);
    else if (READS.test(name)) this.reads(name, plain);
    if (name === 'source' || name === '.') this.setsUnknown = true;
    this.obstacle ??= obstacleOf(name, plain);
    if (name !== 'eval' && name !== 'trap') return;
    const code = this.depth < MAX_CODE_DEPTH ? codeOf(name, args) : null;
    this.setsUnknown ||= code === null && args.length > 0;
    if (!code) return;
    this.depth++;
    this.collect(code, functionName);
    this.depth--;
  }

  /** Each word may be the name of a variable. */
  private reads(name: string, texts: readonly (string | null)[]): void {
    const isArray =
      name === 'mapfile' || name === 'readarray' || texts.some((text) => /^-\w*a/.test(text ?? ''));
    for (const text of texts) {
      if (text === null && name === 'unset') this.unsetsUnknown = true;

      if (text === null && (name !== 'printf' || mayNameVariable(texts)))
        this.setsUnknown ||= name !== 'unset';
      // `printf -v "$x[0]"` and the like.
      if (text === null && (isArray || (name === 'printf' && mayNameVariable(texts))))
        this.arraysUnknown = true;
      const variable = /^(?:-\w*[av])?([A-Za-z_]\w*)/.exec(text ?? '')?.[1];
      if (variable === undefined) continue;
      this.note(variable, null);
      if (isArray) this.arrays.add(variable);
      if (isArray || name === 'unset') this.otherwise.add(variable);
    }
  }

  private declare(builtin: string, args: readonly Word[], texts: readonly (string | null)[]): void {
    const letters = texts.filter((text) => text?.startsWith('-')).join('');
    const changes = /[inaA]/.test(letters);
    args.forEach((word, i) => {
      const text = texts[i] ?? null;
      const name = word.assignment ? staticText(word.assignment.name) : /^[A-Za-z_]\w*/.exec(text ?? '')?.[0];
      if (word.assignment) this.assign(word, word.assignment);
      if (name === null || name === undefined) {
        this.setsUnknown ||= text === null;
        this.unsetsUnknown ||= text === null && !/^(?:export|readonly)$/.test(builtin);
        if ((text === null || text.startsWith('{')) && (changes || mayBeOption(word, builtin)))
          this.obstacle ??= `${builtin} declares a variable that is not known`;
        return;
      }
      // Without a value a local variable is not set.
      if (!word.assignment && (text !== name || !/^(?:export|readonly)$/.test(builtin)))
        this.note(name, null);
      if (letters.includes('i')) this.integers.add(name);
      // Bash sets it to the last word of each command.
      if (name === '_' && changes) this.obstacle ??= `${builtin} declares _`;
      if (letters.includes('n'))
        this.references.set(name, this.references.get(name) !== false && word.assignment !== null);
      if (/[aA]/.test(letters)) this.arrays.add(name);
      if (!letters.includes('A')) this.otherwise.add(name);
    });
  }
}

/** The text; of `${X:-text}` in an assignment to X, and of `$(command -v text)`, the text that the author wrote. */
function knownText(variable: string, parts: readonly Part[]): string | null {
  const [part] = parts;
  if (parts.length !== 1 || part?.kind === 'text' || !part) return staticText(parts);
  if (part.kind === 'parameter' && /^:?-$/.test(part.operator) && staticText(part.name) === variable)
    return staticText(part.operand);
  if (part.kind !== 'substitution' || part.body.length !== 1) return null;
  const [command, ...others] = part.body[0]?.commands ?? [];
  if (command?.kind !== 'simple' || others.length > 0) return null;
  const [which, option, name] = command.words.map((word) => staticText(word.parts));
  if (which === 'which') return option ?? null;
  return which === 'command' && option === '-v' ? (name ?? null) : null;
}

/** `-v` of `printf`, or an expansion in its place. */
const mayNameVariable = ([first]: readonly (string | null)[]): boolean =>
  first === null || first?.startsWith('-v') === true;

/** An expansion that may be options. */
function mayBeOption({ parts, assignment }: Word, builtin: string): boolean {
  if (assignment || !/^(?:declare|typeset|local)$/.test(builtin)) return false;
  const [first] = parts;
  // `{-i,x}` are two words to bash.
  if (first?.kind === 'escaped' || (first?.kind === 'text' && first.text.startsWith('{'))) return true;
  if (parts.some((part) => part.kind === 'text' && part.text.includes('='))) return false;
  return first !== undefined && first.kind !== 'text' && first.kind !== 'value';
}

/** Commands after which bash reads scripts in another way. */
export function obstacleOf(name: string, args: readonly (string | null)[]): string | null {
  switch (name) {
    case 'alias':
    case 'enable':
      return args.length > 0 ? `${name} is used` : null;
    case 'shopt': {
      const option = args.find((text) => text === null || READING_OPTIONS.test(text));
      return option === undefined ? null : `shopt changes ${option ?? 'an option that is not known'}`;
    }
    case 'set': {
      const dashes = args.indexOf('--');
      const options = dashes < 0 ? args : args.slice(0, dashes);
      const change = options.find(
        (text) => text === null || /^[-+][a-zA-Z]*[kH]/.test(text) || /^(?:posix|keyword|hist.*)$/.test(text),
      );
      return change === undefined ? null : `set changes ${change ?? 'options that are not known'}`;
    }
    default:
      return null;
  }
}
