/** Carries a template out: text and values in the order they are printed; a port of the walk half of Go's exec.go. */

import { Expressions, unboxed } from './expressions.js';
import { Budget, checkLength } from './limits.js';
import type { ActionNode, BranchNode, ListNode, StatementNode } from './nodes.js';
import { display } from './print.js';
import { Byte, isList, isMap, isTrue, isWhole, sortedKeys, type Cell, type MapValue } from './values.js';

export interface Piece {
  readonly text: string;
  /** Set where a variable had a part in the text. */
  readonly origin?: ActionNode;
  /** It is to be taken for the author's text all the same. */
  readonly raw?: boolean;
}

type Jump = 'break' | 'continue' | undefined;

export function evaluate(source: string, root: ListNode, variables: MapValue): Piece[] {
  return new Evaluator(source, root, variables).run();
}

class Evaluator {
  private readonly pieces: Piece[] = [];
  private readonly expressions: Expressions;
  private readonly top: Cell;
  private length = 0;

  constructor(
    source: string,
    private readonly root: ListNode,
    variables: MapValue,
  ) {
    this.expressions = new Expressions(source, root, new Budget());
    this.top = { value: variables, data: true, boxed: false };
    this.expressions.variables.push({ name: '$', cell: this.top });
  }

  run(): Piece[] {
    this.list(this.top, this.root);
    return this.pieces;
  }

  private list(dot: Cell, list: ListNode): Jump {
    this.expressions.at(list);
    for (const node of list.nodes) {
      const jump = this.statement(dot, node);
      if (jump) return jump;
    }
    return undefined;
  }

  private statement(dot: Cell, node: StatementNode): Jump {
    this.expressions.at(node);
    switch (node.kind) {
      case 'text':
        this.print({ text: node.text });
        return undefined;
      case 'action':
        this.action(dot, node);
        return undefined;
      case 'break':
      case 'continue':
        return node.kind;
      case 'range':
        return this.scoped(() => this.range(dot, node));
      case 'if':
      case 'with':
        return this.scoped(() => this.ifOrWith(dot, node));
    }
  }

  private action(dot: Cell, node: ActionNode): void {
    const { value, data } = this.expressions.pipeline(dot, node.pipe);
    if (node.pipe.variables.length > 0) return;
    const text = display(value);
    const last = node.pipe.commands.at(-1)?.operands[0];
    const raw = last?.kind === 'identifier' && last.name === 'raw';
    this.print(data ? { text, origin: node, raw } : { text });
  }

  private print(piece: Piece): void {
    this.length += piece.text.length;
    checkLength(this.length);
    this.pieces.push(piece);
  }

  private scoped<T>(body: () => T): T {
    const { variables } = this.expressions;
    const mark = variables.length;
    const result = body();
    variables.length = mark;
    return result;
  }

  private ifOrWith(dot: Cell, node: BranchNode): Jump {
    const cell = this.expressions.pipeline(dot, node.pipe);
    if (isTrue(cell.value)) return this.list(node.kind === 'with' ? cell : dot, node.list);
    return node.elseList ? this.list(dot, node.elseList) : undefined;
  }

  private range(dot: Cell, node: BranchNode): Jump {
    const { value, data } = unboxed(this.expressions.pipeline(dot, node.pipe));
    const turn = (index: Cell, element: Cell): Jump => this.scoped(() => this.turn(node, index, element));
    let turns = 0;
    if (isWhole(value) || typeof value === 'bigint' || value instanceof Byte) {
      const count = value instanceof Byte ? value.value : value;
      if (node.pipe.variables.length > 1) {
        this.expressions.fail(`can't use ${count} to iterate over more than one variable`);
      }
      for (; turns < count; turns++) {
        if (turn(plain(undefined, data), plain(BigInt(turns), data)) === 'break') return undefined;
      }
    } else if (isList(value)) {
      for (const element of value) {
        if (turn(plain(BigInt(turns++), data), { value: element, data, boxed: true }) === 'break')
          return undefined;
      }
    } else if (isMap(value)) {
      this.expressions.budget.spend(Object.keys(value).length);
      for (const key of sortedKeys(value)) {
        turns++;
        const element: Cell = { value: value[key] ?? null, data, boxed: true };
        if (turn(plain(key, data), element) === 'break') return undefined;
      }
    } else if (value !== undefined && value !== null) {
      this.expressions.fail(`range can't iterate over ${display(value)}`);
    }
    // A break or continue of the else belongs to the range around this one.
    return turns === 0 && node.elseList ? this.list(dot, node.elseList) : undefined;
  }

  private turn(node: BranchNode, index: Cell, element: Cell): Jump {
    const { variables } = this.expressions;
    const [first, second] = node.pipe.variables;
    if (node.pipe.assigns) {
      if (first) this.expressions.assign(first.name, second ? index : element);
      if (second) this.expressions.assign(second.name, element);
    } else {
      const last = variables.at(-1);
      if (first && last) last.cell = element;
      const before = variables.at(-2);
      if (second && before) before.cell = index;
    }
    return this.list(element, node.list);
  }
}

function plain(value: string | bigint | undefined, data: boolean): Cell {
  return { value, data, boxed: false };
}
