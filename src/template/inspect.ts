/** Looks the entries of a task over when its pipeline is loaded: what opts out of safety, and where not any value can stand. */

import type { Requirement } from './bash/meaning/analysis.js';
import { readTask } from './bash/meaning/read-task.js';
import { NotUnderstood } from './bash/grammar/reader.js';
import { needs } from './bash/meaning/rules.js';
import { programWarnings } from './bash/meaning/programs.js';
import { type Part } from './bash/syntax.js';
import { valuesIn } from './bash/traverse.js';
import { MARK } from './bash/view.js';
import { evaluate } from './go/evaluate.js';
import { positionOf } from './go/failure.js';
import type { ActionNode, BranchNode, ListNode, OperandNode, PipeNode } from './go/nodes.js';
import { parseTemplate } from './go/parser.js';
import { TemplateError } from './go/template-error.js';
import { read, type Reading } from './outline.js';

/** Lines count from 1, columns in bytes from 0, as in the messages of Go's templates. */
export interface ScriptWarning {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** Ways through an entry that are looked at; one with more branches than that has been warned of its likes. */
const MAX_WAYS = 100;

interface Found {
  readonly node: ActionNode;
  readonly message: string;
}

/** One way through the branches of an entry. */
interface Way {
  readonly entry: number;
  readonly outline: Outline;
  readonly reading: Reading | NotUnderstood;
}

/**
 * Returns for each entry what to warn of, or the TemplateError of one that does not parse.
 *
 * @param numbers variables that are declared as numbers, which may stand in arithmetic
 */
export function inspectTask(
  sources: readonly string[],
  numbers: ReadonlySet<string> = new Set(),
): (readonly ScriptWarning[] | TemplateError)[] {
  if (!sources.some((source) => source.includes('{{'))) return sources.map(() => []);
  const roots = sources.map(parsed);
  const ways = roots.flatMap((root, entry) =>
    root instanceof TemplateError ? [] : waysOf(sources[entry] ?? '', root, entry),
  );
  const found = warningsOf(ways, numbers);
  return roots.map((root, entry) => {
    if (root instanceof TemplateError) return root;
    const source = sources[entry] ?? '';
    return [...(found.get(entry)?.values() ?? [])]
      .sort((a, b) => a.node.pos - b.node.pos)
      .map(({ node, message }) => ({ ...positionOf(source, node.pos), message }));
  });
}

function parsed(source: string): ListNode | TemplateError {
  try {
    return parseTemplate(source);
  } catch (error) {
    if (error instanceof TemplateError) return error;
    throw error;
  }
}

function waysOf(source: string, root: ListNode, entry: number): Way[] {
  return [[], ...waysToElse(root)].slice(0, MAX_WAYS).map((detours) => {
    const outline = new Outline(source, root, detours);
    return {
      entry,
      outline,
      reading: read(
        outline.text,
        outline.actions.map(({ at }) => at),
      ),
    };
  });
}

/** By entry, each once. */
function warningsOf(ways: readonly Way[], numbers: ReadonlySet<string>): Map<number, Map<string, Found>> {
  const found = new Map<number, Map<string, Found>>();
  const warn = (way: Way | undefined, index: number, message: string): void => {
    const node = way?.outline.actions[index]?.node;
    if (!way || !node) return;
    const ofEntry = found.get(way.entry) ?? new Map<string, Found>();
    found.set(way.entry, ofEntry.set(`${node.pos} ${message}`, { node, message }));
  };
  for (const way of ways) {
    way.outline.actions.forEach(({ node }, index) => {
      if (isRaw(node.pipe)) warn(way, index, 'raw puts the value into the script as code');
    });
    if (way.reading instanceof NotUnderstood) warnNotUnderstood(way, way.reading, warn);
    else for (const { index, message } of programWarnings(way.reading.script)) warn(way, index, message);
  }
  const scripts = ways.map(({ reading }) => (reading instanceof NotUnderstood ? null : reading.script));
  const { requirements, doubts } = readTask(scripts, () => null);
  for (const { entry, value, program, where } of doubts)
    warn(
      ways[entry],
      value.site.index,
      `what ${program} makes of the value stands ${where}: bash evaluates it`,
    );
  for (const requirement of requirements) {
    const way = ways[requirement.entry];
    const first = unfit(requirement.token, way, numbers, requirement);
    if (first !== null) warn(way, first, messageOf(requirement));
  }
  return found;
}

function warnNotUnderstood(
  way: Way,
  { at, message }: NotUnderstood,
  warn: (way: Way, index: number, message: string) => void,
): void {
  // A raw value may make another script of it.
  if (way.outline.actions.some(({ node }) => isRaw(node.pipe))) return;
  const line = way.outline.text.slice(0, at).split('\n').length;
  warn(way, 0, `the script is not understood in line ${line}, so that no value can stand in it: ${message}`);
}

/** The first value that the place does not suit whatever it is; null: none. */
function unfit(
  token: readonly Part[],
  way: Way | undefined,
  numbers: ReadonlySet<string>,
  { rule }: Requirement,
): number | null {
  const indexes = valuesIn(token).map(({ site }) => site.index);
  const isNumber = (index: number): boolean => {
    const node = way?.outline.actions[index]?.node;
    const operand = node?.pipe.commands.length === 1 ? node.pipe.commands[0]?.operands : undefined;
    const only = operand?.length === 1 ? operand[0] : undefined;
    return only?.kind === 'field' && only.path.length === 1 && numbers.has(only.path[0] ?? '');
  };
  const isRawAction = (index: number): boolean => {
    const node = way?.outline.actions[index]?.node;
    return node !== undefined && isRaw(node.pipe);
  };
  const doubtful = indexes.filter((index) => !isRawAction(index));
  if (rule === 'integer' && doubtful.every(isNumber)) return null;
  return doubtful[0] ?? null;
}

function messageOf({ rule, where }: Requirement): string {
  if (rule === 'never') return `${needs(rule, where)}: the task fails`;
  const hint = rule === 'integer' ? '; declare the variable with type: integer' : '';
  return `${needs(rule, where)}: any other value fails the task${hint}`;
}

/** For each else the branches that have to take theirs to come to it. */
function waysToElse(list: ListNode, way: readonly BranchNode[] = []): (readonly BranchNode[])[] {
  return list.nodes.flatMap((node) => {
    if (!('list' in node)) return [];
    const inside = waysToElse(node.list, way);
    if (!node.elseList) return inside;
    const detour = [...way, node];
    return [...inside, detour, ...waysToElse(node.elseList, detour)];
  });
}

/** The script as it is where only the given branches take their else, each loop runs once, and a mark stands for every value. */
class Outline {
  readonly actions: { readonly node: ActionNode; readonly at: number }[] = [];
  text = '';

