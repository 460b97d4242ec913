/**
 * What the builtins of bash do with their arguments. Most keep them as they are; some evaluate them, take them for
 * names or run them. A builtin that is not listed takes numbers only.
 */

import type { Analysis } from './analysis.js';
import { readDeclaration, requirePlainBare } from './assignments.js';
import { codeParts, parseParts } from './code.js';
import { MAX_CODE_DEPTH } from './declarations.js';
import { anyRead, OPEN_INPUT } from './keys.js';
import { printsArguments, printsCode, printsVariables } from './outputs.js';
import { mayBeDescriptor } from './redirects.js';
import { holding, isList } from './texts.js';
import { type Part, staticText, type Word } from '../syntax.js';
import { eachCommand, listsIn } from '../traverse.js';

const EQUALS: Part = { kind: 'text', text: '=', quoted: false };

type Handler = (analysis: Analysis, args: readonly Word[], prefixed: boolean) => void;

const data: Handler = (analysis, args) => {
  for (const { parts } of args) analysis.data(parts);
};

const changeFolder: Handler = (analysis, args) => {
  for (const { parts } of args)
    for (const name of ['PWD', 'OLDPWD', 'DIRSTACK']) analysis.assign(name, parts);
  // `cd -` and `pushd` print where they are.
  printsFolder(analysis, [], false);
};

const prints: Handler = (analysis, args) => {
  data(analysis, args, false);
  printsArguments(analysis, args);
};

const printsFolder: Handler = (analysis, args) => {
  data(analysis, args, false);
  for (const name of ['PWD', 'OLDPWD', 'DIRSTACK']) analysis.flows.connect(name, analysis.output);
};

const declares = (builtin: string, analysis: Analysis, args: readonly Word[], prefixed: boolean): void => {
  readDeclaration(analysis, builtin, args, prefixed);
  const options = args.map(({ parts }) => staticText(parts)).filter((text) => text?.startsWith('-') === true);
  if (args.length === 0 || options.some((text) => /[pfF]/.test(text ?? ''))) {
    printsVariables(analysis);
    printsCode(analysis);
  }
};

export const HANDLERS: Readonly<Record<string, Handler>> = {
  ...Object.fromEntries(
    [':', 'true', 'false', 'exit', 'return', 'break', 'continue', 'kill'].map((name) => [name, data]),
  ),
  echo: prints,
  type: (analysis, args) => {
    prints(analysis, args, false);
    printsCode(analysis);
  },
  wait: (analysis, args) => {
    const at = args.findIndex(({ parts }) => /^-[fn]*p$/.test(staticText(parts) ?? ''));
    const variable = at < 0 ? undefined : args[at + 1];
    if (variable) analysis.assignable(variable.parts, 'as the name of a variable for wait');
    numbers(
      analysis,
      args.filter((word) => word !== variable),
    );
  },
  pwd: printsFolder,
  dirs: printsFolder,
  ...Object.fromEntries(
    ['alias', 'bind', 'compgen', 'complete', 'compopt', 'enable', 'fc', 'history'].map((name) => [
      name,
      runsOrReads,
    ]),
  ),
  hash: plainOrNumber,
  ulimit: plainOrNumber,
  ...Object.fromEntries(
    ['declare', 'typeset', 'local', 'export', 'readonly'].map((name): [string, Handler] => [
      name,
      (analysis, args, prefixed) => {
        declares(name, analysis, args, prefixed);
      },
    ]),
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
    for (const { parts, assignment } of args) {
      analysis.evaluated(
        assignment ? [...assignment.name, EQUALS, ...parts] : parts,
        'in an argument of let',
      );
    }
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
  shift: (analysis, args) => {
    numbers(analysis, args);
    const by = args.length === 0 ? '1' : staticText(args[0]?.parts ?? []);
    analysis.shiftBy(analysis.isCertain && /^[0-9]{1,3}$/.test(by ?? '') ? Number(by) : null);
  },
  unset: (analysis, args) => {
    for (const { parts } of args) analysis.assignable(parts, 'as the name of a variable that is unset');
  },
};

/** For builtins that take options and names which a value could pretend to be. */
export function numbers(analysis: Analysis, args: readonly Word[]): void {
  const where = 'in an argument of this builtin';
  for (const { parts } of args) {
    analysis.demand('descriptor', where, parts);
    analysis.restrict('plain', where, parts);
  }
}

/** What these are handed, bash may run. `compgen` prints names. */
function runsOrReads(analysis: Analysis, args: readonly Word[]): void {
  analysis.flows.mention(anyRead(''), analysis.output);
  for (const { parts, assignment } of args) {
    analysis.restrict('never', 'in an argument of this builtin', [...(assignment?.name ?? []), ...parts]);
    analysis.runsText(parts);
    analysis.data(parts);
  }
}

/** Arguments that bash looks up or reads as limits; a plain word is no option. */
function plainOrNumber(analysis: Analysis, args: readonly Word[]): void {
  for (const { parts } of args) {
    analysis.restrict('plain', 'in an argument of this builtin', parts);
    analysis.data(parts);
  }
}

/** Its options and its variable are names; what it goes through is data. */
function getopts(analysis: Analysis, [options, variable, ...args]: readonly Word[]): void {
  numbers(
    analysis,
    [options, variable].filter((word) => word !== undefined),
  );
  for (const { parts } of args) {
    analysis.assign('OPTARG', parts);
    const [first, ...rest] = parts;
    if (first?.kind === 'text' && first.text.startsWith('-'))
      analysis.assign('OPTARG', [{ ...first, text: first.text.slice(2) }, ...rest]);
  }
  if (args.length === 0) analysis.assign('OPTARG', [holding('@')]);
  if (variable) analysis.assign(analysis.targetOf(variable.parts), []);
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
    // What `<(…)` prints is code, and so is what is read from a descriptor.
    const printed = file.parts.filter(({ kind }) => kind === 'substitution');
    const isInput = printed.length === 0 && mayBeDescriptor(file.parts);
    const code = isInput ? [holding(analysis.input), holding(OPEN_INPUT)] : printed;
    analysis.restrict('never', 'in code that is run', code);
    if (printsDeclarations(printed)) analysis.obstacle = 'source runs what declarations print';
    // One or the other, not both of them joined.
    for (const part of code) analysis.runsText([part]);
  }
  data(analysis, rest, false);
}

