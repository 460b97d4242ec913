/** Calls a function from a command: evaluates its arguments for its parameters, and bounds what it costs. */

import { sizeOf } from './collections.js';
import { FunctionError } from './compare.js';
import { isFunctionName, type FunctionName } from './function-names.js';
import { FUNCTIONS, type Parameter, type TemplateFunction } from './functions.js';
import type { Budget } from './limits.js';
import { nodeText, type ExpressionNode, type OperandNode, type TemplateNode } from './nodes.js';
import { isTrue, typeName, type Cell, type Value } from './values.js';

/** What it needs of the expressions that its calls stand in. */
interface Surroundings {
  /** Where the next failure is. */
  at(node: TemplateNode): void;
  fail(reason: string): never;
  operand(dot: Cell, node: Exclude<OperandNode, { kind: 'nil' | 'bool' | 'number' | 'string' }>): Cell;
  constant(node: Extract<OperandNode, { kind: 'bool' | 'number' | 'string' }>): Cell;
}

export class FunctionCaller {
  constructor(
    private readonly expressions: Surroundings,
    private readonly budget: Budget,
  ) {}

  call(
    dot: Cell,
    name: string,
    node: ExpressionNode,
    args: readonly OperandNode[],
    final: Cell | undefined,
  ): Cell {
    if (!isFunctionName(name)) return this.expressions.fail(`"${name}" is not a defined function`);
    const called = FUNCTIONS[name];
    this.checkCount(name, called, args.length, final !== undefined);
    if (name === 'and' || name === 'or') return this.shortCircuit(name, dot, args, final);
    const cells = args.map((arg, i) => this.argument(dot, arg, called.fixed[i] ?? called.rest ?? 'any'));
    if (final) cells.push(this.checkType(final, called.fixed[args.length] ?? called.rest ?? 'any'));
    const value = this.run(name, node, cells.map((cell) => cell.value)); // prettier-ignore
    // Go's index, default and raw give an interface, which nil can be told apart in.
    return { value, data: cells.some((cell) => cell.data), boxed: value === null };
  }

  private run(name: FunctionName, node: ExpressionNode, args: readonly Value[]): Value {
    for (const arg of args) this.budget.spend(sizeOf(arg));
    try {
      const value = FUNCTIONS[name].call(args);
      this.budget.spend(sizeOf(value));
      return value;
    } catch (error) {
      if (!(error instanceof FunctionError)) throw error;
      this.expressions.at(node);
      return this.expressions.fail(`error calling ${name}: ${error.message}`);
    }
  }

  private checkCount(name: string, { fixed, rest }: TemplateFunction, written: number, piped: boolean): void {
    const given = written + (piped ? 1 : 0);
    if (rest === undefined && given !== fixed.length) {
      this.expressions.fail(`wrong number of args for ${name}: want ${fixed.length} got ${given}`);
    }
    if (given < fixed.length) {
      this.expressions.fail(`wrong number of args for ${name}: want at least ${fixed.length} got ${written}`);
    }
  }

  /** The result depends on every argument looked at, and is data as soon as one of them is. */
  private shortCircuit(
    name: 'and' | 'or',
    dot: Cell,
    args: readonly OperandNode[],
    final: Cell | undefined,
  ): Cell {
    let result: Cell = { value: undefined, data: false, boxed: false };
    for (const arg of args) {
      const cell = this.argument(dot, arg, 'value');
      result = { ...cell, data: cell.data || result.data };
      if (isTrue(cell.value) === (name === 'or')) return result;
    }
    return final ? { ...final, data: final.data || result.data } : result;
  }

  private argument(dot: Cell, node: OperandNode, parameter: Parameter): Cell {
    this.expressions.at(node);
    if (node.kind === 'nil') {
      if (parameter === 'string') this.expressions.fail('cannot assign nil to string');
      return { value: parameter === 'any' ? null : undefined, data: false, boxed: parameter === 'any' };
    }
    if (node.kind !== 'bool' && node.kind !== 'number' && node.kind !== 'string') {
      return this.checkType(this.expressions.operand(dot, node), parameter);
    }
    if (parameter === 'string' && node.kind !== 'string') {
      this.expressions.fail(`expected string; found ${nodeText(node)}`);
    }
    return this.expressions.constant(node);
  }

  private checkType(cell: Cell, parameter: Parameter): Cell {
    if (parameter !== 'string' || typeof cell.value === 'string') return cell;
    if (cell.value === undefined) this.expressions.fail('invalid value; expected string');
    return this.expressions.fail(`wrong type for value; expected string; got ${typeName(cell.value)}`);
  }
}
