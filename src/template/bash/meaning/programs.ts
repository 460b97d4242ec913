/** Warns where a value comes to a program that reads code: bash hands it on as data, and that program runs it. */

import { isRunByPrograms } from './names.js';
import { isPrefix, type Program, programOf, writesCode } from './program-table.js';
import {
  type Command,
  type Part,
  type Script,
  type SimpleCommand,
  staticText,
  type Word,
} from '../syntax.js';
import { eachCommand, valuesIn } from '../traverse.js';

export interface ProgramWarning {
  /** Number of the value. */
  readonly index: number;
  readonly message: string;
}

/** As many words of a command are looked at. */
const MAX_WORDS = 200;

export function programWarnings({ body }: Script): ProgramWarning[] {
  const warnings = new Map<number, string>();
  eachCommand(body, '', (command, { next }) => {
    if (command.kind !== 'simple') return;
    const warn = (parts: readonly Part[], message: string): void => {
      for (const { site } of valuesIn(parts))
        if (!warnings.has(site.index)) warnings.set(site.index, message);
    };
    inInput(command, next, warn);
    inArguments(command, warn);
    inFile(command, warn);
    inVariables(command, warn);
  });
  return [...warnings].map(([index, message]) => ({ index, message }));
}

type Warn = (parts: readonly Part[], message: string) => void;

function inArguments({ words }: SimpleCommand, warn: Warn): void {
  const looked = words.slice(0, MAX_WORDS);
  looked.forEach((word, i) => {
    const name = nameOf(word);
    if (name === null) return;
    const args = looked.slice(i + 1);
    const program = programOf(name);
    if (program) inProgram(name, program, args, warn);
    if (isPrefix(name)) behindPrefix(name, args, warn);
  });
}

/** The last part of its path, so that `/bin/sh` is `sh`; null where it is not known. */
function nameOf({ parts }: Word): string | null {
  const text = staticText(parts);
  return text === null ? null : text.replace(/^.*\//s, '');
}

function inProgram(name: string, program: Program, args: readonly Word[], warn: Warn): void {
  const { code, data, twice, file } = program;
  /** Operands so far; Infinity once the code is given elsewhere. */
  let seen = 0;
  /** What the next words are to the option before them. */
  let expected = null as 'code' | 'data' | 'pair' | null;
  let optionsEnd = false;
  /** An option whose value the word may be. */
  let follows = false;
  for (const word of args) {
    const option: string | null = optionsEnd ? null : optionOf(word);
    const before: typeof expected = expected;
    expected = before === 'pair' ? 'data' : null;
    if (before === 'code') warn(word.parts, `${name} ${program.reason}`);
    if (before !== null) {
      follows = false;
      continue;
    }
    if (option === null)
      inOperand(name, program, word, { seen: seen++, mayBeOption: !optionsEnd && !follows }, warn);
    else if (code?.test(option)) {
      seen = Infinity;
      if (isWhole(word)) expected = 'code';
      else warn(word.parts, `${name} ${program.reason}`);
    } else if (file?.test(option)) {
      seen = Infinity;
      expected = 'data';
    } else if (twice?.test(option)) expected = 'pair';
    else if (data?.test(option)) expected = 'data';
    optionsEnd ||= option === '--';
    follows = option !== null && isWhole(word);
  }
}

/** The name of an option, without a value behind an equals sign; null for an operand. */
function optionOf({ parts }: Word): string | null {
  const [first] = parts;
  return first?.kind === 'text' && /^-./.test(first.text) ? first.text.replace(/=.*$/s, '') : null;
}

const isWhole = ({ parts }: Word): boolean => staticText(parts)?.includes('=') === false;

function inOperand(
  name: string,
  { operands, option, reason, runsFile }: Program,
  { parts }: Word,
  { seen, mayBeOption }: { readonly seen: number; readonly mayBeOption: boolean },
  warn: Warn,
): void {
  const isCode =
    operands === 'all' || (operands === 'first' && seen === 0) || (operands === 'rest' && seen > 0);
  if (isCode && seen !== Infinity) warn(parts, `${name} ${reason}`);
  else if (runsFile && seen === 0) warn(parts, `${name} runs the file that the value names`);
  else if (option !== undefined && mayBeOption && parts[0]?.kind === 'value')
    warn(parts, `a value that begins with - is an option to ${name}, such as ${option}: write -- before it`);
}

/** Programs that run the command behind them: a value there is its name. */
function behindPrefix(name: string, args: readonly Word[], warn: Warn): void {
  const operand = args.find(({ parts }) => !/^(?:-|[0-9]|\w+=)/.test(staticText(parts) ?? 'x'));
  const [first] = operand?.parts ?? [];
  if (operand && first?.kind === 'value')
    warn(operand.parts, `${name} runs the command that the value names`);
}

/** Here-documents, here-strings and pipes into a program that reads code. */
function inInput(command: SimpleCommand, next: Command | null, warn: Warn): void {
  const reader = readerAmong(command);
  if (reader !== null) {
    for (const { operator, target, document } of command.redirects) {
      if (document) warn(document.parts, `${reader} runs what it reads`);
      else if (operator === '<<<' || operator === '<') warn(target.parts, `${reader} runs what it reads`);
    }
    for (const { parts } of command.words)
      for (const part of parts)
        if (part.kind === 'substitution' && part.style === '<(') warn([part], `${reader} runs what it reads`);
  }
  const piped = next?.kind === 'simple' ? readerAmong(next) : null;
  if (piped !== null) warn(allParts(command), `${piped} runs what it reads`);
}

/** A program that runs what it reads from its input, unless it is told to run a file or an argument. */
function readerAmong({ words }: SimpleCommand): string | null {
  for (const word of words.slice(0, MAX_WORDS)) {
    const name = nameOf(word);
    if (name !== null && programOf(name)?.readsInput) return name;
  }
  const [first] = words;
  const name = first ? nameOf(first) : null;
  return name === 'source' || name === '.' || name === 'eval' ? name : null;
}

const allParts = ({ words, redirects }: SimpleCommand): Part[] => [
  ...words.flatMap(({ parts }) => [...parts]),
  ...redirects.flatMap(({ document, operator, target }) =>
    document ? [...document.parts] : operator === '<<<' ? [...target.parts] : [],
  ),
];

/** Variables that the loader or other programs run. */
function inVariables({ assignments, words }: SimpleCommand, warn: Warn): void {
  for (const { assignment, parts } of [...assignments, ...words]) {
    const name = assignment ? staticText(assignment.name) : null;
    if (name !== null && isRunByPrograms(name)) warn(parts, `other programs run what ${name} says`);
  }
}

/** What is written into a file that something will run. */
function inFile(command: SimpleCommand, warn: Warn): void {
  const written = command.redirects
    .filter(({ operator }) => operator.startsWith('>') || operator.startsWith('&>'))
    .map(({ target }) => staticText(target.parts));
  const name = command.words[0] ? nameOf(command.words[0]) : null;
  const teed = name === 'tee' ? command.words.slice(1).map(({ parts }) => staticText(parts)) : [];
  const file = [...written, ...teed].find((text) => text !== null && writesCode(text));
  if (file) warn(allParts(command), `the value is written into ${file}, where it is code`);
}
