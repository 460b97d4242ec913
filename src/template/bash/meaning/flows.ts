/**
 * Follows texts through the variables, parameters, pipes and functions of a task: from where a value comes into one to
 * where bash evaluates or runs what it holds. What is not known by name is taken for any.
 */

import type { Declarations } from './declarations.js';
import {
  anyRead,
  anyWritten,
  argumentsOf,
  describe,
  errorsOf,
  inputOf,
  isAnyRead,
  isAnyWritten,
  movedArgumentsOf,
  outputOf,
  prefixOf,
} from './keys.js';
import { isName, meaningOf, PREFIX, SPECIAL_NAMES } from './names.js';
import type { Rule } from './rules.js';
import type { ValuePart } from '../syntax.js';

export interface Sink {
  readonly rule: Rule;
  readonly where: string;
  /** No program in between makes a value fit. */
  readonly strict: boolean;
}

/**
 * What the text of a variable is to bash: code, the name of a command, words of which one may be a command's name, or a
 * prompt, of which only expansions are run.
 */
export type CodeKind = 'code' | 'command' | 'words' | 'prompt';

/** Where a text is run: keys of what is read and printed there. */
export interface RunSite {
  readonly input: string;
  readonly output: string;
  readonly errors: string;
}

interface Inflow {
  readonly entry: number;
  readonly value: ValuePart;
  readonly key: string;
  /** The program that prints something made of it; null: it comes as it is. */
  readonly program: string | null;
}

export interface Arrival extends Sink {
  readonly entry: number;
  readonly value: ValuePart;
  readonly program: string | null;
}

/** By key that is come to, the program that stands on every way there; null: on none of one way. */
type Reach = ReadonlyMap<string, string | null>;

/** What becomes of what a key holds. */
interface End {
  readonly sinks: readonly { readonly sink: Sink; readonly program: string | null }[];
  /** Where bash runs what comes there: by any way, and by a program in between; null: nowhere. */
  readonly run: string | null;
  readonly runPrinted: string | null;
}

/** Steps of all searches together. A task that needs more is refused. */
const MAX_STEPS = 2_000_000;

const RUN = { rule: 'plain', strict: true } as const;

export class Flows {
  /** Why it is not known what bash does with values; null: it is. */
  obstacle: string | null = null;
  private readonly edges = new Map<string, Set<string>>();
  /** What a program prints, of what comes to it. */
  private readonly programEdges = new Map<string, Map<string, string>>();
  /** By a name in a text, in lower case, the keys that hold the text: arithmetic evaluates the name. */
  private readonly mentions = new Map<string, Set<string>>();
  private readonly sinks = new Map<string, Map<Rule, Sink>>();
  private readonly codeSinks = new Map<
    string,
    { readonly kind: CodeKind; readonly site: RunSite | null }[]
  >();
  private readonly inflows: Inflow[] = [];
  /** Texts of the author that would be code where they are run. */
  private readonly codeTexts: {
    readonly key: string;
    readonly kinds: readonly CodeKind[];
    readonly isPrinted: boolean;
  }[] = [];
  private readonly codeCalls: { readonly key: string; readonly functionName: string }[] = [];
  private readonly keys = new Set<string>();
  private steps = 0;

  connect(from: string, to: string): void {
    this.note(from);
    this.note(to);
    this.edges.set(from, (this.edges.get(from) ?? new Set()).add(to));
  }

  connectThrough(program: string, from: string, to: string): void {
    this.note(from);
    this.note(to);
    const programs = this.programEdges.get(from) ?? new Map<string, string>();
    this.programEdges.set(from, programs.set(to, program));
  }

  mention(name: string, key: string): void {
    this.note(key);
    if (isAnyRead(name)) this.note(name);
    const folded = foldedName(name);
    this.mentions.set(folded, (this.mentions.get(folded) ?? new Set()).add(key));
  }

  /** Notes that a value comes to a key. */
  pour(entry: number, value: ValuePart, key: string, program: string | null): void {
    this.note(key);
    this.inflows.push({ entry, value, key, program });
  }

