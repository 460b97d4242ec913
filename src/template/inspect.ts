/** Looks a script entry over when its pipeline is loaded: what opts out of safety, and what cannot be made safe. */

import { readScript } from './command-reader.js';
import { evaluate } from './go/evaluate.js';
import { positionOf } from './go/failure.js';
import type { ActionNode, BranchNode, ListNode, OperandNode, PipeNode } from './go/nodes.js';
import { parseTemplate } from './go/parser.js';
import { MARK, type Site } from './shell-site.js';
import { TemplateError } from './go/template-error.js';
import { unsafePlace } from './unsafe-places.js';

/** Lines count from 1, columns in bytes from 0, as in the messages of Go's templates. */
export interface ScriptWarning {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** Ways through a script that are looked at; one with more branches than that has been warned of its likes. */
const MAX_WAYS = 100;

/** Throws a TemplateError for a script that does not parse. */
export function inspectScript(source: string): ScriptWarning[] {
  if (!source.includes('{{')) return [];
  const root = parseTemplate(source);
  const found = new Map<string, { node: ActionNode; message: string }>();
  for (const detours of [[], ...waysToElse(root)].slice(0, MAX_WAYS)) {
    for (const warning of warnings(new Outline(source, root, detours))) {
      found.set(`${warning.node.pos} ${warning.message}`, warning);
    }
  }
  return Array.from(found.values())
    .sort((a, b) => a.node.pos - b.node.pos)
    .map(({ node, message }) => ({ ...positionOf(source, node.pos), message }));
}

function warnings({ text, actions }: Outline): { node: ActionNode; message: string }[] {
  const values = new Map(actions.map(({ at }, index) => [at, index]));
  const sites: Site[] = [];
  readScript(text, { values, sites, literalDocuments: [], forced: new Set(), verbatim: () => undefined });
  return sites.flatMap((site) => {
    const node = actions[site.index]?.node;
    const message =
      node && isRaw(node.pipe) ? 'raw puts the value into the script as code' : unsafePlace(site);
    return node && message !== undefined ? [{ node, message }] : [];
  });
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
