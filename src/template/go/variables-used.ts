/** Which variables of the job a script entry names, for whoever is to be asked for them. */

import type { ListNode, OperandNode, PipeNode } from './nodes.js';
import { parseTemplate } from './parser.js';
import { TemplateError } from './template-error.js';

/** None of a template that does not parse: it fails before it could use any. */
export function variablesUsed(source: string): ReadonlySet<string> {
  const found = new Set<string>();
  if (!source.includes('{{')) return found;
  try {
    inList(parseTemplate(source), true, found);
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
  }
  return found;
}

/** `root`: whether the dot is the job's variables here, and not what a `range` or `with` has made of it. */
function inList({ nodes }: ListNode, root: boolean, found: Set<string>): void {
  for (const node of nodes) {
    if (!('pipe' in node)) continue;
    inPipe(node.pipe, root, found);
    if (!('list' in node)) continue;
    inList(node.list, root && node.kind === 'if', found);
    if (node.elseList) inList(node.elseList, root, found);
  }
}

function inPipe({ commands }: PipeNode, root: boolean, found: Set<string>): void {
  for (const { operands } of commands) for (const operand of operands) inOperand(operand, root, found);
}

function inOperand(node: OperandNode, root: boolean, found: Set<string>): void {
  if (node.kind === 'pipe') inPipe(node, root, found);
  else if (node.kind === 'chain') inOperand(node.node, root, found);
  else if ((node.kind === 'field' && root) || (node.kind === 'variable' && node.name === '$')) {
    const [name] = node.path;
    if (name !== undefined) found.add(name);
  }
}
