/** Hands a template's tokens to the parser, up to three of them taken back; a port of Go's, since error lines follow it. */

import { Lexer } from './lexer.js';
import { TEMPLATE_NAME, TemplateError } from './template-error.js';
import { tokenText, type Token } from './token.js';

export class TokenStream {
  private readonly lexer: Lexer;
  private readonly tokens: [Token, Token, Token];
  private peeked = 0;
  /** Line where the action being parsed started; 0 outside of one. */
  protected actionLine = 0;

  constructor(source: string) {
    this.lexer = new Lexer(source);
    const none: Token = { kind: 'EOF', pos: 0, text: '', line: 1 };
    this.tokens = [none, none, none];
  }

  protected next(): Token {
    if (this.peeked > 0) this.peeked--;
    else this.tokens[0] = this.lexer.nextToken();
    return this.tokens[this.peeked] ?? this.tokens[0];
  }

  protected peek(): Token {
    if (this.peeked > 0) return this.tokens[this.peeked - 1] ?? this.tokens[0];
    this.peeked = 1;
    return (this.tokens[0] = this.lexer.nextToken());
  }

  protected backup(): void {
    this.peeked++;
  }

  protected backup2(first: Token): void {
    this.tokens[1] = first;
    this.peeked = 2;
  }

  protected backup3(first: Token, second: Token): void {
    this.tokens[1] = second;
    this.tokens[2] = first;
    this.peeked = 3;
  }

  protected nextNonSpace(): Token {
    let token = this.next();
    while (token.kind === 'space') token = this.next();
    return token;
  }

  protected peekNonSpace(): Token {
    const token = this.nextNonSpace();
    this.backup();
    return token;
  }

  protected expectRightDelim(context: string): Token {
    const token = this.nextNonSpace();
    return token.kind === 'rightDelim' ? token : this.unexpected(token, context);
  }

  protected unexpected(token: Token, context: string): never {
    if (token.kind !== 'error') this.fail(`unexpected ${tokenText(token)} in ${context}`);
    let started = '';
    if (this.actionLine !== 0 && this.actionLine !== token.line) {
      started = ` in action started at ${TEMPLATE_NAME}:${this.actionLine}`;
      if (token.text.endsWith(' action')) started = started.slice(' in action'.length);
    }
    this.fail(`${token.text}${started}`);
  }

  protected fail(message: string): never {
    throw new TemplateError(`template: ${TEMPLATE_NAME}:${this.tokens[0].line}: ${message}`);
  }
}
