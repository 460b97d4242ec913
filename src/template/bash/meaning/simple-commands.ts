/** What values mean in a simple command: which command it is decides. */

import type { Analysis, CallArgument } from './analysis.js';
import { isList, valuesOutside } from './texts.js';
import { readAssignment, requirePlainBare } from './assignments.js';
import { expandWords } from './braces.js';
import { BUILTINS, KEEP_ARGUMENTS } from './builtin-names.js';
import { HANDLERS, numbers } from './builtins.js';
import { obstacleOf } from './declarations.js';
import { argumentOf, argumentsOf, errorsOf, inputOf, movedArgumentsOf, outputOf } from './keys.js';
import { isFree } from './names.js';
import { programPrints } from './outputs.js';
import { isHarmless, type Rule } from './rules.js';
import { type ParameterPart, type Part, type SimpleCommand, staticText, type Word } from '../syntax.js';

export function readSimple(analysis: Analysis, command: SimpleCommand): void {
  for (const word of command.assignments) readAssignment(analysis, word);
  if (command.words.length > 0) readWords(analysis, command.words, false);
  // `$(<file)` prints the file.
  else analysis.flows.connect(analysis.input, analysis.output);
}

function readWords(analysis: Analysis, written: readonly Word[], prefixed: boolean): void {
  const words = expandWords(written);
  const [first, ...args] = words ?? written;
  if (!first) return;
  const name = commandName(analysis, first);
  if (words === null && !takesAnyWords(analysis, name)) analysis.obstacle = 'braces become too many words';
  if (name === null) unknown(analysis, args);
  else if (!prefixed && analysis.declarations.functions.has(name)) call(analysis, name, args);
  else if (name === 'builtin' || name === 'command' || name === 'exec') behindPrefix(analysis, name, args);
  else if (BUILTINS.has(name)) (HANDLERS[name] ?? numbers)(analysis, args, prefixed);
  else {
    for (const { parts } of args) analysis.data(parts);
    programPrints(analysis, name, args);
  }
}

/** Whether it is a program, or a builtin that keeps its arguments. */
function takesAnyWords({ declarations }: Analysis, name: string | null): boolean {
  if (name === null || name.includes('{') || declarations.functions.has(name)) return false;
  return !BUILTINS.has(name) || KEEP_ARGUMENTS.has(name);
}

/** Null where it is not known which command it is. A name with a slash is a program. */
function commandName(analysis: Analysis, { parts }: Word): string | null {
  const text = staticText(parts);
  if (text !== null) return text;
  const isProgram = parts.some((part) => part.kind === 'text' && part.text.includes('/'));
  if (parts.every(({ kind }) => kind === 'text' || kind === 'value')) {
    const where = 'in the name of a command';
    if (analysis.inCode) analysis.demand('never', 'as a command in code that is run later', parts);
    else if (
      !beginsWithPath(parts) &&
      (!isProgram || parts.some((part) => part.kind === 'value' && !part.quoted))
    )
      analysis.demand('program', where, parts);
    // Any name of a program, when the file is loaded.
    return analysis.textOf(parts) ?? '/';
  }
  // The name of a function may have a slash, too.
  const isSure = isProgram && ![...analysis.declarations.functions].some((name) => name.includes('/'));
  return expandedName(analysis, parts, isSure);
}

/** The first of the words that bash makes of it has a slash. */
function beginsWithPath(parts: readonly Part[]): boolean {
  const [first] = parts;
  return first?.kind === 'text' && first.text.includes('/');
}

function expandedName(analysis: Analysis, parts: readonly Part[], isProgram: boolean): string | null {
  analysis.data(parts);
  const [only] = parts;
  const parameter = only?.kind === 'parameter' && parts.length === 1 ? only : null;
  const known = parameter ? nameInVariable(analysis, parameter) : null;
  if (known !== null) return known;
  for (const value of parts.filter(({ kind }) => kind === 'value'))
    analysis.allowOnly('program', 'in the name of a command', [value]);
  const isBare = parts.some((part) => part.kind === 'parameter' && !part.quoted);
  if (!isProgram || isBare) {
    if (parameter?.quoted && staticText(parameter.name) === '@') {
      const from = parameter.operator === ':' ? staticText(parameter.operand) : '1';
      analysis.runsArguments(/^ *[1-9][0-9]? *$/.test(from ?? '') ? Number(from) - 1 : null);
    } else {
      const expansions = parts.filter(({ kind }) => kind !== 'value' && kind !== 'text');
      analysis.restrict('program', 'as the name of a command', expansions);
      analysis.runsText(expansions);
    }
  }
  // `deploy_$env` may be any function that is called so.
  const [begin] = parts;
  const prefix = begin?.kind === 'text' ? begin.text : '';
  if (parts.length > 1)
    for (const name of analysis.declarations.functions)
      if (name.startsWith(prefix)) connectFunction(analysis, name);
  return isProgram ? '/' : null;
}

