/** Moves through the source of a template and cuts tokens off it, counting lines as Go does. */

import type { Token, TokenKind } from './token.js';

export const EOF = -1;
export const SPACES = /[ \t\r\n]/;

export class LexerCursor {
  protected pos = 0;
  protected start = 0;
  private line = 1;
  private startLine = 1;
  protected atEOF = false;

  constructor(protected input: string) {}

  protected next(): number {
    const code = this.input.codePointAt(this.pos);
    if (code === undefined) {
      this.atEOF = true;
      return EOF;
    }
    this.pos += code > 0xffff ? 2 : 1;
    if (code === 10) this.line++;
    return code;
  }

  protected backup(code: number): void {
    if (this.atEOF || this.pos === 0) return;
    this.pos -= code > 0xffff ? 2 : 1;
    if (code === 10) this.line--;
  }

  protected peek(): number {
    const code = this.next();
    this.backup(code);
    return code;
  }

  protected emit(kind: TokenKind): Token {
    const token = {
      kind,
      pos: this.start,
      text: this.input.slice(this.start, this.pos),
      line: this.startLine,
    };
    this.start = this.pos;
    this.startLine = this.line;
    return token;
  }

  protected ignore(): void {
    this.countLines(this.start, this.pos);
    this.start = this.pos;
    this.startLine = this.line;
  }

  protected countLines(from: number, to: number): void {
    for (let at = from; at < to; at++) if (this.input.charCodeAt(at) === 10) this.line++;
  }

  /** The input ends here, so that whatever asks on gets EOF. */
  protected error(text: string): Token {
    const token: Token = { kind: 'error', pos: this.start, text, line: this.startLine };
    this.input = '';
    this.start = this.pos = 0;
    return token;
  }

  protected leftTrimMarkerAt(at: number): boolean {
    return this.input[at] === '-' && SPACES.test(this.input[at + 1] ?? '');
  }

  protected rightDelimAt(at: number): { trims: boolean; length: number } | undefined {
    if (SPACES.test(this.input[at] ?? '') && this.input.startsWith('-}}', at + 1))
      return { trims: true, length: 4 };
    return this.input.startsWith('}}', at) ? { trims: false, length: 2 } : undefined;
  }

  protected skipSpaces(): void {
    while (SPACES.test(this.input[this.pos] ?? '')) this.pos++;
  }
}
