/** Follows quotes, expansions and arithmetic through a script. */

import type { Quoting, Role } from './shell-site.js';
import type { View } from './shell-view.js';
import { SiteReader } from './site-reader.js';

const NAME = /[A-Za-z_][A-Za-z0-9_]*|[0-9@*#?$!-]/y;
const NAME_CHARS = /[A-Za-z0-9_]+/y;
const PLAIN = /[^\\'"$`()[\]}\uffff]+/y;

export abstract class ExpansionReader extends SiteReader {
  /** Reads commands up to the closing parenthesis, or to the end. */
  abstract readCommands(closer: ')' | ''): void;
  protected abstract within(view: View, depth: number): ExpansionReader;

  protected readBackslash(quoting: Quoting): void {
    this.pos++;
    if (!this.place(quoting, '\\')) this.pos = Math.min(this.pos + 1, this.end);
  }

  protected readSingle(): void {
    this.pos++;
    while (this.pos < this.end && this.char() !== "'") if (!this.place('single')) this.pos++;
    this.pos++;
  }

  private readAnsi(): void {
    while (this.pos < this.end && this.char() !== "'") {
      if (this.char() === '\\') this.readBackslash('ansi');
      else if (!this.place('ansi')) this.pos++;
    }
    this.pos++;
  }

  protected readDouble(): void {
    this.pos++;
    this.deeper(() => {
      this.readDoubleText('"');
    });
    this.pos++;
  }

  /** Up to the mark, which an expansion inside may contain; without one, to the end. */
  protected readDoubleText(closer: '"' | "'" | ''): void {
    while (this.pos < this.end && this.char() !== closer) this.readInDouble(closer === '"');
  }

  private readInDouble(quotes: boolean): void {
    if (this.char() === '\\') this.readBackslash('double');
    else if (this.char() === '$') this.readDollar('double');
    else if (this.char() === '`') this.readBackquotes(quotes);
    else if (!this.place('double') && !this.skip(/[^"'\\$`\uffff]+/y)) this.pos++;
  }

  protected readDollar(quoting: 'bare' | 'double'): void {
    const next = this.char(this.pos + 1);
    const bare = quoting === 'bare';
    this.pos++;
    if (next === '(') this.readSubstitution();
    else if (next === '{') this.readParameter(quoting);
    else if (next === '[') this.readArithmetic(']', 'number', 1);
    else if (next === '"' && bare) this.readDouble();
    else if (next === "'" && bare) {
      this.pos++;
      this.readAnsi();
    } else if (!this.place(quoting, '$')) this.skip(NAME);
  }

  private readSubstitution(): void {
    if (this.char(this.pos + 1) === '(' && this.arithmeticEnds(this.pos + 2)) {
      this.readArithmetic('))', 'number', 2);
      return;
    }
    this.pos++;
    this.isolated(() => {
      this.readCommands(')');
    });
  }

  protected readBackquotes(inDoubleQuotes: boolean): void {
    const start = this.pos + 1;
    let close = start;
    while (close < this.end && this.char(close) !== '`') close += this.char(close) === '\\' ? 2 : 1;
    close = Math.min(close, this.end);
    this.deeper(() => {
      this.within(this.view.backquoted(start, close, inDoubleQuotes), this.depth).readCommands('');
    });
    this.pos = close + 1;
  }

  /** `${…}`: a name, perhaps with a subscript; then an offset, which is arithmetic, or a word. */
  private readParameter(quoting: 'bare' | 'double'): void {
    this.pos++;
    if (/[!#]/.test(this.char()) && this.char(this.pos + 1) !== '}') this.pos++;
    if (/[@*#?$!-]/.test(this.char())) this.pos++;
    else while (this.place('double', '', 'name') || this.skip(NAME_CHARS));
    if (this.char() === '[') this.readArithmetic(']', 'subscript', 1);
    if (this.char() === ':' && !/[-=?+]/.test(this.char(this.pos + 1))) {
      this.readArithmetic('}', 'number', 1);
      return;
    }
    const pattern = /[#%/^,]/.test(this.char());
    this.deeper(() => {
      while (this.pos < this.end && this.char() !== '}')
        this.readInParameter(quoting, quoting === 'bare' || pattern);
    });
    this.pos++;
  }

  private readInParameter(quoting: 'bare' | 'double', singleQuotes: boolean): void {
    const char = this.char();
    if (char === '\\') this.readBackslash(quoting);
    else if (char === '"') this.readDouble();
    else if (char === '$') this.readDollar(quoting);
    else if (char === '`') this.readBackquotes(quoting === 'double');
    else if (char === "'" && singleQuotes) this.readSingle();
    else if (char === "'") {
      // Between double quotes these hide a closing brace, and nothing else.
      this.pos++;
      this.readDoubleText("'");
      this.pos++;
    } else if (!this.place(quoting)) this.pos++;
  }

  /** Begins at the opening brackets. A value inside is evaluated, whatever the quotes around it. */
  protected readArithmetic(closer: '))' | ']' | '}', role: Role, opening: 1 | 2): void {
    this.pos += opening;
    const outer = this.role;
    if (outer !== 'number') this.role = role;
    const open = closer === '))' ? '(' : closer === ']' ? '[' : '{';
    const close = closer.slice(0, 1);
    let nested = 0;
    this.deeper(() => {
      while (this.pos < this.end && !(nested === 0 && this.char() === close)) {
        if (this.char() === open) nested++;
        if (this.char() === close) nested--;
        this.readInArithmetic(role === 'subscript');
      }
    });
    this.role = outer;
    this.pos += closer.length;
  }

  private readInArithmetic(singleQuotes: boolean): void {
    const char = this.char();
    if (char === '\\') this.readBackslash('double');
    else if (char === '"') this.readDouble();
    else if (char === "'" && singleQuotes) this.readSingle();
    else if (char === '$') this.readDollar('double');
    else if (char === '`') this.readBackquotes(false);
    else if (!this.place('double') && !this.skip(PLAIN)) this.pos++;
  }

  /** As bash tells `((1 + 2))` from `((a); b)`: whether the inner parenthesis closes right before another one. */
  protected arithmeticEnds(from: number): boolean {
    let nested = 1;
    for (let at = from; at < this.end; at++) {
      const char = this.char(at);
      if (char === '\\') at++;
      else if (char === "'" || char === '"' || char === '`') at = this.quoteEnds(at, char);
      else if (char === '(') nested++;
      else if (char === ')' && --nested === 0) return this.char(at + 1) === ')';
    }
    return false;
  }

  private quoteEnds(start: number, mark: string): number {
    for (let at = start + 1; at < this.end; at++) {
      if (this.char(at) === mark) return at;
      if (this.char(at) === '\\' && mark !== "'") at++;
    }
    return this.end;
  }
}