  sink(key: string, rule: Rule, where: string, strict = false): void {
    this.note(key);
    const sinks = this.sinks.get(key) ?? new Map<Rule, Sink>();
    const known = sinks.get(rule);
    if (!known || (strict && !known.strict)) sinks.set(rule, { rule, where: known?.where ?? where, strict });
    this.sinks.set(key, sinks);
  }

  /** Notes that bash runs what the key holds. */
  run(key: string, kind: CodeKind, site: RunSite | null = null): void {
    this.note(key);
    const known = this.codeSinks.get(key) ?? [];
    known.push({ kind, site });
    this.codeSinks.set(key, known);
  }

  /** Notes a text that must not come to where it is run, as it would not be read here. `isPrinted`: nor by programs. */
  codeText(key: string, kinds: readonly CodeKind[], isPrinted = false): void {
    this.note(key);
    this.codeTexts.push({ key, kinds, isPrinted });
  }

  /** Notes that a text names a function, which is called where the text is run. */
  codeCall(key: string, functionName: string): void {
    this.note(key);
    this.codeCalls.push({ key, functionName });
  }

  /** All keys that what a key holds comes to, as it is. */
  behind(key: string): ReadonlySet<string> {
    return new Set(this.reach(key, this.edges).keys());
  }

  /** To be called once, when all scripts have been gone through. Returns each place that a value comes to. */
  solve(declarations: Declarations): Arrival[] {
    this.connectUnknownNames(declarations);
    this.findCode();
    const ends = new Map<string, End>();
    const arrivals: Arrival[] = [];
    for (const { entry, value, key, program } of this.inflows) {
      const end = ends.get(key) ?? this.endOf(key);
      ends.set(key, end);
      for (const { sink, program: later } of end.sinks)
        arrivals.push({ ...sink, entry, value, program: program ?? later });
      // A program makes no code of a plain word, as far as it can be known.
      const run = program === null ? end.runPrinted : end.run;
      if (run !== null)
        arrivals.push({
          ...RUN,
          where: `in ${describe(run)}, which is run as code`,
          entry,
          value,
          program: null,
        });
    }
    if (this.endOf('_').sinks.length > 0)
      this.obstacle ??= '$_, the last argument of any command, is evaluated';
    if (this.steps > MAX_STEPS) this.obstacle ??= 'its variables lead to too many places';
    return arrivals;
  }

  private note(key: string): void {
    if (key.startsWith(PREFIX) || (/^r~H/.test(key) && PREFIX.startsWith(prefixOf(key))))
      this.obstacle ??= 'it names the variables that values are handed over in';
    this.keys.add(key);
  }

  /** A name of which only the beginning is known may be any that begins so. */
  private connectUnknownNames(declarations: Declarations): void {
    const keys = [...this.keys];
    for (const name of declarations.references.keys()) {
      this.connect(name, anyWritten(''));
      this.connect(anyRead(''), name);
    }
    for (const key of this.keys) {
      if (isAnyRead(key)) for (const from of keys) if (this.matches(from, key)) this.connect(from, key);
      if (!isAnyWritten(key)) continue;
      for (const to of keys) if (this.matches(to, key)) this.connect(key, to);
      for (const name of SPECIAL_NAMES) this.writeSpecial(key, name);
      for (const name of declarations.integers)
        if (name.startsWith(prefixOf(key))) this.sink(key, 'integer', `in ${name}, which is an integer`);
    }
  }

  private matches(one: string, pattern: string): boolean {
    if (this.steps++ > MAX_STEPS) return false;
    const prefix = prefixOf(pattern);
    if (isAnyRead(one) || isAnyWritten(one)) {
      if (isAnyRead(one) === isAnyRead(pattern)) return false;
      return prefixOf(one).startsWith(prefix) || prefix.startsWith(prefixOf(one));
    }
    return isName(one)
      ? one.startsWith(prefix)
      : prefix === '' && isAnyRead(pattern) && /^\S* [@+0-9]/.test(one);
  }

