/**
 * What the values of a task have to be, gathered on the way through its scripts. A value is only data unless a
 * requirement says otherwise. Where the texts of variables, pipes and functions go is kept in `flows`.
 */

import type { Declarations } from './declarations.js';
import { Flows, type RunSite } from './flows.js';
import {
  anyRead,
  anyWritten,
  argumentOf,
  argumentsOf,
  errorsOf,
  inputOf,
  movedArgumentsOf,
  OPEN_INPUT,
  OPEN_OUTPUT,
  outputOf,
  subscriptsOf,
} from './keys.js';
import { BUILTINS, KEEP_ARGUMENTS } from './builtin-names.js';
import { isFree, isName, meaningOf, PREFIX } from './names.js';
import type { Rule } from './rules.js';
import { holding, isOfAll, isPromptCode, namesIn, textsIn, tokensOf, valuesOutside } from './texts.js';
import {
  type List,
  type Part,
  type ParameterPart,
  staticText,
  type SubstitutionPart,
  type ValuePart,
  type Word,
} from '../syntax.js';
import { partsInside } from '../traverse.js';

export interface Requirement {
  /** Which of the task's entries. */
  readonly entry: number;
  readonly rule: Rule;
  /** Completes "can stand …". */
  readonly where: string;
  /** The values with the text that they are one token with. */
  readonly token: readonly Part[];
}

/** Arguments of a function, or of `set` inside it, to be judged when it is known what becomes of them. */
interface Call {
  readonly entry: number;
  /** Of the function; empty: the script itself. */
  readonly name: string;
  readonly args: readonly CallArgument[];
  /** The function that calls it, and how its own parameters have been moved. */
  readonly caller: Caller;
}
interface Caller {
  readonly functionName: string;
  readonly shift: number | null;
}
export interface CallArgument {
  readonly word: Word;
  /** Keys of what comes into it. */
  readonly keys: readonly string[];
}

/** A value that comes to a place through another program, of which it is not known what it prints. */
export interface Doubt {
  readonly entry: number;
  readonly value: ValuePart;
  readonly program: string;
  readonly where: string;
}

/** At the beginning of a text that is run: it evaluates, declares or sets what is behind it. */
const DECLARING_WORD =
  /^(?:let|eval|declare|typeset|local|mapfile|readarray|read|source|\.|trap|alias|enable|export|readonly|getopts)(?:[ \t\n]|$)/;