function connectFunction({ flows, input, output, errors }: Analysis, name: string): void {
  flows.connect(input, inputOf(name));
  flows.connect(outputOf(name), output);
  flows.connect(errorsOf(name), errors);
}

/** The command that a variable names which only known texts are put into. */
function nameInVariable(
  analysis: Analysis,
  { name, operator, subscript, indirect }: ParameterPart,
): string | null {
  const variable = staticText(name);
  if (operator !== '' || indirect || variable === null || !isFree(variable)) return null;
  // The first element of an array is one text of several.
  if (subscript !== null && !/^[@0]$/.test(staticText(subscript) ?? '')) return null;
  const { functions, texts: known, references, setsUnknown } = analysis.declarations;
  if (references.size > 0 || setsUnknown || known.has('IFS') || !analysis.isAssigned(variable)) return null;
  const texts = known.get(variable) ?? [];
  const commands = texts.map((text) => text?.trim().split(/[ \t\n]+/)[0] ?? null);
  const isKnown = commands.every(
    (command) =>
      command !== null &&
      command !== '' &&
      /^[A-Za-z0-9_./-]+$/.test(command) &&
      (!BUILTINS.has(command) || KEEP_ARGUMENTS.has(command)) &&
      !functions.has(command),
  );
  return commands.length > 0 && isKnown ? '/' : null;
}

/** It may be a builtin that evaluates or runs its arguments, or print them. */
function unknown(analysis: Analysis, args: readonly Word[]): void {
  for (const { parts } of args) {
    analysis.restrict('plain', 'in an argument of a command that is not known', parts);
    analysis.data(parts);
    analysis.pour(analysis.output, parts);
  }
  analysis.flows.connect(analysis.input, analysis.output);
}

function behindPrefix(analysis: Analysis, prefix: string, args: readonly Word[]): void {
  let at = 0;
  let describes = false;
  for (; ; at++) {
    const text = staticText(args[at]?.parts ?? []) ?? '';
    if (!text.startsWith('-')) break;
    describes ||= prefix === 'command' && /[vV]/.test(text);
    if (prefix === 'exec' && text.endsWith('a')) at++;
  }
  const rest = args.slice(at);
  if (describes || prefix === 'exec') {
    for (const { parts } of args) analysis.data(parts);
    if (describes) for (const { parts } of rest) analysis.pour(analysis.output, parts);
    else programPrints(analysis, prefix, rest);
    if (prefix === 'exec' && rest[0]) requirePlainBare(analysis, rest[0].parts, 'in the name of a command');
  } else readWords(analysis, rest, true);
}

