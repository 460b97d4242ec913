/** Builds the tree of a template, statement by statement; a port of Go's text/template/parse. */

import { ExpressionParser } from './expression-parser.js';
import { MAX_TEMPLATE_DEPTH } from './limits.js';
import type { ActionNode, BranchNode, JumpNode, ListNode, StatementNode } from './nodes.js';

interface Terminator {
  readonly kind: 'end' | 'else';
  readonly pos: number;
}

export function parseTemplate(source: string): ListNode {
  return new Parser(source).parse();
}

class Parser extends ExpressionParser {
  private ranges = 0;
  private depth = 0;

  parse(): ListNode {
    const pos = this.peek().pos;
    const nodes: StatementNode[] = [];
    while (this.peek().kind !== 'EOF') {
      const node = this.textOrAction();
      if (isTerminator(node)) this.fail(`unexpected {{${node.kind}}}`);
      nodes.push(node);
    }
    return { kind: 'list', pos, nodes };
  }

  private itemList(): { list: ListNode; next: Terminator } {
    const pos = this.peekNonSpace().pos;
    const nodes: StatementNode[] = [];
    while (this.peekNonSpace().kind !== 'EOF') {
      const node = this.textOrAction();
      if (isTerminator(node)) return { list: { kind: 'list', pos, nodes }, next: node };
      nodes.push(node);
    }
    this.fail('unexpected EOF');
  }

  private textOrAction(): StatementNode | Terminator {
    const token = this.nextNonSpace();
    if (token.kind === 'text') return { kind: 'text', pos: token.pos, text: token.text };
    if (token.kind !== 'leftDelim') this.unexpected(token, 'input');
    this.actionLine = token.line;
    const node = this.action();
    this.actionLine = 0;
    return node;
  }

  private action(): StatementNode | Terminator {
    const token = this.nextNonSpace();
    const { kind, pos } = token;
    if (kind === 'break' || kind === 'continue') return this.jump(kind, pos);
    if (kind === 'else') return this.elseControl();
    if (kind === 'end') return { kind, pos: this.expectRightDelim('end').pos };
    if (kind === 'if' || kind === 'range' || kind === 'with') return this.branch(kind);
    if (kind === 'block' || kind === 'define' || kind === 'template')
      this.fail(`{{${kind}}} is not supported`);
    this.backup();
    return this.command();
  }

  private command(): ActionNode {
    const { pos } = this.peek();
    const pipe = this.pipeline('command', 'rightDelim');
    this.checkRaw(pipe, true);
    return { kind: 'action', pos, pipe };
  }

  private jump(kind: 'break' | 'continue', pos: number): JumpNode {
    const token = this.nextNonSpace();
    if (token.kind !== 'rightDelim') this.unexpected(token, `{{${kind}}}`);
    if (this.ranges === 0) this.fail(`{{${kind}}} outside {{range}}`);
    return { kind, pos };
  }

  private elseControl(): Terminator {
    const next = this.peekNonSpace();
    if (next.kind === 'if' || next.kind === 'with') return { kind: 'else', pos: next.pos };
    return { kind: 'else', pos: this.expectRightDelim('else').pos };
  }

  private branch(kind: BranchNode['kind']): BranchNode {
    if (++this.depth > MAX_TEMPLATE_DEPTH) this.fail('max nesting depth exceeded');
    const scope = this.variables.length;
    const pipe = this.pipeline(kind, 'rightDelim');
    this.checkRaw(pipe, false);
    if (kind === 'range') this.ranges++;
    const { list, next } = this.itemList();
    if (kind === 'range') this.ranges--;
    const elseList = next.kind === 'else' ? this.otherwise(kind, next) : undefined;
    this.variables.length = scope;
    this.depth--;
    return { kind, pos: pipe.pos, pipe, list, elseList };
  }

  /** `{{else if}}` and `{{else with}}` stand for an else with one such branch in it and share its end. */
  private otherwise(kind: BranchNode['kind'], terminator: Terminator): ListNode {
    if (kind !== 'range' && this.peek().kind === kind) {
      this.next();
      return { kind: 'list', pos: terminator.pos, nodes: [this.branch(kind)] };
    }
    const { list, next } = this.itemList();
    if (next.kind !== 'end') this.fail(`expected end; found {{${next.kind}}}`);
    return list;
  }
}

function isTerminator(node: StatementNode | Terminator): node is Terminator {
  return node.kind === 'end' || node.kind === 'else';
}
