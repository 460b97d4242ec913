/** Go's Sprintf: flags, width, precision, argument indexes, and its notes on what was wrong with a format. */

import { FormatState } from './format-state.js';
import { printValue } from './print.js';
import { Byte, isWhole, typeName, type Value } from './values.js';

const LARGEST = 1_000_000;

export function sprintf(format: string, args: readonly Value[]): string {
  return new Formatter(format, args).run();
}

class Formatter {
  private readonly f = new FormatState();
  private at = 0;
  private arg = 0;
  private afterIndex = false;
  private goodIndex = true;
  private reordered = false;

  constructor(
    private readonly format: string,
    private readonly args: readonly Value[],
  ) {}

  run(): string {
    while (this.at < this.format.length) {
      const percent = this.format.indexOf('%', this.at);
      this.f.write(this.format.slice(this.at, percent < 0 ? undefined : percent));
      if (percent < 0) break;
      this.at = percent + 1;
      this.verb();
    }
    this.extraArguments();
    return this.f.text;
  }

  private verb(): void {
    this.f.clear();
    this.goodIndex = true;
    this.flags();
    this.argumentIndex();
    this.width();
    this.precision();
    this.lateIndex();
    const code = this.format.codePointAt(this.at);
    if (code === undefined) {
      this.f.write('%!(NOVERB)');
      return;
    }
    const verb = String.fromCodePoint(code);
    this.at += verb.length;
    if (verb === '%') this.f.write('%');
    else this.print(verb);
  }

  private lateIndex(): void {
    if (!this.afterIndex) this.argumentIndex();
  }

  private print(verb: string): void {
    if (!this.goodIndex) {
      this.f.write(`%!${verb}(BADINDEX)`);
      return;
    }
    if (this.arg >= this.args.length) {
      this.f.write(`%!${verb}(MISSING)`);
      return;
    }
    if (verb === 'v' || verb === 'w') {
      this.f.sharpV = this.f.sharp;
      this.f.plusV = this.f.plus;
      this.f.sharp = this.f.plus = false;
    }
    printValue(this.f, this.args[this.arg++], verb);
  }

  private flags(): void {
    for (; '#0+- '.includes(this.format[this.at] ?? '?'); this.at++) {
      const flag = this.format[this.at];
      if (flag === '#') this.f.sharp = true;
      else if (flag === '0') this.f.zero = true;
      else if (flag === '+') this.f.plus = true;
      else if (flag === '-') this.f.minus = true;
      else this.f.space = true;
    }
  }

  private width(): void {
    if (this.format[this.at] === '*') {
      this.at++;
      const width = this.integerArgument();
      this.f.width = width === undefined ? undefined : Math.abs(width);
      if (width === undefined) this.f.write('%!(BADWIDTH)');
      else if (width < 0) {
        this.f.minus = true;
        this.f.zero = false;
      }
      this.afterIndex = false;
      return;
    }
    this.f.width = this.number();
    if (this.afterIndex && this.f.width !== undefined) this.goodIndex = false;
  }

  private precision(): void {
    if (this.format[this.at] !== '.' || this.at + 1 >= this.format.length) return;
    this.at++;
    if (this.afterIndex) this.goodIndex = false;
    this.argumentIndex();
    if (this.format[this.at] !== '*') {
      this.f.precision = this.number() ?? 0;
      return;
    }
    this.at++;
    const precision = this.integerArgument();
    this.f.precision = precision !== undefined && precision >= 0 ? precision : undefined;
    if (this.f.precision === undefined) this.f.write('%!(BADPREC)');
    this.afterIndex = false;
  }

  private number(): number | undefined {
    const digits = /^[0-9]+/.exec(this.format.slice(this.at, this.at + 8))?.[0];
    if (digits === undefined) return undefined;
    this.at += digits.length;
    if (Number(digits) <= LARGEST || digits.length < 8) return Number(digits);
    this.at = this.format.length;
    return undefined;
  }

  private integerArgument(): number | undefined {
    if (this.arg >= this.args.length) return undefined;
    const value = this.args[this.arg++];
    const number =
      typeof value === 'bigint' || isWhole(value)
        ? Number(value)
        : value instanceof Byte
          ? value.value
          : undefined;
    return number === undefined || Math.abs(number) > LARGEST ? undefined : number;
  }

  /** `[2]` names the argument to take, counted from one. */
  private argumentIndex(): void {
    this.afterIndex = false;
    if (this.format[this.at] !== '[') return;
    this.reordered = true;
    const close = this.format.indexOf(']', this.at);
    const written = close < 0 ? '' : this.format.slice(this.at + 1, close);
    const good = /^[0-9]{1,7}$/.test(written);
    this.at = close < 0 ? this.at + 1 : close + 1;
    this.afterIndex = good;
    const index = Number(written) - 1;
    if (good && index >= 0 && index < this.args.length) this.arg = index;
    else this.goodIndex = false;
  }

  private extraArguments(): void {
    if (this.reordered || this.arg >= this.args.length) return;
    this.f.clear();
    this.f.write('%!(EXTRA ');
    this.args.slice(this.arg).forEach((value, i) => {
      if (i > 0) this.f.write(', ');
      if (value !== undefined && value !== null) this.f.write(`${typeName(value)}=`);
      printValue(this.f, value, 'v');
    });
    this.f.write(')');
  }
}