/** `-v NAME` evaluates a subscript, and a value may be `-v`: so no two words that are not known stand side by side. */
function test(analysis: Analysis, args: readonly Word[]): void {
  const texts = args.map(({ parts }) => staticText(parts));
  args.forEach(({ parts }, i) => {
    const where = 'in a test that bash splits into words';
    requirePlainBare(analysis, parts, where);
    analysis.restrict('plain', where, parts.filter(isSplit));
    if (/^-[vR]$/.test(texts[i - 1] ?? '')) {
      analysis.assignable(parts, 'as the name of a variable');
      return;
    }
    const besideUnknown = texts[i] === null && ((i > 0 && texts[i - 1] === null) || texts[i + 1] === null);
    if (besideUnknown) analysis.restrict('plain', 'beside another word of a test that is not known', parts);
    analysis.data(parts);
  });
}

/** An expansion that becomes several words: one that is bare, and `"$@"`. */
function isSplit(part: Part): boolean {
  if (part.kind === 'value' || part.kind === 'text' || part.kind === 'escaped') return false;
  return !part.quoted || isList(part);
}

/** Code that is written out is read as any other; values in it can only be plain words, as they are written into it. */
function code(analysis: Analysis, name: 'eval' | 'trap', args: readonly Word[]): void {
  const parts = codeParts(name, args);
  const where = `in the code of ${name}`;
  for (const { parts: own, assignment } of args) {
    if (assignment) analysis.demand('never', where, [...assignment.name, ...own]);
    if (name === 'trap' && own !== parts) analysis.demand('never', where, own);
  }
  if (name === 'trap')
    for (const { parts: own } of parts ? [] : args) {
      // `"$@"` may be the code and what it is for.
      analysis.restrict('never', where, own);
      analysis.runsText(own.filter(({ kind }) => kind !== 'text'));
    }
  if (!parts) {
    if (name === 'eval' && args.length > 0)
      analysis.runsText([EQUALS, ...args.flatMap((word) => [...word.parts])]);
    return;
  }
  const list = analysis.codeDepth < MAX_CODE_DEPTH ? parseParts(parts) : null;
  if (list) {
    analysis.codeDepth++;
    analysis.list(list);
    analysis.codeDepth--;
    return;
  }
  for (const part of parts) {
    if (part.kind === 'value') analysis.allowOnly('never', `${where}, which is not known`, [part]);
  }
  analysis.data(parts.filter(({ kind }) => kind !== 'value'));
  let before = '';
  for (const part of parts) {
    if (part.kind !== 'text') analysis.restrict(isBehindCommand(before) ? 'plain' : 'never', where, [part]);
    before += part.kind === 'text' ? part.text : 'x';
  }
  analysis.runsText(parts);
  if (printsDeclarations(parts)) analysis.obstacle = `${name} runs what declarations print`;
  // It may print what it is made of.
  analysis.pour(analysis.output, parts);
}

