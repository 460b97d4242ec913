/** Collects what a task declares anywhere, since it changes what commands elsewhere in it mean. */

import { codeOf } from './code.js';
import type { Assignment, List, Word } from '../syntax.js';
import { staticText } from '../syntax.js';
import { eachCommand } from '../traverse.js';

export interface Declarations {
  readonly functions: ReadonlySet<string>;
  /** Variables whose values bash evaluates when they are assigned to. */
  readonly integers: ReadonlySet<string>;
  /** Variables that name others. */
  readonly references: ReadonlySet<string>;
  readonly arrays: ReadonlySet<string>;
  readonly associative: ReadonlySet<string>;
  /** Functions that move their arguments, so that `$1` may be any of them; empty text: the script itself. */
  readonly shifting: ReadonlySet<string>;
  /** Something changes how bash reads what follows; null: nothing. */
  readonly changesReading: string | null;
  /** The texts that each variable is set to; null among them: one that is not known. */
  readonly texts: ReadonlyMap<string, readonly (string | null)[]>;
}

const DECLARES = /^(?:declare|typeset|local|export|readonly)$/;
const READING_OPTIONS = /^(?:expand_aliases|extdebug|interactive_comments|extquote|compat[0-9]+|sourcepath)$/;

interface Mutable {
  readonly functions: Set<string>;
  readonly integers: Set<string>;
  readonly references: Set<string>;
  readonly arrays: Set<string>;
  readonly associative: Set<string>;
  readonly shifting: Set<string>;
  changesReading: string | null;
  readonly texts: Map<string, (string | null)[]>;
}

export function declarationsOf(bodies: readonly List[]): Declarations {
  const found: Mutable = {
    functions: new Set(),
    integers: new Set(),
    references: new Set(),
    arrays: new Set(),
    associative: new Set(),
    shifting: new Set(),
    changesReading: null,
    texts: new Map(),
  };
  for (const body of bodies) collect(body, found, '');
  return found;
}

function collect(body: List, found: Mutable, inside: string): void {
  eachCommand(body, inside, (command, { functionName }) => {
    if (command.kind === 'function') found.functions.add(command.name);
    if (command.kind === 'loop') note(found, command.name, null);
    if (command.kind !== 'simple') return;
    for (const word of command.assignments) if (word.assignment) assigned(word, word.assignment, found);
    simple(command.words, found, functionName);
  });
}

function note(found: Mutable, name: string, text: string | null): void {
  const texts = found.texts.get(name) ?? [];
  texts.push(text);
  found.texts.set(name, texts);
}

function assigned(word: Word, { name, subscript, elements, append }: Assignment, found: Mutable): void {
  const plain = staticText(name);
  if (plain === null) return;
  if (elements !== null || subscript !== null) found.arrays.add(plain);
  if (plain === 'POSIXLY_CORRECT' || plain === 'BASH_COMPAT') found.changesReading ??= `${plain} is set`;
  note(found, plain, elements || append || subscript ? null : staticText(word.parts));
}

function simple(words: readonly Word[], found: Mutable, functionName: string): void {
  const texts = words.map(({ parts, assignment }) => (assignment ? null : staticText(parts)));
  let first = 0;
  while (/^(?:builtin|command|exec)$/.test(texts[first] ?? '')) {
    first++;
    while (/^-/.test(texts[first] ?? '')) first++;
  }
  const name = texts[first] ?? '';
  const args = words.slice(first + 1);
  const plain = texts.slice(first + 1);
  if (DECLARES.test(name)) declare(args, plain, found);
  else if (
    name === 'read' ||
    name === 'mapfile' ||
    name === 'readarray' ||
    name === 'printf' ||
    name === 'getopts'
  )
    for (const text of plain) if (text !== null) note(found, text, null);
  if (
    name === 'mapfile' ||
    name === 'readarray' ||
    (name === 'read' && plain.some((text) => /^-\w*a/.test(text ?? '')))
  )
    for (const text of plain) if (text !== null) found.arrays.add(text);
  if (name === 'shift' || name === 'set') found.shifting.add(functionName);
  found.changesReading ??= changeOfReading(name, plain);
  const code = name === 'eval' || name === 'trap' ? codeOf(name, args) : null;
  if (code) collect(code, found, functionName);
}

function declare(args: readonly Word[], texts: readonly (string | null)[], found: Mutable): void {
  const letters = texts.filter((text) => text?.startsWith('-')).join('');
  args.forEach((word, i) => {
    const text = texts[i] ?? null;
    const name = word.assignment ? staticText(word.assignment.name) : /^[A-Za-z_]\w*/.exec(text ?? '')?.[0];
    if (word.assignment) assigned(word, word.assignment, found);
    if (name === null || name === undefined) return;
    if (!word.assignment && text !== name) note(found, name, null);
    if (letters.includes('i')) found.integers.add(name);
    if (letters.includes('n')) found.references.add(name);
    if (letters.includes('A')) found.associative.add(name);
    if (letters.includes('a')) found.arrays.add(name);
  });
}

/** Options under which bash reads scripts in another way. */
function changeOfReading(name: string, args: readonly (string | null)[]): string | null {
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
