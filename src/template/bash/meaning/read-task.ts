/** Goes through the scripts of a task, and says what the values in them have to be. */

import { Analysis, type Requirement } from './analysis.js';
import { declarationsOf } from './declarations.js';
import { readCalls, readSimple, type Call } from './simple-commands.js';
import {
  type Command,
  type List,
  type Part,
  type Redirect,
  type Script,
  staticText,
  type Test,
} from '../syntax.js';

/** Null in place of a script: it is not known, and is never run. */
export interface TaskReading {
  readonly requirements: readonly Requirement[];
  /** Something in the task changes how bash reads scripts; null: nothing. */
  readonly changesReading: string | null;
}

/** `valueOf`: the text of a value of an entry; null where any may come. */
export function readTask(
  scripts: readonly (Script | null)[],
  valueOf: (entry: number, index: number) => string | null,
): TaskReading {
  const declarations = declarationsOf(scripts.flatMap((script) => (script ? [script.body] : [])));
  const calls: Call[] = [];
  const analysis = new Analysis(declarations, valueOf, (a, list) => {
    readList(a, list, calls);
  });
  scripts.forEach((script, entry) => {
    if (!script) return;
    analysis.entry = entry;
    analysis.list(script.body);
  });
  analysis.followVariables();
  readCalls(analysis, calls);
  return { requirements: analysis.requirements, changesReading: declarations.changesReading };
}

function readList(analysis: Analysis, list: List, calls: Call[]): void {
  for (const pipeline of list) {
    const { input } = analysis;
    for (const command of pipeline) {
      readCommand(analysis, command, calls);
      // What this one prints, the next one reads.
      analysis.input = analysis.printed([[command]]);
    }
    analysis.input = input;
  }
}

function readCommand(analysis: Analysis, command: Command, calls: Call[]): void {
  if (command.kind === 'function') {
    const { functionName } = analysis;
    analysis.functionName = command.name;
    readCommand(analysis, command.body, calls);
    analysis.functionName = functionName;
    return;
  }
  if (command.kind === 'coprocess') {
    readCommand(analysis, command.body, calls);
    return;
  }
  const { input } = analysis;
  for (const redirect of command.redirects) readRedirect(analysis, redirect);
  readInside(analysis, command, calls);
  analysis.input = input;
}

function readInside(
  analysis: Analysis,
  command: Exclude<Command, { kind: 'function' | 'coprocess' }>,
  calls: Call[],
): void {
  switch (command.kind) {
    case 'simple':
      readSimple(analysis, command, calls);
      return;
    case 'group':
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
    else if (operator === '-v' || operator === '-R')
      analysis.assignable(parts, `behind ${operator} in [[ ]]`);
    else analysis.data(parts);
  }
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
    for (const name of analysis.namesIn(parts)) analysis.sinkOf(name, 'plain', `behind ${operator}`);
  } else analysis.data(parts);
}