  /** A name that is put together by the author may be one of the shell's, if its text says so anywhere. */
  private writeSpecial(key: string, name: string): void {
    const prefix = prefixOf(key);
    if (!name.startsWith(prefix) || (prefix === '' && !this.mentions.has(name.toLowerCase()))) return;
    const isRun = meaningOf(name) === 'run';
    this.sink(
      key,
      isRun ? 'never' : 'integer',
      `in ${name}, which bash ${isRun ? 'runs or reads' : 'evaluates'}`,
    );
  }

  private findCode(): void {
    for (const { key, functionName } of this.codeCalls)
      for (const next of this.behind(key))
        for (const { kind, site } of this.codeSinks.get(next) ?? [])
          if (kind !== 'prompt') this.callFunction(functionName, key, site);
    for (const { key, kinds, isPrinted } of this.codeTexts) {
      for (const next of isPrinted
        ? this.reach(key, this.edges, this.programEdges).keys()
        : this.behind(key)) {
        if (this.codeSinks.get(next)?.some(({ kind }) => kinds.includes(kind)) === true)
          this.obstacle ??= `code that is not written where it runs stands in ${describe(key)}`;
      }
    }
  }

  /** A text that is run calls the function with the rest of the text. */
  private callFunction(name: string, text: string, site: RunSite | null): void {
    for (const to of [argumentsOf(name), movedArgumentsOf(name)]) this.connect(text, to);
    if (site === null) return;
    this.connect(site.input, inputOf(name));
    this.connect(outputOf(name), site.output);
    this.connect(errorsOf(name), site.errors);
  }

  private endOf(key: string): End {
    const kept = this.reach(key, this.edges, this.programEdges);
    const runs = (next: string) =>
      this.codeSinks.get(next)?.some(({ kind }) => kind === 'code' || kind === 'prompt') === true;
    const run = [...kept].filter(([next]) => runs(next));
    return {
      sinks: this.sinksAmong(kept, this.reach(key, this.edges, this.programEdges, this.mentions)),
      run: run[0]?.[0] ?? null,
      runPrinted: run.find(([, program]) => program !== null)?.[0] ?? null,
    };
  }

  /** `kept`: the keys that the text itself comes to; `evaluated`: also those that hold its variable's name. */
  private sinksAmong(kept: Reach, evaluated: Reach): End['sinks'] {
    const found = new Map<Rule, { sink: Sink; program: string | null }>();
    for (const [name, program] of evaluated) {
      for (const sink of this.sinks.get(name)?.values() ?? []) {
        if (!kept.has(name) && sink.rule !== 'integer') continue;
        const before = found.get(sink.rule);
        const isWorse = before === undefined || (before.program !== null && program === null);
        const where = `in ${describe(name)}, which is used ${sink.where}`;
        if (isWorse || (sink.strict && !before.sink.strict))
          found.set(sink.rule, {
            sink: {
              ...sink,
              where: isWorse ? where : before.sink.where,
              strict: sink.strict || before?.sink.strict === true,
            },
            program: isWorse ? program : before.program,
          });
      }
    }
    return [...found.values()];
  }

  /** Ways without a program are gone first, so that a key that one of them leads to has none. */
  private reach(
    start: string,
    edges: ReadonlyMap<string, ReadonlySet<string>>,
    programEdges: ReadonlyMap<string, ReadonlyMap<string, string>> = new Map(),
    mentions: ReadonlyMap<string, ReadonlySet<string>> = new Map(),
  ): Reach {
    const programs = new Map<string, string | null>([[start, null]]);
    const waiting: [string, string][] = [];
    const walk = (key: string, program: string | null): void => {
      const stack = [key];
      for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
        if (this.steps++ > MAX_STEPS) return;
        for (const next of [...(edges.get(at) ?? []), ...(mentions.get(foldedName(at)) ?? [])]) {
          if (programs.has(next)) continue;
          programs.set(next, program);
          stack.push(next);
        }
        for (const [next, name] of programEdges.get(at) ?? []) waiting.push([next, name]);
      }
    };
    walk(start, null);
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [key, program] = next;
      if (programs.has(key)) continue;
      programs.set(key, program);
      walk(key, program);
    }
    return programs;
  }
}

/** `${x^^}` makes another name of a text. */
const foldedName = (name: string): string => (isAnyRead(name) ? name : name.toLowerCase());
