/** What values mean in a simple command: which command it is decides. */

import type { Analysis } from './analysis.js';
import { readAssignment, requirePlainBare } from './assignments.js';
import { BUILTINS } from './builtin-names.js';
import { HANDLERS, numbers } from './builtins.js';
import { type Part, type SimpleCommand, staticText, type Word } from '../syntax.js';
import { valuesIn } from '../traverse.js';

export function readSimple(analysis: Analysis, command: SimpleCommand): void {
  for (const word of command.assignments) readAssignment(analysis, word);
  if (command.words.length > 0) readWords(analysis, command.words, false);
}

function readWords(analysis: Analysis, words: readonly Word[], prefixed: boolean): void {
  const [first, ...args] = words;
  if (!first) return;
  const name = commandName(analysis, first);
  if (name === null) unknown(analysis, args);
  else if (!prefixed && analysis.declarations.functions.has(name)) call(analysis, name, args);
  else if (name === 'builtin' || name === 'command' || name === 'exec') behindPrefix(analysis, name, args);
  else if (BUILTINS.has(name)) (HANDLERS[name] ?? numbers)(analysis, args, prefixed);
  else for (const { parts } of args) analysis.data(parts);
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
  return expandedName(analysis, parts, isProgram);
}

/** The first of the words that bash makes of it has a slash. */
function beginsWithPath(parts: readonly Part[]): boolean {
  const [first] = parts;
  return first?.kind === 'text' && first.text.includes('/');
}

function expandedName(analysis: Analysis, parts: readonly Part[], isProgram: boolean): string | null {
  analysis.data(parts);
  for (const value of parts.filter(({ kind }) => kind === 'value'))
    analysis.allowOnly('program', 'in the name of a command', [value]);
  const [only] = parts;
  const isBare = parts.some((part) => part.kind === 'parameter' && !part.quoted);
  const passesOn = only?.kind === 'parameter' && staticText(only.name) === '@' && only.quoted;
  if (!isProgram || isBare) {
    if (passesOn) analysis.runners.add(analysis.keyOf('@'));
    else
      analysis.restrict(
        'program',
        'as the name of a command',
        parts.filter(({ kind }) => kind !== 'value'),
      );
  }
  if (isProgram) return '/';
  return only?.kind === 'parameter' && parts.length === 1 ? nameInVariable(analysis, only) : null;
}

/** The command that a variable names which only known texts are put into. */
function nameInVariable(
  analysis: Analysis,
  { name, operator }: Extract<Part, { kind: 'parameter' }>,
): string | null {
  const variable = staticText(name);
  if (operator !== '' || variable === null || !analysis.isAssigned(variable)) return null;
  const { functions, texts: known } = analysis.declarations;
  const texts = known.get(variable) ?? [];
  const commands = texts.map((text) => text?.trim().split(/[ \t\n]+/)[0] ?? null);
  const isKnown = commands.every(
    (command) =>
      command !== null &&
      command !== '' &&
      /^[A-Za-z0-9_./-]+$/.test(command) &&
      !BUILTINS.has(command) &&
      !functions.has(command),
  );
  return commands.length > 0 && isKnown ? '/' : null;
}

/** It may be a builtin that evaluates or runs its arguments. */
function unknown(analysis: Analysis, args: readonly Word[]): void {
  for (const { parts } of args) {
    analysis.restrict('plain', 'in an argument of a command that is not known', parts);
    analysis.data(parts);
  }
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
    if (prefix === 'exec' && rest[0]) requirePlainBare(analysis, rest[0].parts, 'in the name of a command');
  } else readWords(analysis, rest, true);
}

/** Parameters behind a bare word that it may move to. `$10` and more are rare, and then `$@` is too. */
const MAX_MORE_WORDS = 20;

function call(analysis: Analysis, name: string, args: readonly Word[]): void {
  analysis.calls.push({ entry: analysis.entry, name, args });
  args.forEach(({ parts }, i) => {
    analysis.data(parts);
    // A bare word may become several, and moves those behind it.
    const isBare = parts.some((part) => part.kind !== 'text' && part.kind !== 'escaped' && !part.quoted);
    analysis.flow(`${name} @`, parts);
    const last = isBare ? args.length + MAX_MORE_WORDS : i + 1;
    for (let n = i + 1; n <= last; n++) analysis.flow(`${name} ${n}`, parts);
  });
}

/** Builtins whose arguments are data wherever they stand. */
const HARMLESS = new Set(['echo', ':', 'true', 'false', 'cd', 'exit', 'kill', 'pwd', 'return']);

/** Where a function runs its arguments as a command, those behind a command that is not harmless have to be plain. */
export function readCalls(analysis: Analysis): void {
  for (const { entry, name, args } of analysis.calls) {
    if (!analysis.runsArguments(name)) continue;
    let isSafe = true;
    args.forEach(({ parts }) => {
      const values = valuesIn(parts);
      analysis.entry = entry;
      if (!isSafe)
        for (const value of values)
          analysis.allowOnly(
            'plain',
            name === '' ? 'in a command that is run' : `in a command that ${name} runs`,
            [value],
          );
      const text = staticText(parts);
      isSafe &&=
        text !== null &&
        !(BUILTINS.has(text) && !HARMLESS.has(text)) &&
        !analysis.declarations.functions.has(text);
    });
  }
}