/** A word that may become several moves those behind it. A value that is not known yet is taken for one. */
function mayBeSeveral(analysis: Analysis, entry: number, { parts }: Word): boolean {
  return parts.some((part) => {
    // A pattern becomes the names of files, none of them with nullglob.
    if (part.kind === 'text') return !part.quoted && /[*?[]/.test(part.text);
    if (part.kind === 'escaped') return false;
    if (part.kind === 'value' && !part.quoted) {
      const text = analysis.valueOf(entry, part.site.index);
      return text !== null && (text === '' || !isHarmless(text));
    }
    return part.quoted ? isList(part) : part.kind !== 'arithmetic';
  });
}

function call(analysis: Analysis, name: string, args: readonly Word[]): void {
  const { entry } = analysis;
  analysis.noteCall(name, args);
  let isMoved = false;
  args.forEach((word, i) => {
    analysis.data(word.parts);
    analysis.pour(argumentsOf(name), word.parts);
    isMoved ||= mayBeSeveral(analysis, entry, word);
    analysis.pour(isMoved ? movedArgumentsOf(name) : argumentOf(name, i + 1), word.parts);
  });
  connectFunction(analysis, name);
}

/** Where a function runs its arguments as a command, what may be the command has to be none that evaluates the rest. */
export function readCalls(analysis: Analysis): void {
  // A function that is handed to be run adds a call with fewer arguments.
  for (const { entry, name, args, caller } of analysis.calls) {
    const start = analysis.commandIn(name);
    if (start === undefined) continue;
    analysis.entry = entry;
    Object.assign(analysis, caller);
    const where = name === '' ? 'in a command that is run' : `in a command that ${name} runs`;
    const isMoved = args.slice(0, start ?? 0).some(({ word }) => mayBeSeveral(analysis, entry, word));
    // A shift by more than there are leaves them where they are.
    const known = start === null || isMoved || args.length < start ? null : start;
    readRun(analysis, known, args, where);
    const words = args.map(({ word }) => word);
    if (known === null) for (const word of words) obstructs(analysis, [word]);
    const command = known === null ? undefined : args[known];
    if (command && staticText(command.word.parts) === null) {
      const key = analysis.fresh();
      analysis.pour(key, command.word.parts);
      for (const from of command.keys) analysis.flows.connect(from, key);
      analysis.flows.run(key, 'command');
    }
    if (known !== null)
      analysis.within({ input: inputOf(name), output: outputOf(name), errors: errorsOf(name) }, () => {
        readHanded(analysis, words.slice(known));
      });
  }
}

/** A builtin or a function that a function is handed with its arguments does the same there. */
function readHanded(analysis: Analysis, words: readonly Word[]): void {
  const [first, ...args] = words;
  const name = first ? staticText(first.parts) : null;
  if (name !== null && analysis.declarations.functions.has(name)) call(analysis, name, args);
  if (name === null || !BUILTINS.has(name) || KEEP_ARGUMENTS.has(name)) return;
  obstructs(analysis, words);
  analysis.isCertain = false;
  readWords(analysis, words, true);
  for (const { parts } of name === 'eval' ? args : []) analysis.runsText(parts);
}

/** Declarations are collected where they are written. */
function obstructs(analysis: Analysis, words: readonly Word[]): void {
  const [name, ...options] = words.map(({ parts }) => staticText(parts));
  const declares =
    /^(?:declare|typeset|local)$/.test(name ?? '') && /(?:^|,)-[a-zA-Z]*[inaA]/.test(options.join());
  const changes = obstacleOf(name ?? '', options);
  if (changes !== null) analysis.obstacle = changes;
  else if (declares || (words.length === 1 && /^(?:declare|typeset|let|eval)$/.test(name ?? '')))
    analysis.obstacle = `a function is handed ${name ?? ''} to run`;
}

/** `start`: which word is the command; null: any that stands where no builtin is before it. */
function readRun(
  analysis: Analysis,
  start: number | null,
  args: readonly CallArgument[],
  where: string,
): void {
  let isSafe = true;
  for (const { word, keys } of args.slice(start ?? 0)) {
    const isCommand = isSafe && (start === null || word === args[start]?.word);
    if (isCommand || !isSafe) {
      const rule = !isSafe ? 'plain' : start === null ? 'word' : 'program';
      require(analysis, word.parts, rule, where);
      for (const key of keys) analysis.flows.sink(key, rule, where);
    }
    if (isCommand) isSafe = isNoBuiltin(analysis, word.parts);
  }
}

function require(analysis: Analysis, parts: readonly Part[], rule: Rule, where: string): void {
  const values = valuesOutside(parts);
  if (values.length === 0) return;
  const [first] = parts;
  // Behind a dash or a slash it is no builtin.
  const isOther = rule !== 'plain' && first?.kind === 'text' && /^[^A-Za-z.:[]/.test(first.text);
  const isToken = parts.every(({ kind }) => kind === 'text' || kind === 'value');
  for (const value of values) {
    if (!value.quoted) analysis.allowOnly('plain', where, [value]);
    if (!isOther) analysis.allowOnly(rule, where, isToken && rule !== 'plain' ? parts : [value]);
  }
}

/** Where only values are not known, they have been required to be none. */
function isNoBuiltin(analysis: Analysis, parts: readonly Part[]): boolean {
  const text = analysis.textOf(parts);
  if (text === null) return parts.every(({ kind }) => kind === 'text' || kind === 'value');
  return !(BUILTINS.has(text) && !KEEP_ARGUMENTS.has(text)) && !analysis.declarations.functions.has(text);
}
