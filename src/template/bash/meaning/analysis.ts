/**
 * What the values of a task have to be, gathered on the way through its scripts. A value is only data unless a
 * requirement says otherwise.
 *
 * Besides the places themselves it follows variables: where a value is put into a variable that stands in arithmetic or
 * is run anywhere in the task, the value has to be what is allowed there.
 */

import type { Declarations } from './declarations.js';
import { isName, meaningOf } from './names.js';
import type { Rule } from './rules.js';
import { type List, type Part, staticText, type ValuePart, type Word } from '../syntax.js';
import { bodiesOf, partsInside, valuesIn } from '../traverse.js';

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
  readonly args: readonly Word[];
}

interface Sink {
  readonly rule: Rule;
  readonly where: string;
}

/** A value on its way into a variable. `program`: as what this one prints; null: as it is. */
interface Inflow {
  readonly entry: number;
  readonly value: ValuePart;
  readonly variable: string;
  readonly program: string | null;
}

/** A value that comes to a place through another program, of which it is not known what it prints. */
export interface Doubt {
  readonly entry: number;
  readonly value: ValuePart;
  readonly program: string;
  readonly where: string;
}

const TOKEN_TEXT = /[A-Za-z0-9_#.@]+|[^A-Za-z0-9_#.@]+/g;
const IDENTIFIER = /(?<![A-Za-z0-9_#@])[A-Za-z_][A-Za-z0-9_]*/g;

export class Analysis {
  readonly requirements: Requirement[] = [];
  readonly doubts: Doubt[] = [];
  readonly calls: Call[] = [];
  /** Why it is not known what bash does with values; null: it is. */
  obstacle: string | null = null;
  /** The entry that is gone through now. */
  entry = 0;
  /** The function that is gone through now; empty: none. */
  functionName = '';
  /** What is gone through now runs whenever its entry or function does, in the same shell. */
  isCertain = true;
  /** Functions, by the key of their arguments, that run their arguments as a command. */
  readonly runners = new Set<string>();
  /** Inside code of `eval` or `trap`, where a value can only be written as it is. */
  inCode = false;
  /** Texts that a `read` here would get to read. */
  input: (readonly Part[])[] = [];
  /** Variables that are certain to be associative arrays here, or to have been assigned to. */
  private associative = new Set<string>();
  private assigned = new Set<string>();
  private readonly sinks = new Map<string, Sink[]>();
  private readonly flows = new Map<string, Set<string>>();
  /** By a name in a text, the variables that hold the text: arithmetic evaluates the name. */
  private readonly mentions = new Map<string, Set<string>>();
  private readonly inflows: Inflow[] = [];

  constructor(
    readonly declarations: Declarations,
    /** The text of a value; null where any may come. */
    readonly valueOf: (entry: number, index: number) => string | null,
    private readonly visitList: (analysis: Analysis, list: List) => void,
  ) {}

  list(list: List): void {
    this.visitList(this, list);
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
      if (part.kind === 'value' && this.inCode) this.allowOnly('plain', 'in code that is run later', [part]);
      else this.expansion(part);
    }
  }

  private expansion(part: Part): void {
    if (part.kind === 'arithmetic') this.evaluated(part.expression, 'in an arithmetic expression');
    else if (part.kind === 'substitution') {
      const { input, isCertain } = this;
      this.input = [];
      this.isCertain = false;
      this.list(part.body);
      Object.assign(this, { input, isCertain });
    } else if (part.kind === 'parameter') this.parameter(part);
  }

  private parameter(part: Extract<Part, { kind: 'parameter' }>): void {
    const { name, subscript, operator, operand, indirect } = part;
    const plain = staticText(name);
    if (plain === null) this.demand(indirect ? 'never' : 'variable', 'in the name of a variable', name);
    else if (indirect && !operator.startsWith('!'))
      this.sink(plain, 'variable', 'as the name of another variable');
    if (subscript) this.subscript(plain, subscript);
    if (operator === ':') this.evaluated(operand, 'where a substring begins or ends');
    else if (operator === '=' || operator === ':=') this.assign(plain, operand);
    else this.data(operand);
    if (operator === '@P' && plain !== null) this.sink(plain, 'plain', 'as a prompt');
  }

  /** A text that bash evaluates as arithmetic: values are integers, and variables may hold nothing else. */
  evaluated(parts: readonly Part[], where: string): void {
    for (const token of tokensOf(parts)) {
      if (token.some(({ kind }) => kind === 'value')) this.allowOnly('integer', where, token);
    }
    for (const part of parts) {
      if (part.kind === 'text') {
        for (const [name] of part.text.matchAll(IDENTIFIER)) this.sink(name, 'integer', where);
      } else this.evaluatedExpansion(part, where);
    }
  }

  private evaluatedExpansion(part: Part, where: string): void {
    if (part.kind === 'parameter') {
      const name = staticText(part.name);
      if (name !== null && part.operator !== '#') this.sink(name, 'integer', where);
      if (part.operator !== ':') this.evaluated(part.operand, where);
      this.parameter({ ...part, operand: part.operator === ':' ? part.operand : [] });
      return;
    }
    if (part.kind === 'substitution') {
      for (const value of valuesIn([part])) this.allowOnly('integer', `in a command ${where}`, [value]);
      this.printed(part.body).forEach((printed) => {
        for (const name of this.namesIn(printed)) this.sinkOf(name, 'integer', where);
      });
    }
    this.expansion(part);
  }

  /** The key of an associative array is a text; any other subscript is evaluated. */
  subscript(array: string | null, parts: readonly Part[], where = 'in a subscript'): void {
    const isKey = array !== null && this.associative.has(array) && !this.declarations.otherwise.has(array);
    if (!isKey || valuesIn(parts).length > 0) this.evaluated(parts, where);
    else this.data(parts);
  }

  /** Notes that a variable is declared as an associative array here. */
  declareAssociative(variable: string): void {
    if (this.isCertain) this.associative.add(variable);
  }

  /** Whether a variable is certain to have been assigned to. */
  isAssigned(variable: string): boolean {
    return this.assigned.has(variable);
  }

  /** What is declared inside a function is known there only, as the function may never be called. */
  insideFunction(name: string, read: () => void): void {
    const { functionName, associative, assigned, isCertain } = this;
    this.functionName = name;
    this.associative = new Set(associative);
    this.assigned = new Set(assigned);
    read();
    Object.assign(this, { functionName, associative, assigned, isCertain });
  }

  /** What a command with its arguments names as a variable to be set: a name, perhaps with a subscript. */
  assignable(parts: readonly Part[], where: string): void {
    const text = staticText(parts);
    const first = parts[0];
    const opening = first?.kind === 'text' ? first.text.indexOf('[') : -1;
    if (text !== null && opening < 0) return;
    if (first?.kind === 'text' && opening > 0) {
      const rest = { ...first, text: first.text.slice(opening) };
      this.evaluated([rest, ...parts.slice(1)], 'in a subscript');
      return;
    }
    this.demand('name', where, parts);
    for (const name of this.namesIn(parts)) this.sinkOf(name, 'name', where);
    this.data(parts.filter(({ kind }) => kind !== 'value'));
  }

  /** All values of the text together have to be allowed by the rule. */
  demand(rule: Rule, where: string, parts: readonly Part[]): void {
    if (parts.some(({ kind }) => kind === 'value')) this.allowOnly(rule, where, parts);
    for (const part of parts) {
      if (part.kind === 'value') continue;
      for (const value of partsInside(part).flatMap(valuesIn)) this.allowOnly(rule, where, [value]);
      if (part.kind !== 'text') this.expansion(part);
    }
  }

  /** Each value that comes into the text has to be allowed by the rule, and so has what its variables hold. */
  restrict(rule: Rule, where: string, parts: readonly Part[]): void {
    for (const value of this.valuesPrinted(parts)) this.allowOnly(rule, where, [value]);
    for (const name of this.namesIn(parts)) this.sinkOf(name, rule, where);
  }

  allowOnly(rule: Rule, where: string, token: readonly Part[]): void {
    this.requirements.push({ entry: this.entry, rule, where, token });
  }

  /** What comes to a variable by the text: bash evaluates, runs or keeps it. */
  assign(variable: string | null, parts: readonly Part[]): void {
    if (variable === null) {
      this.data(parts);
      return;
    }
    const { integers, references } = this.declarations;
    const meaning = meaningOf(variable);
    if (integers.has(variable) || meaning === 'evaluated')
      this.evaluated(parts, `in ${variable}, which is an integer`);
    else if (references.has(variable)) {
      this.demand('variable', `in ${variable}, which names a variable`, parts);
      for (const name of this.namesIn(parts))
        this.sinkOf(name, 'variable', `in ${variable}, which names a variable`);
    } else if (meaning === 'run') {
      this.demand('never', `in ${variable}, which bash runs or reads`, parts);
      for (const name of this.namesIn(parts))
        this.sinkOf(name, 'never', `in ${variable}, which bash runs or reads`);
    } else this.data(parts);
    this.flow(variable, parts);
  }

  /** Notes that the text comes to a variable. */
  flow(variable: string, parts: readonly Part[]): void {
    if (this.isCertain) this.assigned.add(variable);
    const { entry } = this;
    for (const value of this.valuesPrinted(parts))
      this.inflows.push({ entry, value, variable, program: null });
    for (const { program, value } of valuesHanded(parts))
      this.inflows.push({ entry, value, variable, program });
    for (const name of this.namesIn(parts)) this.connect(name, variable);
    for (const text of this.textsPrinted(parts))
      for (const [name] of text.matchAll(IDENTIFIER)) add(this.mentions, name, variable);
  }

  /** Notes that the content of a variable comes to another. */
  connect(from: string, to: string): void {
    add(this.flows, from, to);
  }

  /** A variable whose content has to be allowed by the rule. */
  sink(name: string, rule: Rule, where: string): void {
    this.sinkOf(this.keyOf(name), rule, where);
  }

  /** As sink, by the key of the variable. */
  sinkOf(key: string, rule: Rule, where: string): void {
    if (/(?:^| )_$/.test(key)) this.obstacle ??= `$_, the last argument of any command, is used ${where}`;
    const sinks = this.sinks.get(key) ?? [];
    if (!sinks.some((sink) => sink.rule === rule)) sinks.push({ rule, where });
    this.sinks.set(key, sinks);
  }

  /** Where a positional parameter of the function that is gone through now is kept. `@`: all of them. */
  keyOf(name: string): string {
    if (isName(name)) return name;
    if (name === '*') return `${this.functionName} @`;
    const isNumber = /^[1-9][0-9]*$/.test(name);
    return `${this.functionName} ${isNumber && this.declarations.shifting.has(this.functionName) ? '@' : name}`;
  }

  /** Variables whose content comes into the text. */
  namesIn(parts: readonly Part[]): string[] {
    return parts.flatMap((part) => {
      if (part.kind === 'substitution')
        return this.printed(part.body).flatMap((printed) => this.namesIn(printed));
      if (part.kind !== 'parameter') return [];
      const name = staticText(part.name);
      const own = name === null || part.operator === '#' ? [] : [this.keyOf(name)];
      return part.operator === ':' ? own : [...own, ...this.namesIn(part.operand)];
    });
  }

  private valuesPrinted(parts: readonly Part[]): ValuePart[] {
    return parts.flatMap((part) => {
      if (part.kind === 'value') return [part];
      if (part.kind === 'substitution')
        return this.printed(part.body).flatMap((printed) => this.valuesPrinted(printed));
      return part.kind === 'parameter' ? this.valuesPrinted(part.operand) : [];
    });
  }

  /** Literal texts in a text, each as long as nothing else comes between. */
  private textsPrinted(parts: readonly Part[]): string[] {
    const texts = [''];
    for (const part of parts) {
      if (part.kind === 'text') texts.push(`${texts.pop() ?? ''}${part.text}`);
      else if (part.kind === 'substitution')
        texts.push(...this.printed(part.body).flatMap((printed) => this.textsPrinted(printed)), '');
      else if (part.kind === 'parameter') texts.push(...this.textsPrinted(part.operand), '');
      else texts.push('');
    }
    return texts;
  }

  /**
   * The texts that commands print as they are: arguments of `echo`, `printf` and functions, and what `cat` is handed.
   * What other programs print is theirs.
   */
  printed(list: List): (readonly Part[])[] {
    return list.flatMap(({ commands }) =>
      commands.flatMap((command) => {
        if (command.kind !== 'simple') return bodiesOf(command).flatMap((body) => this.printed(body));
        const name = staticText(command.words[0]?.parts ?? []) ?? '';
        if (name === 'cat')
          return command.redirects.flatMap(({ operator, target, document }) =>
            document ? [document.parts] : operator === '<<<' ? [target.parts] : [],
          );
        if (name !== 'echo' && name !== 'printf' && !this.declarations.functions.has(name)) return [];
        return command.words.slice(1).map(({ parts }) => parts);
      }),
    );
  }

  /** Whether what comes to the arguments of the function is run as a command. */
  runsArguments(functionName: string): boolean {
    return [...this.behind(`${functionName} @`)].some((name) => this.runners.has(name));
  }

  /** All variables that the content of a variable comes to. */
  private behind(
    variable: string,
    ...edges: ReadonlyMap<string, ReadonlySet<string>>[]
  ): ReadonlySet<string> {
    const seen = new Set([variable]);
    for (const name of seen)
      for (const flows of [this.flows, ...edges]) for (const next of flows.get(name) ?? []) seen.add(next);
    return seen;
  }

  private sinksBehind(variable: string): Sink[] {
    const kept = this.behind(variable);
    return [...this.behind(variable, this.mentions)].flatMap((name) =>
      (this.sinks.get(name) ?? [])
        .filter(({ rule }) => kept.has(name) || rule === 'integer')
        .map((sink) => ({ ...sink, where: `in ${describe(name)}, which is used ${sink.where}` })),
    );
  }

  /** To be called when all entries have been gone through. */
  followVariables(): void {
    const behind = new Map<string, Sink[]>();
    for (const { entry, value, variable, program } of this.inflows) {
      const sinks = behind.get(variable) ?? this.sinksBehind(variable);
      behind.set(variable, sinks);
      for (const { rule, where } of sinks) {
        if (program === null) this.requirements.push({ entry, rule, where, token: [value] });
        else this.doubts.push({ entry, value, program, where });
      }
    }
  }
}

function add(edges: Map<string, Set<string>>, from: string, to: string): void {
  edges.set(from, (edges.get(from) ?? new Set()).add(to));
}

function describe(key: string): string {
  const [functionName = '', parameter] = key.split(' ');
  if (parameter === undefined) return `the variable ${key}`;
  return functionName === '' ? 'a positional parameter' : `an argument of ${functionName}`;
}

/** Values that a substitution hands to programs, of which it takes what they print. */
function valuesHanded(parts: readonly Part[]): { program: string; value: ValuePart }[] {
  return parts.flatMap((part) => {
    if (part.kind !== 'substitution') return partsInside(part).flatMap(valuesHanded);
    const program = firstProgram(part.body);
    return program === null ? [] : valuesIn([part]).map((value) => ({ program, value }));
  });
}

function firstProgram(list: List): string | null {
  for (const { commands } of list) {
    for (const command of commands) {
      if (command.kind !== 'simple') continue;
      const name = staticText(command.words[0]?.parts ?? []);
      if (name !== null && name !== '' && !/^(?:echo|printf|cat)$/.test(name)) return name;
    }
  }
  return null;
}

/** Runs of text, values and expansions that arithmetic takes for one number or name. */
function tokensOf(parts: readonly Part[]): Part[][] {
  const tokens: Part[][] = [[]];
  for (const part of parts) {
    if (part.kind !== 'text') {
      tokens.at(-1)?.push(part);
      continue;
    }
    for (const [text] of part.text.matchAll(TOKEN_TEXT)) {
      if (/^[A-Za-z0-9_#.@]/.test(text)) tokens.at(-1)?.push({ ...part, text });
      else tokens.push([]);
    }
  }
  return tokens;
}