  constructor(
    private readonly source: string,
    root: ListNode,
    private readonly detours: readonly BranchNode[],
  ) {
    this.list(root);
  }

  private list(list: ListNode): void {
    for (const node of list.nodes) {
      if (node.kind === 'text') this.text += node.text;
      else if (node.kind === 'action') this.action(node);
      else if ('list' in node)
        this.list(this.detours.includes(node) ? (node.elseList ?? node.list) : node.list);
    }
  }

  private action(node: ActionNode): void {
    if (node.pipe.variables.length > 0) return;
    if (dependsOnVariables(node.pipe)) {
      this.actions.push({ node, at: this.text.length });
      this.text += MARK;
    } else {
      this.text += this.constant(node);
    }
  }

  /** An action of constants only is the author's text; one that fails will say so when it is rendered. */
  private constant(node: ActionNode): string {
    try {
      const pieces = evaluate(this.source, { kind: 'list', pos: node.pos, nodes: [node] }, {});
      return pieces.map(({ text }) => text).join('');
    } catch (error) {
      if (error instanceof TemplateError) return '';
      throw error;
    }
  }
}

function isRaw(pipe: PipeNode): boolean {
  const last = pipe.commands.at(-1)?.operands[0];
  return last?.kind === 'identifier' && last.name === 'raw';
}

function dependsOnVariables(pipe: PipeNode): boolean {
  return pipe.commands.some(({ operands }) => operands.some(isVariable));
}

function isVariable(node: OperandNode): boolean {
  if (node.kind === 'chain') return isVariable(node.node);
  if (node.kind === 'pipe') return dependsOnVariables(node);
  return node.kind === 'field' || node.kind === 'variable' || node.kind === 'dot';
}
