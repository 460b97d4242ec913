/** Goes through the scripts of a task, and says what the values in them have to be. */

import { Analysis, type Doubt, type Requirement } from './analysis.js';
import { expandWords } from './braces.js';
import { declarationsOf } from './declarations.js';
import { errorsOf, OPEN_INPUT, OPEN_OUTPUT, outputOf } from './keys.js';
import { readRedirect } from './redirects.js';
import { readCalls, readSimple } from './simple-commands.js';
import { holding } from './texts.js';
import {
  type Command,
  type FunctionCommand,
  type List,
  type Part,
  type Script,
  staticText,
  type Test,
  type Word,
} from '../syntax.js';
import { eachCommand, partsOf } from '../traverse.js';

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
  let [isSet, mayEnd] = [false, false];
  scripts.forEach((script, entry) => {
    if (!script) return;
    analysis.entry = entry;
    // The next entry runs after an `exit 0`, and with allow_failure after what ends one otherwise.
    if (mayEnd) analysis.forgetCertain();
    analysis.list(script.body);
    isSet ||= hasSet(script);
    mayEnd ||= mayEndEarly(script, isSet);
  });
  readCalls(analysis);
  const requirements = [...analysis.requirements];
  const doubts: Doubt[] = [];
  for (const { entry, value, rule, where, strict, program } of analysis.flows.solve(declarations)) {
    if (program === null || strict) requirements.push({ entry, rule, where, token: [value] });
    else doubts.push({ entry, value, program, where });
  }
  return { requirements, doubts, obstacle: declarations.obstacle ?? analysis.flows.obstacle };
}

const ENDING_WORD = /^(?:exit|return|kill|exec|eval|trap|source|\.|logout|suspend)$/;
/** Under `set -e` they end nothing. */
const PLAIN_WORD = /^(?:set|shopt|declare|typeset|export|readonly|echo|:|true)$/;

/** Whether an entry may end before it is through, and still be followed by another. */
function mayEndEarly({ body }: Script, isSet: boolean): boolean {
  let ends = false;
  eachCommand(body, '', (command) => {
    const fails = partsOf(command).some((parts) => parts.some(failsUnset));
    const names = command.kind === 'simple' ? command.words.map(({ parts }) => staticText(parts)) : [];
    const isPlain = command.kind === 'simple' && PLAIN_WORD.test(names[0] ?? ':');
    ends ||= fails || names.some((name) => name !== null && ENDING_WORD.test(name)) || (isSet && !isPlain);
  });
  return ends;
}

function hasSet({ body }: Script): boolean {
  let sets = false;
  eachCommand(body, '', (command) => {
    if (command.kind === 'simple') sets ||= staticText(command.words[0]?.parts ?? []) === 'set';
  });
  return sets;
}

/** `${x?}` ends the shell. */
const failsUnset = (part: Part): boolean => part.kind === 'parameter' && /^:?\?$/.test(part.operator);

function readList(analysis: Analysis, list: List): void {
  for (const { commands, conditional } of list) {
    const { input, isCertain } = analysis;
    analysis.isCertain &&= !conditional;
    commands.forEach((command, i) => {
      if (i === commands.length - 1) {
        readCommand(analysis, command);
        return;
      }
      // What this one prints, the next one reads.
      const pipe = analysis.fresh();
      analysis.within({ output: pipe }, () => {
        readCommand(analysis, command);
      });
      analysis.input = pipe;
    });
    Object.assign(analysis, { input, isCertain });
  }
}

function readCommand(analysis: Analysis, command: Command): void {
  if (command.kind === 'function') {
    analysis.insideFunction(command.name, () => {
      readCommand(analysis, bodyOf(command));
    });
    return;
  }
  if (command.kind === 'coprocess') {
    analysis.within({ output: OPEN_INPUT, input: OPEN_OUTPUT, isCertain: false }, () => {
      readCommand(analysis, command.body);
    });
    return;
  }
  const before = { input: analysis.input, output: analysis.output, errors: analysis.errors };
  analysis.within({}, () => {
    for (const redirect of command.redirects) readRedirect(analysis, redirect);
    if (isExec(command)) keepRedirects(analysis, before);
    // One that fails leaves the command undone.
    if (command.kind !== 'simple' || (command.redirects.length > 0 && !isExec(command)))
      analysis.isCertain = false;
    // A later round of a loop comes behind what an earlier one shifts.
    if (command.kind !== 'simple' && mayShift(command)) analysis.shiftBy(null);
    readInside(analysis, command);
  });
}

/** The commands of a braced body run whenever the function does. */
function bodyOf({ body }: FunctionCommand): Command {
  const isPlain = body.kind === 'group' && body.style === '{' && body.redirects.length === 0;
  return isPlain ? { ...body, style: 'function' } : body;
}

/** `exec` without a command keeps its redirections for what follows. */
function isExec(command: Command): boolean {
  if (command.kind !== 'simple') return false;
  const [last, ...prefixes] = command.words.map(({ parts }) => staticText(parts)).reverse();
  return last === 'exec' && prefixes.every((text) => /^(?:command|builtin|-.*)$/.test(text ?? ''));
}

function keepRedirects(analysis: Analysis, before: Pick<Analysis, 'input' | 'output' | 'errors'>): void {
  const { flows, input, output, errors } = analysis;
  flows.connect(input, OPEN_INPUT);
  if (input !== before.input) flows.connect(input, before.input);
  // They stay when a function returns.
  if (output !== before.output) for (const key of [before.output, outputOf('')]) flows.connect(key, output);
  if (errors !== before.errors) for (const key of [before.errors, errorsOf('')]) flows.connect(key, errors);
}

/** Whether a loop has something in it that moves positional parameters. */
function mayShift(command: Exclude<Command, { kind: 'function' | 'coprocess' }>): boolean {
  const isLoop =
    command.kind === 'loop' ||
    command.kind === 'arithmetic' ||
    (command.kind === 'group' && /^(?:while|until)$/.test(command.style));
  if (!isLoop) return false;
  let shifts = false;
  eachCommand([{ commands: [command], conditional: false }], '', (inner) => {
    if (inner.kind !== 'simple') return;
    shifts ||= inner.words.some(({ parts }) =>
      /^(?:shift|set|eval|source|\.)$/.test(staticText(parts) ?? 'set'),
    );
  });
  return shifts;
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
      const written = command.words && (expandWords(command.words) ?? command.words);
      const words = written ? written.map(({ parts }) => parts) : [[holding('@')]];
      for (const parts of words) analysis.assign(command.name, parts, true);
      // `select` reads an answer; `for` reads nothing.
      analysis.assignFrom('REPLY', analysis.input);
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
const PLAIN_CLASS =
  /\[(?:a-z|A-Z|0-9|a-f|A-F|[A-Za-z0-9_.](?!-))+-?\]|\[\[:(?:digit|alpha|alnum|upper|lower):\]\]/g;

/** What matches comes to BASH_REMATCH, unless only plain characters can match. */
function matched(analysis: Analysis, [, pattern]: readonly Word[], parts: readonly Part[]): void {
  analysis.data(parts);
  const texts =
    pattern?.parts.map((part) => (part.kind === 'text' ? (part.quoted ? 'x' : part.text) : '.')) ?? [];
  const isPlain = /^[^.[\]]*$/.test(texts.join('').replace(PLAIN_CLASS, 'x'));
  if (!isPlain) analysis.pour('BASH_REMATCH', parts);
}
