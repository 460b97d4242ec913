/** Evaluates pipelines, commands and operands; a port of the eval half of Go's text/template/exec.go. */

import { executionError } from './failure.js';
import { FunctionCaller } from './function-caller.js';
import type { Budget } from './limits.js';
import type {
  ChainNode, CommandNode, FieldNode, NumberNode, OperandNode, PipeNode, TemplateNode, VariableNode,
} from './nodes.js'; // prettier-ignore
import { nodeText } from './nodes.js';
import { quote } from './quote.js';
import { Float, isMap, lookUp, typeName, type Cell } from './values.js';

interface Variable {
  readonly name: string;
  cell: Cell;
}

const NO_VALUE: Cell = { value: undefined, data: false, boxed: false };

export class Expressions {
  readonly variables: Variable[] = [];
  /** The node an error is reported at: the last one entered, as in Go. */
  private node: TemplateNode;
  private readonly functions: FunctionCaller;

  constructor(
    private readonly source: string,
    root: TemplateNode,
    readonly budget: Budget,
  ) {
    this.node = root;
    this.functions = new FunctionCaller(this, budget);
  }

  at(node: TemplateNode): void {
    this.budget.step();
    this.node = node;
  }

  fail(reason: string): never {
    throw executionError(this.source, this.node, reason);
  }

  pipeline(dot: Cell, pipe: PipeNode): Cell {
    this.at(pipe);
    let cell: Cell | undefined;
    for (const command of pipe.commands) cell = unboxed(this.command(dot, command, cell));
    const result = cell ?? NO_VALUE;
    for (const { name } of pipe.variables) {
      if (pipe.assigns) this.assign(name, result);
      else this.variables.push({ name, cell: result });
    }
    return result;
  }

  assign(name: string, cell: Cell): void {
    const variable = this.variables.findLast((candidate) => candidate.name === name);
    if (!variable) return this.fail(`undefined variable: ${name}`);
    variable.cell = cell;
  }

  private command(dot: Cell, command: CommandNode, final: Cell | undefined): Cell {
    const [first, ...args] = command.operands;
    const given = args.length > 0 || final !== undefined;
    if (first.kind === 'field') return this.field(dot, first, given);
    if (first.kind === 'chain') return this.chain(dot, first, given);
    if (first.kind === 'variable') return this.variable(first, given);
    if (first.kind === 'identifier') {
      this.at(first);
      return this.functions.call(dot, first.name, command, args, final);
    }
    if (first.kind !== 'pipe') this.at(first);
    if (given) this.notAFunction(first);
    if (first.kind === 'pipe') return this.pipeline(dot, first);
    if (first.kind === 'nil') return this.fail('nil is not a command');
    return first.kind === 'dot' ? dot : this.constant(first);
  }

  private notAFunction(node: OperandNode): never {
    this.fail(`can't give argument to non-function ${nodeText(node)}`);
  }

  /** Any operand but a nil and a constant, which depend on the parameter they are for. */
  operand(dot: Cell, node: Exclude<OperandNode, { kind: 'nil' | 'bool' | 'number' | 'string' }>): Cell {
    switch (node.kind) {
      case 'dot':
        return dot;
      case 'field':
        return this.field(dot, node, false);
      case 'chain':
        return this.chain(dot, node, false);
      case 'variable':
        return this.variable(node, false);
      case 'pipe':
        return this.pipeline(dot, node);
      case 'identifier':
        this.at(node);
        return this.functions.call(dot, node.name, node, [], undefined);
    }
  }

  constant(node: Extract<OperandNode, { kind: 'bool' | 'number' | 'string' }>): Cell {
    this.at(node);
    return { value: node.kind === 'number' ? this.number(node) : node.value, data: false, boxed: false };
  }

  private number({ source, value }: NumberNode): bigint | Float {
    if (value.isFloat || value.int === undefined) return new Float(value.float);
    return value.int < 1n << 63n ? value.int : this.fail(`${source} overflows int`);
  }

  private field(dot: Cell, node: FieldNode, given: boolean): Cell {
    this.at(node);
    return this.fields(dot, node.path, given);
  }

  private variable(node: VariableNode, given: boolean): Cell {
    this.at(node);
    const variable = this.variables.findLast(({ name }) => name === node.name);
    if (!variable) return this.fail(`undefined variable: ${node.name}`);
    if (node.path.length > 0) return this.fields(variable.cell, node.path, given);
    if (given) this.notAFunction(node);
    return variable.cell;
  }

  private chain(dot: Cell, node: ChainNode, given: boolean): Cell {
    this.at(node);
    if (node.node.kind === 'nil') this.fail(`indirection through explicit nil in ${nodeText(node)}`);
    this.at(node.node);
    const { kind } = node.node;
    if (kind === 'bool' || kind === 'number' || kind === 'string')
      return this.fail("can't evaluate a constant's field");
    return this.fields(this.operand(dot, node.node), node.path, given);
  }

  private fields(start: Cell, path: readonly string[], given: boolean): Cell {
    return path.reduce((cell, name, i) => this.fieldOf(cell, name, given && i === path.length - 1), start);
  }

  private fieldOf({ value, data, boxed }: Cell, name: string, given: boolean): Cell {
    if (value === undefined || (value === null && !boxed))
      this.fail(`nil data; no entry for key ${quote(name)}`);
    if (value === null) this.fail(`nil pointer evaluating interface {}.${name}`);
    if (!isMap(value))
      this.fail(`can't evaluate field ${name} in type ${boxed ? 'interface {}' : typeName(value)}`);
    if (given) this.fail(`${name} is not a method but has arguments`);
    const entry = lookUp(value, name);
    if (entry === undefined) this.fail(`map has no entry for key ${quote(name)}`);
    return { value: entry, data, boxed: true };
  }
}

export function unboxed(cell: Cell): Cell {
  if (!cell.boxed) return cell;
  return { value: cell.value ?? undefined, data: cell.data, boxed: false };
}
