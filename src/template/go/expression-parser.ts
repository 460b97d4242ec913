/** Parses what stands inside an action: pipelines, commands and their operands. */

import { FUNCTION_NAMES } from './function-names.js';
import { MAX_TEMPLATE_DEPTH } from './limits.js';
import {
  nodeText,
  type CommandNode,
  type NumberNode,
  type OperandNode,
  type PipeNode,
  type VariableNode,
} from './nodes.js';
import { parseNumber } from './number-constant.js';
import { quote, unquote, unquoteChar } from './quote.js';
import type { Token, TokenKind } from './token.js';
import { TokenStream } from './token-stream.js';

type Context = 'command' | 'if' | 'range' | 'with' | 'parenthesized pipeline';

const CONSTANTS: ReadonlySet<string> = new Set(['bool', 'dot', 'nil', 'number', 'string']);

const OPERANDS: ReadonlySet<TokenKind> = new Set<TokenKind>([
  'bool', 'charConstant', 'complex', 'dot', 'field', 'identifier', 'number', 'nil', 'rawString', 'string', 'variable',
  'leftParen',
]); // prettier-ignore

export class ExpressionParser extends TokenStream {
  /** Names in scope, in order of declaration. */
  protected readonly variables: string[] = ['$'];
  private parens = 0;

  protected pipeline(context: Context, end: 'rightDelim' | 'rightParen'): PipeNode {
    const { pos } = this.peekNonSpace();
    const variables: VariableNode[] = [];
    const assigns = this.declarations(context, variables);
    const commands: CommandNode[] = [];
    for (;;) {
      const token = this.nextNonSpace();
      if (token.kind === end) break;
      if (!OPERANDS.has(token.kind)) this.unexpected(token, context);
      this.backup();
      commands.push(this.operands());
    }
    if (commands.length === 0) this.fail(`missing value for ${context}`);
    const stage = commands.findIndex((command, i) => i > 0 && CONSTANTS.has(command.operands[0].kind));
    if (stage > 0) this.fail(`non executable command in pipeline stage ${stage + 1}`);
    return { kind: 'pipe', pos, assigns, variables, commands };
  }

  /** Fills in the variables and tells whether they are assigned rather than declared. */
  private declarations(context: Context, variables: VariableNode[]): boolean {
    for (;;) {
      const variable = this.peekNonSpace();
      if (variable.kind !== 'variable') return false;
      this.next();
      const after = this.peek();
      const next = this.peekNonSpace();
      const comma = next.kind === 'char' && next.text === ',';
      if (next.kind !== 'assign' && next.kind !== 'declare' && !comma) {
        if (after.kind === 'space') this.backup3(variable, after);
        else this.backup2(variable);
        return false;
      }
      this.nextNonSpace();
      variables.push({ kind: 'variable', pos: variable.pos, name: variable.text, path: [] });
      this.variables.push(variable.text);
      if (!comma) return next.kind === 'assign';
      if (context !== 'range' || variables.length > 1) this.fail(`too many declarations in ${context}`);
      const { kind } = this.peekNonSpace();
      if (kind !== 'variable' && kind !== 'rightDelim' && kind !== 'rightParen') {
        this.fail('range can only initialize variables');
      }
    }
  }

  private operands(): CommandNode {
    const { pos } = this.peekNonSpace();
    const operands: OperandNode[] = [];
    for (;;) {
      this.peekNonSpace();
      const operand = this.operand();
      if (operand) operands.push(operand);
      const token = this.next();
      if (token.kind === 'space') continue;
      if (token.kind === 'rightDelim' || token.kind === 'rightParen') this.backup();
      else if (token.kind !== 'pipe') this.unexpected(token, 'operand');
      break;
    }
    const [first, ...rest] = operands;
    if (!first) return this.fail('empty command');
    return { kind: 'command', pos, operands: [first, ...rest] };
  }

  private operand(): OperandNode | undefined {
    const node = this.term();
    if (!node || this.peek().kind !== 'field') return node;
    const { pos } = this.peek();
    const fields: string[] = [];
    while (this.peek().kind === 'field') fields.push(this.next().text.slice(1));
    if (node.kind === 'field' || node.kind === 'variable')
      return { ...node, pos, path: [...node.path, ...fields] };
    if (CONSTANTS.has(node.kind)) this.fail(`unexpected . after term ${quote(nodeText(node))}`);
    return { kind: 'chain', pos, node, path: fields };
  }

  private term(): OperandNode | undefined {
    const token = this.nextNonSpace();
    const { pos, text } = token;
    if (token.kind === 'identifier') {
      if (!FUNCTION_NAMES.has(text)) this.fail(`function ${quote(text)} not defined`);
      return { kind: 'identifier', pos, name: text };
    }
    if (token.kind === 'variable') {
      if (!this.variables.includes(text)) this.fail(`undefined variable ${quote(text)}`);
      return { kind: 'variable', pos, name: text, path: [] };
    }
    if (token.kind === 'field') return { kind: 'field', pos, path: [text.slice(1)] };
    if (token.kind === 'dot' || token.kind === 'nil') return { kind: token.kind, pos };
    if (token.kind === 'leftParen') return this.parenthesized();
    return this.constant(token);
  }

  private constant(token: Token): OperandNode | undefined {
    const { kind, pos, text } = token;
    if (kind === 'bool') return { kind, pos, value: text === 'true' };
    if (kind === 'charConstant' || kind === 'complex' || kind === 'number') return this.number(token);
    if (kind === 'string' || kind === 'rawString') {
      const value = unquote(text);
      return value === undefined ? this.fail('invalid syntax') : { kind: 'string', pos, source: text, value };
    }
    this.backup();
    return undefined;
  }

  private number({ kind, pos, text }: Token): NumberNode {
    if (kind === 'complex' || text.endsWith('i'))
      this.fail(`complex numbers are not supported: ${quote(text)}`);
    const code = kind === 'charConstant' ? unquoteChar(text) : undefined;
    const value =
      typeof code === 'bigint'
        ? { int: code, float: Number(code), isFloat: false }
        : (code ?? parseNumber(text));
    return typeof value === 'string' ? this.fail(value) : { kind: 'number', pos, source: text, value };
  }

  private parenthesized(): PipeNode {
    if (++this.parens > MAX_TEMPLATE_DEPTH) this.fail('max expression depth exceeded');
    const pipe = this.pipeline('parenthesized pipeline', 'rightParen');
    this.checkRaw(pipe, false);
    this.parens--;
    return pipe;
  }

  /** `raw` marks what an action prints, so it has nothing to say anywhere else and must not seem to. */
  protected checkRaw(pipe: PipeNode, prints: boolean): void {
    const last = prints && pipe.variables.length === 0 ? pipe.commands.length - 1 : -1;
    pipe.commands.forEach(({ operands }, i) => {
      const misplaced = operands.some(
        (node, at) => node.kind === 'identifier' && node.name === 'raw' && (at > 0 || i !== last),
      );
      if (misplaced) this.fail('raw is only allowed as the last command of an action');
    });
  }
}