/** A copy of a function does what the function does, and is none that is known here. */
function printsDeclarations(parts: readonly Part[]): boolean {
  let prints = false;
  listsIn(parts, (list) => {
    eachCommand(list, '', (command) => {
      const name = command.kind === 'simple' ? staticText(command.words[0]?.parts ?? []) : null;
      prints ||= /^(?:declare|typeset|type|alias|trap|set|export|readonly|shopt)$/.test(name ?? '');
    });
  });
  return prints;
}

/** Whether what follows is an argument of a command, and not the command. */
function isBehindCommand(code: string): boolean {
  return /(?:^|[;&|\n])[ \t]*[A-Za-z0-9_./-]+[ \t][^;&|\n]*$/.test(code);
}

function printf(analysis: Analysis, args: readonly Word[]): void {
  const { variable, rest: behind } = variableOf(args);
  if (variable) {
    analysis.assignable(variable, 'as the name of a variable for printf');
    for (const { parts } of behind) analysis.assign(analysis.targetOf(variable), parts);
  } else printsArguments(analysis, args);
  const ends = staticText(behind[0]?.parts ?? []) === '--';
  const rest = ends ? behind.slice(1) : behind;
  if (!ends && !variable && mayBeOption(rest[0]))
    analysis.restrict('plain', 'in front of the format of printf', (rest[0]?.parts ?? []).slice(0, 1));
  const [format, ...values] = rest;
  if (!format) return;
  const text = staticText(format.parts);
  // It puts together what it prints.
  if (/\w%|%[^\s%]*[A-Za-z]\w/.test(text ?? '')) printsCode(analysis);
  if (text === null) {
    let before = '';
    for (const part of format.parts) {
      // A letter there is what the directive does: `%n` sets a variable.
      const isWidth = /%[-+ #'0-9.*]*$/.test(before);
      if (part.kind === 'value' && isWidth)
        analysis.allowOnly('descriptor', 'in a directive of printf', [part]);
      else if (part.kind === 'value') analysis.allowOnly('format', 'in the format of printf', [part]);
      before += part.kind === 'text' ? part.text : '';
    }
    requirePlainBare(analysis, format.parts, 'in the format of printf');
    if (values.length > 0)
      for (const key of analysis.keysIn(format.parts))
        analysis.flows.sink(key, 'format', 'in the format of printf');
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
  args.forEach(({ parts }, i) => {
    if (parts[0]?.kind !== 'text' || !/^-[a-zA-Z]*C/.test(parts[0].text)) return;
    const where = 'in the command of mapfile -C';
    const code = [...parts.slice(1), ...(args[i + 1]?.parts ?? [])];
    analysis.restrict('never', where, code);
    for (const name of analysis.declarations.functions)
      analysis.pourArguments(name, [holding(analysis.input)]);
    analysis.runsText(code);
    analysis.flows.sink(analysis.input, 'plain', 'in what mapfile -C hands to a command');
  });
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

/** What is read comes to the variables; it may come from an open descriptor. */
function inputs(analysis: Analysis, args: readonly Word[]): void {
  const named = args.filter(({ parts }) => {
    const text = staticText(parts);
    return text === null || /^(?:-\w*a)?[A-Za-z_]/.test(text);
  });
  const variables = named.map(({ parts }) => {
    const attached = /^-\w*a(\w+)$/.exec(staticText(parts) ?? '')?.[1];
    return attached ?? analysis.targetOf(parts);
  });
  for (const variable of [...variables, 'REPLY', 'MAPFILE'])
    for (const key of [analysis.input, OPEN_INPUT]) analysis.assignFrom(variable, key);
}

/** Only behind `--` is nothing an option. */
function set(analysis: Analysis, args: readonly Word[]): void {
  const dashes = args.findIndex(({ parts }) => staticText(parts) === '--');
  const positional = dashes < 0 ? [] : args.slice(dashes + 1);
  for (const { parts } of dashes < 0 ? args : args.slice(0, dashes))
    analysis.demand('never', 'in an argument of set without -- before it', parts);
  analysis.noteCall(analysis.functionName, positional);
  for (const { parts } of positional) {
    analysis.data(parts);
    analysis.pourArguments(analysis.functionName, parts);
  }
  if (dashes >= 0) analysis.shiftBy(null);
  if (args.length > 0) return;
  printsVariables(analysis);
  printsCode(analysis);
}
