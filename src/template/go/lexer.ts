/** Cuts a template into tokens; a port of Go's text/template/parse/lex.go, line counting included. */

import { isAlphaNumeric, isSpace, scanNumber } from './characters.js';
import { EOF, LexerCursor, SPACES } from './lexer-cursor.js';
import { unicodeName } from './quote.js';
import { KEYWORDS, type Token, type TokenKind } from './token.js';

export class Lexer extends LexerCursor {
  private insideAction = false;
  private parens = 0;

  nextToken(): Token {
    return this.insideAction ? this.lexInsideAction() : this.lexText();
  }

  private lexText(): Token {
    for (;;) {
      const delim = this.input.indexOf('{{', this.pos);
      if (delim < 0) break;
      if (delim > this.pos) {
        let end = delim;
        if (this.leftTrimMarkerAt(delim + 2))
          while (end > this.start && SPACES.test(this.input[end - 1] ?? '')) end--;
        this.pos = end;
        this.countLines(this.start, end);
        const text = this.emit('text');
        this.pos = delim;
        this.ignore();
        if (text.text !== '') return text;
      }
      const token = this.lexLeftDelim();
      if (token) return token;
    }
    this.pos = this.input.length;
    if (this.pos === this.start) return this.emit('EOF');
    this.countLines(this.start, this.pos);
    return this.emit('text');
  }

  /** Nothing for a comment: text follows. */
  private lexLeftDelim(): Token | undefined {
    this.pos += 2;
    const marker = this.leftTrimMarkerAt(this.pos) ? 2 : 0;
    if (this.input.startsWith('/*', this.pos + marker)) {
      this.pos += marker;
      this.ignore();
      return this.skipComment();
    }
    const token = this.emit('leftDelim');
    this.insideAction = true;
    this.pos += marker;
    this.ignore();
    this.parens = 0;
    return token;
  }

  private skipComment(): Token | undefined {
    const end = this.input.indexOf('*/', this.pos + 2);
    if (end < 0) return this.error('unclosed comment');
    this.pos = end + 2;
    const delim = this.rightDelimAt(this.pos);
    if (!delim) return this.error('comment ends before closing delimiter');
    this.pos += delim.length;
    if (delim.trims) this.skipSpaces();
    this.ignore();
    return undefined;
  }

  private lexRightDelim(trims: boolean): Token {
    if (trims) {
      this.pos += 2;
      this.ignore();
    }
    this.pos += 2;
    const token = this.emit('rightDelim');
    if (trims) {
      this.skipSpaces();
      this.ignore();
    }
    this.insideAction = false;
    return token;
  }

  private lexInsideAction(): Token {
    const delim = this.rightDelimAt(this.pos);
    if (delim) return this.parens === 0 ? this.lexRightDelim(delim.trims) : this.error('unclosed left paren');
    const code = this.next();
    if (code === EOF) return this.error('unclosed action');
    const char = String.fromCodePoint(code);
    if (isSpace(code)) {
      this.backup(code);
      return this.lexSpace();
    }
    if (char === '.') {
      if (this.pos < this.input.length && !/[0-9]/.test(this.input[this.pos] ?? ''))
        return this.lexField('field');
    }
    if (/[.+\-0-9]/.test(char)) {
      this.backup(code);
      return this.lexNumber();
    }
    if (isAlphaNumeric(code)) {
      this.backup(code);
      return this.lexIdentifier();
    }
    switch (char) {
      case '=':
        return this.emit('assign');
      case ':':
        return this.next() === 61 ? this.emit('declare') : this.error('expected :=');
      case '|':
        return this.emit('pipe');
      case '"':
        return this.lexQuoted('"', 'string', 'unterminated quoted string');
      case "'":
        return this.lexQuoted("'", 'charConstant', 'unterminated character constant');
      case '`':
        return this.lexRawString();
      case '$':
        return this.lexField('variable');
      case '(':
        this.parens++;
        return this.emit('leftParen');
      case ')':
        return --this.parens < 0 ? this.error('unexpected right paren') : this.emit('rightParen');
      default:
        if (code > 0x20 && code < 0x7f) return this.emit('char');
        return this.error(`unrecognized character in action: ${unicodeName(code)}`);
    }
  }

  private lexSpace(): Token {
    let spaces = 0;
    while (isSpace(this.peek())) {
      this.next();
      spaces++;
    }
    // A right delimiter with its trim marker begins with the last of these spaces.
    const delim = this.rightDelimAt(this.pos - 1);
    if (delim?.trims) {
      this.backup(this.input.charCodeAt(this.pos - 1));
      if (spaces === 1) return this.lexRightDelim(true);
    }
    return this.emit('space');
  }

  private lexIdentifier(): Token {
    const bad = this.skipAlphaNumeric();
    if (bad) return bad;
    const word = this.input.slice(this.start, this.pos);
    const keyword = KEYWORDS.get(word);
    if (keyword) return this.emit(keyword);
    return this.emit(word === 'true' || word === 'false' ? 'bool' : 'identifier');
  }

  private lexField(kind: 'field' | 'variable'): Token {
    if (this.atTerminator()) return this.emit(kind === 'field' ? 'dot' : 'variable');
    return this.skipAlphaNumeric() ?? this.emit(kind);
  }

  private skipAlphaNumeric(): Token | undefined {
    let code = this.next();
    while (isAlphaNumeric(code)) code = this.next();
    this.backup(code);
    return this.atTerminator() ? undefined : this.error(`bad character ${unicodeName(code)}`);
  }

  private atTerminator(): boolean {
    const code = this.peek();
    if (code === EOF || isSpace(code)) return true;
    return '.,|:)('.includes(String.fromCodePoint(code)) || this.input.startsWith('}}', this.pos);
  }

  private lexQuoted(mark: string, kind: TokenKind, unterminated: string): Token {
    for (;;) {
      let code = this.next();
      if (code === mark.charCodeAt(0)) return this.emit(kind);
      const escape = code === 92;
      if (escape) code = this.next();
      if (code === EOF || code === 10) return this.error(unterminated);
    }
  }

  private lexRawString(): Token {
    for (;;) {
      const code = this.next();
      if (code === EOF) return this.error('unterminated raw quoted string');
      if (code === 96) return this.emit('rawString');
    }
  }

  private lexNumber(): Token {
    const scan = scanNumber(this.input, this.pos);
    this.pos = scan.end;
    if (this.pos >= this.input.length) this.atEOF = true;
    if (!scan.ok)
      return this.error(`bad number syntax: ${JSON.stringify(this.input.slice(this.start, this.pos))}`);
    return this.emit(scan.complex ? 'complex' : 'number');
  }
}
