/** Goes through the scripts of a task, and says what the values in them have to be. */

import { Analysis, type Doubt, type Requirement } from './analysis.js';
import { declarationsOf } from './declarations.js';
import { OPEN_INPUT } from './builtins.js';
import { readCalls, readSimple } from './simple-commands.js';
import {
  type Command,
  type FunctionCommand,
  type List,
  type Part,
  type Redirect,
  type Script,
  staticText,
  type Test,
  type Word,
} from '../syntax.js';
import { listOf, valuesIn } from '../traverse.js';

/** Null in place of a script: it is not known, and is never run. */
export interface TaskReading {
  readonly requirements: readonly Requirement[];
  /** Why it is not known how bash reads the task; null: it is. */
  readonly obstacle: string | null;
  /** Values that come, through another program, to where bash evaluates what is printed. */
  readonly doubts: readonly Doubt[];
}

/** `valueOf`: the text of a value of an entry; null where any may come. */
export function readTask(
  scripts: readonly (Script | null)[],
  valueOf: (entry: number, index: number) => string | null,
): TaskReading {
  const declarations = declarationsOf(scripts.flatMap((script) => (script ? [script.body] : [])));
  const analysis = new Analysis(declarations, valueOf, readList);
  scripts.forEach((script, entry) => {
    if (!script) return;
    analysis.entry = entry;
    analysis.list(script.body);
  });
  analysis.followVariables();
  readCalls(analysis);
  return {
    requirements: analysis.requirements,
    obstacle: declarations.obstacle ?? analysis.obstacle,
    doubts: analysis.doubts,
  };
}

function readList(analysis: Analysis, list: List): void {
  for (const { commands, conditional } of list) {
    const { input, isCertain } = analysis;
    analysis.isCertain &&= !conditional;
    for (const command of commands) {
      readCommand(analysis, command);
      // What this one prints, the next one reads.
      analysis.input = analysis.printed(listOf(command));
    }
    analysis.input = input;
    analysis.isCertain = isCertain;
  }
}

function readCommand(analysis: Analysis, command: Command): void {
  if (command.kind === 'function') {
    analysis.insideFunction(command.name, () => {
      readCommand(analysis, bodyOf(command));
    });
    return;
  }
  const { input, isCertain } = analysis;
  if (command.kind === 'coprocess') {
    analysis.isCertain = false;
    readCommand(analysis, command.body);
    for (const parts of analysis.printed(listOf(command.body))) analysis.flow(OPEN_INPUT, parts);
  } else {
    for (const redirect of command.redirects) readRedirect(analysis, redirect);
    if (isExec(command)) for (const parts of analysis.input) analysis.flow(OPEN_INPUT, parts);
    if (command.kind !== 'simple') analysis.isCertain = false;
    readInside(analysis, command);
  }
  analysis.input = input;
  analysis.isCertain = isCertain;
}

/** The commands of a braced body run whenever the function does. */
function bodyOf({ body }: FunctionCommand): Command {
  const isPlain = body.kind === 'group' && body.style === '{' && body.redirects.length === 0;
  return isPlain ? { ...body, style: 'function' } : body;
}

/** `exec` without a command keeps its redirections for what follows. */
function isExec(command: Command): boolean {
  return (
    command.kind === 'simple' &&
    command.words.length === 1 &&
    staticText(command.words[0]?.parts ?? []) === 'exec'
  );
}

function readInside(analysis: Analysis, command: Exclude<Command, { kind: 'function' | 'coprocess' }>): void {
  switch (command.kind) {
    case 'simple':
      readSimple(analysis, command);
      return;
    case 'group':
      if (command.style === 'function') analysis.isCertain = true;
      for (const body of command.bodies) analysis.list(body);
      return;
    case 'loop': {
      const positional: Part = {
        kind: 'parameter',
        quoted: true,
        name: [{ kind: 'text', text: '@', quoted: true }],
        indirect: false,
        subscript: null,
        operator: '',
        operand: [],
      };
      const words = command.words ? command.words.map(({ parts }) => parts) : [[positional]];
      for (const parts of words) analysis.assign(command.name, parts);
      analysis.list(command.body);
      return;
    }
    case 'case':
      analysis.data(command.subject.parts);
      for (const { patterns, body } of command.items) {
        for (const { parts } of patterns) analysis.data(parts);
        analysis.list(body);
      }
      return;
    case 'arithmetic':
      for (const parts of command.expressions) analysis.evaluated(parts, 'in an arithmetic expression');
      if (command.body) analysis.list(command.body);
      return;
    case 'condition':
      for (const test of command.tests) readTest(analysis, test);
  }
}

function readTest(analysis: Analysis, { operator, operands }: Test): void {
  for (const { parts } of operands) {
    if (/^-(?:eq|ne|lt|le|gt|ge)$/.test(operator)) analysis.evaluated(parts, `beside ${operator} in [[ ]]`);
    else if (operator === '=~') matched(analysis, operands, parts);
    else if (operator === '-v' || operator === '-R')
      analysis.assignable(parts, `behind ${operator} in [[ ]]`);
    else analysis.data(parts);
  }
}

/** Letters, digits and a few signs in brackets, which hold nothing that bash would run. */
const PLAIN_CLASS = /\[[A-Za-z0-9_.-]+\]|\[\[:(?:digit|alpha|alnum|upper|lower):\]\]/g;

/** What matches comes to BASH_REMATCH, unless only plain characters can match. */
function matched(analysis: Analysis, [, pattern]: readonly Word[], parts: readonly Part[]): void {
  analysis.data(parts);
  const texts =
    pattern?.parts.map((part) => (part.kind === 'text' ? (part.quoted ? 'x' : part.text) : '.')) ?? [];
  const isPlain = /^[^.[\]]*$/.test(texts.join('').replace(PLAIN_CLASS, 'x'));
  if (!isPlain) analysis.flow('BASH_REMATCH', parts);
}

function readRedirect(analysis: Analysis, { operator, descriptor, target, document }: Redirect): void {
  const { parts } = target;
  if (document) {
    analysis.data(document.parts);
    analysis.input = [document.parts];
    return;
  }
  if (operator === '<<<') analysis.input = [parts];
  else if (operator === '<')
    analysis.input = parts.flatMap((part) =>
      part.kind === 'substitution' ? analysis.printed(part.body) : [],
    );
  const duplicates = operator === '<&' || operator === '>&';
  if (duplicates && (operator === '<&' || descriptor !== ''))
    analysis.demand('descriptor', `behind ${descriptor}${operator}`, parts);
  else if (duplicates && staticText(parts) === null) {
    // Bash expands this word twice. With a value in it, it is written as what it means.
    analysis.data(parts);
    const expansions = parts.filter(({ kind }) => kind !== 'value');
    analysis.restrict('plain', `behind ${operator}`, expansions);
    for (const value of valuesIn(expansions))
      analysis.allowOnly('plain', `in a command behind ${operator}`, [value]);
  } else analysis.data(parts);
}
