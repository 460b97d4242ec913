/**
 * What the builtins of bash do with their arguments. Most keep them as they are; some evaluate them, take them for
 * names or run them. A builtin that is not listed takes numbers only.
 */

import type { Analysis } from './analysis.js';
import { readDeclaration, requirePlainBare } from './assignments.js';
import { codeParts, parseParts } from './code.js';
import { type Part, staticText, type Word } from '../syntax.js';

type Handler = (analysis: Analysis, args: readonly Word[], prefixed: boolean) => void;

const data: Handler = (analysis, args) => {
  for (const { parts } of args) analysis.data(parts);
};

const changeFolder: Handler = (analysis, args) => {
  for (const { parts } of args)
    for (const name of ['PWD', 'OLDPWD', 'DIRSTACK']) analysis.assign(name, parts);
};

export const HANDLERS: Readonly<Record<string, Handler>> = {
  ...Object.fromEntries(
    [':', 'true', 'false', 'echo', 'pwd', 'exit', 'return', 'break', 'continue', 'kill', 'type'].map(
      (name) => [name, data],
    ),
  ),
  ...Object.fromEntries(
    ['declare', 'typeset', 'local', 'export', 'readonly'].map((name) => [name, readDeclaration]),
  ),
  cd: changeFolder,
  pushd: changeFolder,
  '.': source,
  source,
  '[': test,
  test,
  eval: (analysis, args) => {
    code(analysis, 'eval', args);
  },
  trap: (analysis, args) => {
    code(analysis, 'trap', args);
  },
  let: (analysis, args) => {
    for (const { parts, assignment } of args)
      analysis.evaluated([...(assignment?.name ?? []), ...parts], 'in an argument of let');
    for (const { assignment } of args) {
      if (assignment?.subscript) analysis.evaluated(assignment.subscript, 'in an argument of let');
      for (const { word } of assignment?.elements ?? [])
        analysis.demand('never', 'in an array of let', word.parts);
    }
  },
  getopts,
  printf,
  read,
  mapfile,
  readarray: mapfile,
  set,
  shift: numbers,
  unset: (analysis, args) => {
    for (const { parts } of args) analysis.assignable(parts, 'as the name of a variable that is unset');
  },
};

/** The key of what `exec` and coprocesses leave open to be read. */
export const OPEN_INPUT = 'an open descriptor';

/** For builtins that take options and names which a value could pretend to be. */
export function numbers(analysis: Analysis, args: readonly Word[]): void {
  const where = 'in an argument of this builtin';
  for (const { parts } of args) {
    analysis.demand('descriptor', where, parts);
    analysis.restrict('plain', where, parts);
  }
}

/** Its options and its variable are names; what it goes through is data. */
function getopts(analysis: Analysis, [options, variable, ...args]: readonly Word[]): void {
  numbers(
    analysis,
    [options, variable].filter((word) => word !== undefined),
  );
  for (const { parts } of args) {
    analysis.data(parts);
    analysis.assign('OPTARG', parts);
  }
}

/** The file is run: a value may only be a part of its name. */
function source(analysis: Analysis, [file, ...rest]: readonly Word[]): void {
  if (file) {
    const where = 'in the name of a file that is run';
    analysis.demand('file', where, file.parts);
    analysis.restrict(
      'file',
      where,
      file.parts.filter(({ kind }) => kind === 'parameter'),
    );
    // What `<(…)` prints is code.
    analysis.restrict(
      'plain',
      'in code that is run',
      file.parts.filter(({ kind }) => kind === 'substitution'),
    );
  }
  data(analysis, rest, false);
}

/** `-v NAME` evaluates a subscript, and a value may be `-v`: so no two words that are not known stand side by side. */
function test(analysis: Analysis, args: readonly Word[]): void {
  const texts = args.map(({ parts }) => staticText(parts));
  args.forEach(({ parts }, i) => {
    const where = 'in a test that bash splits into words';
    requirePlainBare(analysis, parts, where);
    analysis.restrict(
      'plain',
      where,
      parts.filter(
        (part) => part.kind !== 'value' && part.kind !== 'text' && part.kind !== 'escaped' && !part.quoted,
      ),
    );
    if (/^-[vR]$/.test(texts[i - 1] ?? '')) {
      analysis.assignable(parts, 'as the name of a variable');
      return;
    }
    const besideUnknown = texts[i] === null && ((i > 0 && texts[i - 1] === null) || texts[i + 1] === null);
    if (besideUnknown) analysis.restrict('plain', 'beside another word of a test that is not known', parts);
    analysis.data(parts);
  });
}

/** Code that is written out is read as any other; values in it can only be plain words, as they are written into it. */
function code(analysis: Analysis, name: 'eval' | 'trap', args: readonly Word[]): void {
  const parts = codeParts(name, args);
  const where = `in the code of ${name}`;
  for (const { parts: own, assignment } of args) {
    if (assignment) analysis.demand('never', where, [...assignment.name, ...own]);
    if (name === 'trap' && own !== parts) analysis.demand('never', where, own);
  }
  if (!parts) return;
  const list = parseParts(parts);
  if (list) {
    const { inCode } = analysis;
    analysis.inCode = true;
    analysis.list(list);
    analysis.inCode = inCode;
    return;
  }
  for (const part of parts) {
    if (part.kind === 'value') analysis.allowOnly('never', `${where}, which is not known`, [part]);
  }
  analysis.data(parts.filter(({ kind }) => kind !== 'value'));
  analysis.restrict('plain', where, parts);
}

