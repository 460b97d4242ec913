/** The tree of a parsed template, and how an error message writes each node. */

import type { NumberConstant } from './number-constant.js';

interface At {
  /** In UTF-16 units from the start of the source. */
  readonly pos: number;
}

export interface FieldNode extends At {
  readonly kind: 'field';
  readonly path: readonly string[];
}
export interface VariableNode extends At {
  readonly kind: 'variable';
  readonly name: string;
  readonly path: readonly string[];
}
export interface ChainNode extends At {
  readonly kind: 'chain';
  readonly node: OperandNode;
  readonly path: readonly string[];
}
export interface IdentifierNode extends At {
  readonly kind: 'identifier';
  readonly name: string;
}
export interface NumberNode extends At {
  readonly kind: 'number';
  readonly source: string;
  readonly value: NumberConstant;
}
export interface StringNode extends At {
  readonly kind: 'string';
  readonly source: string;
  readonly value: string;
}
export interface BoolNode extends At {
  readonly kind: 'bool';
  readonly value: boolean;
}
export interface DotNode extends At {
  readonly kind: 'dot';
}
export interface NilNode extends At {
  readonly kind: 'nil';
}
export interface PipeNode extends At {
  readonly kind: 'pipe';
  readonly assigns: boolean;
  readonly variables: readonly VariableNode[];
  readonly commands: readonly CommandNode[];
}
export interface CommandNode extends At {
  readonly kind: 'command';
  /** Never empty. */
  readonly operands: readonly [OperandNode, ...OperandNode[]];
}
export type OperandNode =
  | FieldNode | VariableNode | ChainNode | IdentifierNode | NumberNode | StringNode | BoolNode | DotNode | NilNode
  | PipeNode; // prettier-ignore

export interface TextNode extends At {
  readonly kind: 'text';
  readonly text: string;
}
export interface ActionNode extends At {
  readonly kind: 'action';
  readonly pipe: PipeNode;
}
export interface BranchNode extends At {
  readonly kind: 'if' | 'range' | 'with';
  readonly pipe: PipeNode;
  readonly list: ListNode;
  readonly elseList: ListNode | undefined;
}
export interface JumpNode extends At {
  readonly kind: 'break' | 'continue';
}
export interface ListNode extends At {
  readonly kind: 'list';
  readonly nodes: readonly StatementNode[];
}
export type StatementNode = TextNode | ActionNode | BranchNode | JumpNode;

export type ExpressionNode = OperandNode | CommandNode;
export type TemplateNode = ExpressionNode | StatementNode | ListNode;

export function nodeText(node: TemplateNode): string {
  switch (node.kind) {
    case 'field':
      return `.${node.path.join('.')}`;
    case 'variable':
      return [node.name, ...node.path].join('.');
    case 'chain':
      return [operandText(node.node), ...node.path].join('.');
    case 'identifier':
      return node.name;
    case 'number':
    case 'string':
      return node.source;
    case 'bool':
      return String(node.value);
    case 'dot':
      return '.';
    case 'nil':
      return 'nil';
    case 'pipe':
      return pipeText(node);
    case 'command':
      return node.operands.map(operandText).join(' ');
    case 'text':
      return node.text;
    case 'action':
      return `{{${pipeText(node.pipe)}}}`;
    case 'break':
    case 'continue':
      return `{{${node.kind}}}`;
    case 'list':
      return node.nodes.map(nodeText).join('');
    case 'if':
    case 'range':
    case 'with': {
      const otherwise = node.elseList ? `{{else}}${nodeText(node.elseList)}` : '';
      return `{{${node.kind} ${pipeText(node.pipe)}}}${nodeText(node.list)}${otherwise}{{end}}`;
    }
  }
}

function operandText(node: OperandNode): string {
  return node.kind === 'pipe' ? `(${pipeText(node)})` : nodeText(node);
}

function pipeText(pipe: PipeNode): string {
  const variables = pipe.variables.map(nodeText).join(', ');
  const declaration = variables === '' ? '' : `${variables} ${pipe.assigns ? '=' : ':='} `;
  return declaration + pipe.commands.map(nodeText).join(' | ');
}
