/**
 * The colours that programs print: pieces of text with a style, never markup. Small enough to have of our own, as what
 * comes out of tasks is hostile.
 */

import { hasUnseen, markOutput } from '../../src/client/unseen.js';

export interface Style {
  /** 0 to 15 of the palette, or `#rrggbb`. */
  readonly colour?: number | string;
  readonly background?: number | string;
  readonly bold?: boolean;
  readonly dim?: boolean;
  readonly italic?: boolean;
  readonly underline?: boolean;
  readonly strike?: boolean;
  readonly inverse?: boolean;
}

export interface Piece {
  readonly text: string;
  readonly style: Style;
}

export const PLAIN: Style = {};

/**
 * Colours (group 1), and all that is left out: other sequences, operating system commands and the like up to their
 * end, and control characters.
 */
const SEQUENCES =
  // eslint-disable-next-line no-control-regex
  /\x1b\[([\d;:]*)m|\x1b\[[\x20-\x3f]*[\x40-\x7e]|\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b[\x20-\x2f]*[\x30-\x7e]|[\x00-\x08\x0b-\x1f\x7f]/g;

// eslint-disable-next-line no-control-regex
const CONTROLS = /[\x00-\x08\x0b-\x1f\x7f]/;

/** Whether there is anything in it that is not simply text. */
export const hasControls = (text: string): boolean => CONTROLS.test(text) || hasUnseen(text);

/** The text alone. */
export const plainOf = (line: string): string =>
  hasControls(line) ? markOutput(line).replace(SEQUENCES, '') : line;

/** The pieces of a line that begins with `style`. */
export function piecesOf(line: string, style: Style): Piece[] {
  if (!hasControls(line)) return line === '' ? [] : [{ text: line, style }];
  const text = markOutput(line);
  const pieces: Piece[] = [];
  let current = style;
  let from = 0;
  const add = (to: number) => {
    if (to > from) pieces.push({ text: text.slice(from, to), style: current });
  };
  for (const match of text.matchAll(SEQUENCES)) {
    add(match.index);
    from = match.index + match[0].length;
    if (match[1] !== undefined) current = styleAfter(match[1], current);
  }
  add(text.length);
  return pieces;
}

/** The style that what follows `text` begins with. */
export function styleBehind(text: string, style: Style): Style {
  if (!text.includes('\x1b')) return style;
  let current = style;
  for (const [, colour] of text.matchAll(SEQUENCES)) {
    if (colour !== undefined) current = styleAfter(colour, current);
  }
  return current;
}

const FLAGS: Readonly<Record<number, Style>> = {
  1: { bold: true },
  2: { dim: true },
  3: { italic: true },
  4: { underline: true },
  7: { inverse: true },
  9: { strike: true },
  22: { bold: false, dim: false },
  23: { italic: false },
  24: { underline: false },
  27: { inverse: false },
  29: { strike: false },
};

/** What holds after a sequence with these parameters. */
export function styleAfter(parameters: string, before: Style): Style {
  const numbers = parameters.split(/[;:]/).map(Number);
  let style = before;
  for (let index = 0; index < numbers.length; index += 1) {
    const code = numbers[index] ?? 0;
    if (code === 0) style = PLAIN;
    else if (code === 38 || code === 48) {
      const { value, taken } = extended(numbers.slice(index + 1));
      index += taken;
      if (value !== null) style = { ...style, [code === 38 ? 'colour' : 'background']: value };
    } else style = withCode(code, style);
  }
  return style;
}

/** The sequence after which this style holds, whatever did before. */
export function sequenceOf(style: Style): string {
  const { colour, background, ...flags } = style;
  const codes = Object.entries(FLAGS).flatMap(([code, flag]) => {
    const [[name, isSet] = ['', false]] = Object.entries(flag) as [keyof typeof flags, boolean][];
    return isSet && flags[name as keyof typeof flags] === true ? [code] : [];
  });
  return `\x1b[${[0, ...codes, ...colourCodes(colour, 30), ...colourCodes(background, 40)].join(';')}m`;
}

/** `first`: of the first eight colours. */
function colourCodes(colour: number | string | undefined, first: 30 | 40): (number | string)[] {
  if (colour === undefined) return [];
  if (typeof colour === 'number') return [colour < 8 ? first + colour : first + 52 + colour];
  const channels = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
  return [first + 8, 2, ...channels];
}

function withCode(code: number, style: Style): Style {
  const { colour: _colour, ...withoutColour } = style;
  const { background: _background, ...withoutBackground } = style;
  if (code === 39) return withoutColour;
  if (code === 49) return withoutBackground;
  if (code >= 30 && code <= 37) return { ...style, colour: code - 30 };
  if (code >= 90 && code <= 97) return { ...style, colour: code - 82 };
  if (code >= 40 && code <= 47) return { ...style, background: code - 40 };
  if (code >= 100 && code <= 107) return { ...style, background: code - 92 };
  return { ...style, ...FLAGS[code] };
}

/** `5;n` of 256 colours, or `2;r;g;b`. */
function extended([kind, ...numbers]: readonly number[]): { value: number | string | null; taken: number } {
  const [one = 0, two = 0, three = 0] = numbers;
  if (kind === 2) return { value: hex(one, two, three), taken: 4 };
  if (kind === 5) return { value: ofPalette(one), taken: 2 };
  return { value: null, taken: 1 };
}

function ofPalette(index: number): number | string | null {
  if (index < 16) return index;
  if (index > 255) return null;
  if (index >= 232) {
    const grey = 8 + (index - 232) * 10;
    return hex(grey, grey, grey);
  }
  const level = (digit: number) => (digit === 0 ? 0 : 55 + digit * 40);
  const cube = index - 16;
  return hex(level(Math.floor(cube / 36)), level(Math.floor(cube / 6) % 6), level(cube % 6));
}

const hex = (...channels: number[]): string =>
  `#${channels
    .map((one) =>
      Math.max(0, Math.min(255, one || 0))
        .toString(16)
        .padStart(2, '0'),
    )
    .join('')}`;