function printf(analysis: Analysis, args: readonly Word[]): void {
  const { variable, rest: behind } = variableOf(args);
  if (variable) {
    analysis.assignable(variable, 'as the name of a variable for printf');
    const name = staticText(variable);
    if (name !== null) for (const { parts } of behind) analysis.assign(name, parts);
  }
  const ends = staticText(behind[0]?.parts ?? []) === '--';
  const rest = ends ? behind.slice(1) : behind;
  if (!ends && !variable && mayBeOption(rest[0]))
    analysis.restrict('plain', 'in front of the format of printf', (rest[0]?.parts ?? []).slice(0, 1));
  const [format, ...values] = rest;
  if (!format) return;
  const text = staticText(format.parts);
  if (text === null) {
    for (const part of format.parts)
      if (part.kind === 'value') analysis.allowOnly('format', 'in the format of printf', [part]);
    requirePlainBare(analysis, format.parts, 'in the format of printf');
    if (values.length > 0)
      for (const used of analysis.namesIn(format.parts))
        analysis.sinkOf(used, 'format', 'in the format of printf');
  }
  analysis.data(format.parts);
  for (const { parts } of values) {
    // `%n` sets the variable that the argument names.
    if (text?.includes('%n')) analysis.demand('never', 'beside a %n of printf', parts);
    analysis.data(parts);
  }
}

/** `-v NAME` and `-vNAME`. */
function variableOf(args: readonly Word[]): { variable: readonly Part[] | null; rest: readonly Word[] } {
  const [option, name] = args;
  const [first, ...more] = option?.parts ?? [];
  if (first?.kind !== 'text' || !first.text.startsWith('-v')) return { variable: null, rest: args };
  const attached: Part[] = [{ ...first, text: first.text.slice(2) }, ...more];
  if (first.text !== '-v' || more.length > 0) return { variable: attached, rest: args.slice(1) };
  return { variable: name?.parts ?? [], rest: args.slice(2) };
}

/** A word that begins with a value or an expansion may be `-v` or, with nothing behind it, `-vNAME`. */
function mayBeOption(word: Word | undefined): boolean {
  const first = word?.parts[0];
  const last = word?.parts.at(-1);
  // No name ends so. An escape such as `\\n` is two characters here.
  const endsNoName = last?.kind === 'text' && /(?:[^A-Za-z0-9_\]]|\\[a-z])$/.test(last.text);
  return first !== undefined && first.kind !== 'text' && !endsNoName;
}

const READ_VALUES = /^-[a-z]*[dinNptu]$/;

function read(analysis: Analysis, args: readonly Word[], prefixed: boolean): void {
  names(analysis, args, READ_VALUES, /^-[a-z]*a$/, 'read');
  if (!prefixed || args.length > 0) inputs(analysis, args);
}

function mapfile(analysis: Analysis, args: readonly Word[]): void {
  names(analysis, args, /^-[a-z]*d$/, /^$/, 'mapfile');
  if (args.some(({ parts }) => parts[0]?.kind === 'text' && /^-[a-zA-Z]*C/.test(parts[0].text)))
    for (const parts of analysis.input)
      analysis.restrict('plain', 'in what mapfile -C hands to a command', parts);
  inputs(analysis, args);
}

/** Options with a value that is data, options with a name, and names. Other options take numbers. */
function names(
  analysis: Analysis,
  args: readonly Word[],
  takesData: RegExp,
  takesName: RegExp,
  builtin: string,
): void {
  let before = '';
  for (const { parts } of args) {
    const text = staticText(parts);
    if (takesData.test(before)) {
      requirePlainBare(analysis, parts, `in an argument of ${builtin}`);
      analysis.data(parts);
    } else if (/^-[a-zA-Z]*[COcsu]$/.test(before) && !takesName.test(before)) {
      analysis.demand('descriptor', `in an argument of ${builtin}`, parts);
    } else if (text === null || !text.startsWith('-')) {
      analysis.assignable(parts, `as the name of a variable for ${builtin}`);
    }
    before = takesData.test(before) ? '' : (text ?? '');
  }
}

/** What is read comes to the variables. Where it is not known what is read, it may come from an open descriptor. */
function inputs(analysis: Analysis, args: readonly Word[]): void {
  const variables = args.flatMap(
    ({ parts }) => /^(?:-\w*a)?([A-Za-z_]\w*)$/.exec(staticText(parts) ?? '')?.[1] ?? [],
  );
  for (const variable of variables.length > 0 ? variables : ['REPLY', 'MAPFILE']) {
    for (const parts of analysis.input) analysis.assign(variable, parts);
    analysis.connect(OPEN_INPUT, variable);
  }
}

/** Only behind `--` is nothing an option. */
function set(analysis: Analysis, args: readonly Word[]): void {
  const dashes = args.findIndex(({ parts }) => staticText(parts) === '--');
  const positional = dashes < 0 ? [] : args.slice(dashes + 1);
  for (const { parts } of dashes < 0 ? args : args.slice(0, dashes))
    analysis.demand('never', 'in an argument of set without -- before it', parts);
  analysis.calls.push({ entry: analysis.entry, name: analysis.functionName, args: positional });
  for (const { parts } of positional) {
    analysis.data(parts);
    analysis.flow(analysis.keyOf('@'), parts);
  }
}
