/** The flags of one verb and the padding they ask for; the text written so far, bounded. */

import { checkLength } from './limits.js';

export class FormatState {
  minus = false;
  plus = false;
  sharp = false;
  space = false;
  zero = false;
  /** `%+v` and `%#v` are not flags of the numbers inside. */
  plusV = false;
  sharpV = false;
  width: number | undefined;
  precision: number | undefined;
  private out = '';

  get text(): string {
    return this.out;
  }

  write(text: string): void {
    this.out += text;
    checkLength(this.out.length);
  }

  clear(): void {
    this.minus = this.plus = this.sharp = this.space = this.zero = this.plusV = this.sharpV = false;
    this.width = this.precision = undefined;
  }

  pad(text: string, zeros = this.zero): void {
    const missing = this.width ? this.width - countRunes(text) : 0;
    if (missing <= 0) this.write(text);
    else if (this.minus) this.write(text + ' '.repeat(missing));
    else this.write((zeros ? '0' : ' ').repeat(missing) + text);
  }
}

export function countRunes(text: string): number {
  let runes = text.length;
  for (let i = 1; i < text.length; i++) {
    if ((text.charCodeAt(i) & 0xfc00) === 0xdc00 && (text.charCodeAt(i - 1) & 0xfc00) === 0xd800) runes--;
  }
  return runes;
}