const PLAIN_CODE = /^[A-Za-z0-9_@%+:,./ \t\n'"&|;<>~*-]*$/;
/** Builtins that do nothing else in code that is put together. */
const HARMLESS_WORDS = new Set([...KEEP_ARGUMENTS, 'wait', 'test', 'break', 'continue']);

export class Analysis {
  readonly flows = new Flows();
  readonly requirements: Requirement[] = [];
  readonly calls: Call[] = [];
  /** The entry that is gone through now. */
  entry = 0;
  /** The function that is gone through now; empty: none. */
  functionName = '';
  /** What is gone through now runs whenever its entry or function does, in the same shell. */
  isCertain = true;
  /** By how many the positional parameters of the function have been moved here; null: it is not known. */
  shift: number | null = 0;
  /** As `shift`, also where one has failed, as there were fewer parameters. */
  private shifts: ReadonlySet<number> = new Set([0]);
  /** By the key of their arguments, functions that run these as a command, and at which of them it begins. */
  readonly runners = new Map<string, number | null>();
  /** Inside code of `eval` or `trap`, where a value can only be written as it is: how deep. */
  codeDepth = 0;
  /** Keys of what is read here, and of where it is printed. */
  input = inputOf('');
  output = outputOf('');
  errors = errorsOf('');
  /** Variables that are certain to be associative arrays here, or to have been assigned to. */
  private associative = new Set<string>();
  private assigned = new Set<string>();
  /** Variables that something may have been assigned to. */
  private readonly touched = new Set<string>();
  private readonly substitutions = new Map<SubstitutionPart, string>();
  private count = 0;

  constructor(
    readonly declarations: Declarations,
    /** The text of a value; null where any may come. */
    readonly valueOf: (entry: number, index: number) => string | null,
    private readonly visitList: (analysis: Analysis, list: List) => void,
  ) {}

  /** Where what is run here reads and prints. */
  get site(): RunSite {
    const { input, output, errors } = this;
    return { input, output, errors };
  }

  get inCode(): boolean {
    return this.codeDepth > 0;
  }

  set obstacle(reason: string) {
    this.flows.obstacle ??= reason;
  }

  list(list: List): void {
    this.visitList(this, list);
  }

  /** Reads something in other surroundings, and returns to those before. */
  within(
    surroundings: Partial<Pick<Analysis, 'input' | 'output' | 'errors' | 'isCertain'>>,
    read: () => void,
  ): void {
    const { input, output, errors, isCertain } = this;
    Object.assign(this, surroundings);
    read();
    Object.assign(this, { input, output, errors, isCertain });
  }

  /** A key of its own, for a pipe or what a command prints. */
  fresh(): string {
    return ` >${++this.count}`;
  }

  /** The text of literals and known values; null where more stands there. */
  textOf(parts: readonly Part[]): string | null {
    let text = '';
    for (const part of parts) {
      if (part.kind === 'text') text += part.text;
      else if (part.kind !== 'value') return null;
      else {
        const value = this.valueOf(this.entry, part.site.index);
        if (value === null) return null;
        text += value;
      }
    }
    return text;
  }

  /** A text in which a value is data. */
  data(parts: readonly Part[]): void {
    for (const part of parts) {
      if (part.kind === 'text' && part.text.includes(PREFIX))
        this.obstacle = 'it names the variables that values are handed over in';
      if (part.kind === 'value' && this.inCode) this.allowOnly('plain', 'in code that is run later', [part]);
      else this.expansion(part);
    }
  }

  private expansion(part: Part): void {
    if (part.kind === 'arithmetic') this.evaluated(part.expression, 'in an arithmetic expression');
    else if (part.kind === 'substitution') this.substitution(part);
    else if (part.kind === 'parameter') this.parameter(part);
  }

  /** Goes through the commands of a substitution once, and returns the key of what they print, or read with `>(…)`. */
  substitution(part: SubstitutionPart): string {
    const known = this.substitutions.get(part);
    if (known !== undefined) return known;
    const key = this.fresh();
    this.substitutions.set(part, key);
    const surroundings = part.style === '>(' ? { input: key } : { output: key };
    this.within({ ...surroundings, isCertain: false }, () => {
      this.list(part.body);
    });
    return key;
  }

  private parameter(part: ParameterPart): void {
    const { name, subscript, operator, operand, indirect } = part;
    const plain = staticText(name);
    if (plain === null) this.demand(indirect ? 'never' : 'variable', 'in the name of a variable', name);
    else if (indirect && !operator.startsWith('!') && !isOfAll(subscript))
      this.sink(plain, 'variable', 'as the name of another variable');
    if (subscript) this.subscript(plain, subscript);
    if (operator === ':') this.evaluated(operand, 'where a substring begins or ends');
    else if (operator === '=' || operator === ':=') this.assign(plain ?? anyWritten(''), operand);
    else this.data(operand);
    if (operator === '@P')
      for (const key of this.keysOfParameter(part)) {
        this.flows.sink(key, 'plain', 'as a prompt');
        this.flows.run(key, 'prompt');
      }
  }

  /** A text that bash evaluates as arithmetic: values are integers, and variables may hold nothing else. */
  evaluated(parts: readonly Part[], where: string): void {
    for (const token of tokensOf(parts)) {
      if (token.some(({ kind }) => kind === 'value')) this.allowOnly('integer', where, token);
    }
    parts.forEach((part, i) => {
      if (part.kind === 'escaped') this.flows.sink(anyRead(''), 'integer', where);
      else if (part.kind !== 'text') this.evaluatedExpansion(part, where);
      else for (const name of namesIn(parts, i)) this.flows.sink(name, 'integer', where);
    });
  }

  private evaluatedExpansion(part: Part, where: string): void {
    if (part.kind === 'parameter') {
      for (const key of this.keysOfParameter(part)) this.flows.sink(key, 'integer', where);
      if (part.operator !== ':') this.evaluated(part.operand, where);
      this.parameter({ ...part, operand: part.operator === ':' ? part.operand : [] });
      return;
    }
    if (part.kind === 'substitution') this.flows.sink(this.substitution(part), 'integer', where);
    else this.expansion(part);
  }

  /** The key of an associative array is a text; any other subscript is evaluated. */
  subscript(array: string | null, parts: readonly Part[], where = 'in a subscript'): void {
    const { otherwise, unsetsUnknown, setsArrays, references, words } = this.declarations;
    // What a reference names can be unset by it.
    const isNamed = array === null || setsArrays(array) || (references.size > 0 && words.has(array));
    const isCertain = array !== null && !isNamed && !otherwise.has(array) && !unsetsUnknown;
    const isKey = isCertain && this.associative.has(array);
    if (!isKey || parts.some(({ kind }) => kind === 'value')) this.evaluated(parts, where);
    else this.data(parts);
    if (array !== null) this.pour(subscriptsOf(array), parts);
  }

  /** Notes that a variable is declared as an associative array here, unless it may be something else already. */
  declareAssociative(variable: string): void {
    if (this.isCertain && !this.touched.has(variable) && isFree(variable)) this.associative.add(variable);
  }

  /** An entry may have ended before it was through. */
  forgetCertain(): void {
    this.associative.clear();
    this.assigned.clear();
  }

  /** Whether a variable is certain to have been assigned to. */
  isAssigned(variable: string): boolean {
    return this.assigned.has(variable);
  }

  /** Null: it is not known by how many. */
  shiftBy(count: number | null): void {
    if (count === null || this.shift === null) {
      this.shift = null;
      return;
    }
    this.shift += count;
    const moved = [...this.shifts].map((shift) => shift + count);
    // By one it fails only where none is left.
    this.shifts = new Set(count > 1 ? [...this.shifts, ...moved] : moved);
  }

  /** What is declared inside a function is known there only, as the function may never be called. */
  insideFunction(name: string, read: () => void): void {
    const { functionName, associative, assigned, shift, shifts } = this;
    this.functionName = name;
    this.shift = 0;
    this.shifts = new Set([0]);
    this.associative = new Set(associative);
    this.assigned = new Set(assigned);
    this.within({ input: inputOf(name), output: outputOf(name), errors: errorsOf(name) }, read);
    Object.assign(this, { functionName, associative, assigned, shift, shifts });
  }

  /** What a command with its arguments names as a variable to be set: a name, perhaps with a subscript. */
  assignable(parts: readonly Part[], where: string): void {
    const text = staticText(parts);
    if (text?.includes('[') === false) return;
    const at = parts.findIndex((part) => part.kind !== 'text' || part.text.includes('['));
    const part = parts[at];
    if (part?.kind === 'text' && (at > 0 || !part.text.startsWith('['))) {
      const rest = { ...part, text: part.text.slice(part.text.indexOf('[')) };
      this.evaluated([rest, ...parts.slice(at + 1)], 'in a subscript');
      return;
    }
    this.demandAll('name', where, parts);
  }

  /** The key of the variable that the text names, perhaps with a subscript. */
  targetOf(parts: readonly Part[]): string {
    const text = this.textOf(parts);
    const begun = parts.findIndex((part) => part.kind !== 'text');
    const known = text ?? staticText(parts.slice(0, Math.max(begun, 0))) ?? '';
    const opening = known.indexOf('[');
    if (opening > 0) return known.slice(0, opening);
    return text !== null && isName(text) ? text : anyWritten(/^[A-Za-z_]\w*$/.test(known) ? known : '');
  }

  /** All values of the text together have to be allowed by the rule. */
  demand(rule: Rule, where: string, parts: readonly Part[]): void {
    if (parts.some(({ kind }) => kind === 'value')) this.allowOnly(rule, where, parts);
    for (const part of parts) {
      if (part.kind === 'value') continue;
      for (const value of partsInside(part).flatMap((inner) => valuesOutside(inner)))
        this.allowOnly(rule, where, [value]);
      if (part.kind === 'substitution') this.flows.sink(this.substitution(part), rule, where, true);
      else this.expansion(part);
    }
  }

  /** As `demand`, also for what comes into the text by variables. */
  demandAll(rule: Rule, where: string, parts: readonly Part[]): void {
    this.demand(rule, where, parts);
    for (const key of this.keysIn(parts)) this.flows.sink(key, rule, where, true);
  }

  /** Each value that comes into the text has to be allowed by the rule, and so has what its variables hold. */
  restrict(rule: Rule, where: string, parts: readonly Part[]): void {
    for (const value of valuesOutside(parts)) this.allowOnly(rule, where, [value]);
    for (const key of this.keysIn(parts)) this.flows.sink(key, rule, where);
  }

  /** A text that bash runs, of which it is not known what it is. */
  runsText(parts: readonly Part[]): void {
    const [first, second] = parts[0]?.kind === 'text' && parts[0].text === '=' ? parts.slice(1) : parts;
    const isJoined = second?.kind !== 'text' ? second !== undefined : /^[^ \t\n;&|]/.test(second.text);
    if (first !== undefined && first.kind !== 'text' && first.kind !== 'value' && isJoined)
      this.obstacle = 'it runs code that is put together';
    for (const key of this.keysIn(parts)) this.flows.run(key, 'code', this.site);
    for (const part of parts) {
      if (part.kind === 'escaped' || (part.kind === 'text' && this.isCode(part.text)))
        this.obstacle = 'it runs code that is put together';
      if (part.kind !== 'text') continue;
      for (const word of part.text.match(/[A-Za-z_][\w-]*/g) ?? [])
        if (this.declarations.functions.has(word)) this.pourArguments(word, parts);
    }
  }

  private isCode(text: string): boolean {
    // Quotes inside a word hide its name.
    if (!PLAIN_CODE.test(text) || /\w['"]+\w/.test(text)) return true;
    const words = text.split(/[^A-Za-z0-9_.:-]+/);
    return words.some((word) => BUILTINS.has(word) && !HARMLESS_WORDS.has(word));
  }

  allowOnly(rule: Rule, where: string, token: readonly Part[]): void {
    this.requirements.push({ entry: this.entry, rule, where, token });
  }

  /** Text comes to a variable, by its key: bash evaluates, runs or keeps it. `binds`: it sets what a reference names. */
  assign(variable: string, parts: readonly Part[], binds = false): void {
    const { integers, references } = this.declarations;
    const meaning = meaningOf(variable);
    const bound = references.get(variable);
    if (integers.has(variable) || meaning === 'evaluated')
      this.evaluated(parts, `in ${variable}, which is an integer`);
    else if (bound !== undefined && (binds || !bound)) {
      const where = `in ${variable}, which names a variable`;
      this.demandAll('variable', where, parts);
      // `declare -n x='a[i]'` evaluates i at each use.
      if (parts.some((part) => part.kind === 'text' && part.text.includes('[')))
        this.assignable(parts, where);
    } else if (meaning === 'run') {
      const where = `in ${variable}, which bash runs or reads`;
      this.demandAll('never', where, parts);
      for (const part of parts)
        if (part.kind === 'text' && isPromptCode(part.text)) this.obstacle = `${variable} holds code`;
      this.flows.run(variable, 'prompt');
    } else this.data(parts);
    this.touched.add(variable);
    if (this.isCertain) this.assigned.add(variable);
    this.pour(variable, parts);
  }

  /** What a key holds comes to a variable. */
  assignFrom(variable: string, key: string): void {
    this.assign(variable, [holding(key)]);
  }

  /** Notes that a text comes to a key. `program`: as what this one prints. */
  pour(key: string, parts: readonly Part[], program: string | null = null): void {
    for (const value of valuesOutside(parts)) this.flows.pour(this.entry, value, key, program);
    for (const from of this.keysIn(parts))
      if (program === null) this.flows.connect(from, key);
      else this.flows.connectThrough(program, from, key);
    if (program !== null) return;
    this.literals(key, parts);
    // The text is the path of a descriptor.
    for (const part of parts)
      if (part.kind !== 'substitution') continue;
      else if (part.style === '<(') this.flows.connect(this.substitution(part), OPEN_INPUT);
      else if (part.style === '>(') this.flows.connect(OPEN_OUTPUT, this.substitution(part));
  }

  /** Notes that a text comes to any argument of a function. */
  pourArguments(functionName: string, parts: readonly Part[]): void {
    this.pour(argumentsOf(functionName), parts);
    this.pour(movedArgumentsOf(functionName), parts);
  }

  /** Notes a call of a function, or what `set` makes the arguments of one. */
  noteCall(name: string, args: readonly Word[]): void {
    const known = args.map((word) => ({ word, keys: this.keysIn(word.parts) }));
    const { entry, functionName, shift } = this;
    this.calls.push({ entry, name, args: known, caller: { functionName, shift } });
  }

  private literals(key: string, parts: readonly Part[]): void {
    parts.forEach((part, i) => {
      if (part.kind === 'parameter' && part.operator !== ':' && part.operator !== 'length')
        this.literals(key, part.operand);
      if (part.kind === 'escaped') {
        this.flows.codeText(key, ['code', 'prompt']);
        this.flows.mention(anyRead(''), key);
      }
      if (part.kind !== 'text') return;
      if (!part.quoted && /(?:^|[=:])~/.test(part.text))
        for (const folder of ['PWD', 'OLDPWD', 'DIRSTACK']) this.flows.connect(folder, key);
      for (const name of namesIn(parts, i, part.quoted)) this.flows.mention(name, key);
      for (const word of part.text.match(/[A-Za-z_][\w-]*/g) ?? [])
        if (this.declarations.functions.has(word)) this.flows.codeCall(key, word);
    });
    for (const text of textsIn(parts))
      if (isPromptCode(text)) this.flows.codeText(key, ['code', 'prompt']);
      else if (this.isCode(text)) this.flows.codeText(key, ['code']);
    for (const text of textsIn(parts)) if (DECLARING_WORD.test(text)) this.flows.codeText(key, ['command']);
  }

  /** A variable whose content has to be allowed by the rule. */
  sink(name: string, rule: Rule, where: string): void {
    for (const key of this.keysOf(name)) this.flows.sink(key, rule, where);
  }

  /** Where what a parameter of this name holds is kept. */
  keysOf(name: string): readonly string[] {
    if (isName(name) || /[ ~]/.test(name)) return [name];
    const f = this.functionName;
    if (name === '@' || name === '*') return [argumentsOf(f)];
    if (!/^0*[1-9][0-9]*$/.test(name)) return [];
    // Code of a trap runs later.
    if (this.shift === null || this.inCode) return [argumentsOf(f)];
    return [...[...this.shifts].map((shift) => argumentOf(f, Number(name) + shift)), movedArgumentsOf(f)];
  }

  private keysOfParameter({ name, indirect, subscript, operator }: ParameterPart): readonly string[] {
    const plain = staticText(name) ?? this.textOf(name);
    if (operator === 'length') return [];
    if (plain === null) return [anyRead('')];
    if (!indirect) return this.keysOf(plain);
    if (isOfAll(subscript)) return [subscriptsOf(plain)];
    return [anyRead(operator.startsWith('!') ? plain : '')];
  }

  /** Keys of what comes into the text. */
  keysIn(parts: readonly Part[]): string[] {
    return parts.flatMap((part) => {
      if (part.kind === 'substitution') return [this.substitution(part)];
      if (part.kind !== 'parameter') return [];
      const own = [...this.keysOfParameter(part), ...(part.operator === '@P' ? ['PWD'] : [])];
      return part.operator === ':' ? [...own] : [...own, ...this.keysIn(part.operand)];
    });
  }

  /** Notes that the arguments of the function are run as a command. `from`: which of those that are left begins it. */
  runsArguments(from: number | null): void {
    const key = argumentsOf(this.functionName);
    this.flows.run(key, 'words', this.site);
    const start = from === null || this.shift === null || this.inCode ? null : from + this.shift;
    this.runners.set(key, this.runners.has(key) && this.runners.get(key) !== start ? null : start);
  }

  /** Where the command begins that a function makes of its arguments: null: not known; undefined: it makes none. */
  commandIn(functionName: string): number | null | undefined {
    const own = argumentsOf(functionName);
    const starts = [...this.flows.behind(own)].filter((key) => this.runners.has(key));
    if (starts.length === 0) return undefined;
    return starts.length === 1 && starts[0] === own ? this.runners.get(own) : null;
  }
}
