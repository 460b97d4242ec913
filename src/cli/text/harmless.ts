/**
 * Text of others on a terminal: what it shows is shown, and nothing in it does anything. Colors are kept where they
 * are wanted; other sequences are left out as a whole, so that what they stand between can be read.
 */
import { MARK, markLine, UNSEEN_ANYWHERE } from '../../client/unseen.js';

const CSI = '(?:\\x1b\\[|\\x9b)';
/** Of a string that goes to the terminal itself, such as its title or the clipboard. It ends with its line at the latest. */
const STRING = '(?:\\x1b[\\]PX^_]|[\\x9d\\x90\\x98\\x9e\\x9f])[^\\x07\\x1b\\x9c\\n]*';
const CONTROLS = '[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f]';

const SEQUENCES = new RegExp(
  `${CSI}([\\d;:]*)m|${CSI}[\\x30-\\x3f]*[\\x20-\\x2f]*[\\x40-\\x7e]|${STRING}(?:\\x07|\\x1b\\\\|\\x9c)?|` +
    `\\x1b[\\x20-\\x2f]*[\\x30-\\x7e]|\\r+\\n?|${CONTROLS}|(${UNSEEN_ANYWHERE})`,
  'gu',
);
/** What has begun at the end of a piece, and may go on with the next one. */
const BEGUN = new RegExp(`(?:${CSI}[\\x20-\\x3f]*|${STRING}\\x1b?|\\x1b[\\x20-\\x2f]*|\\r+)$`);
/** No sequence that means well is longer. */
const LONGEST = 1_024;

/** What of a progress bar was printed last is what is seen of it. */
const REDRAW = '\r\x1b[K';
const RESET = '\x1b[0m';

/** Text that comes in pieces. */
export class Harmless {
  #begun = '';
  #isColored = false;

  constructor(private readonly colors: boolean) {}

  piece(text: string): string {
    const all = this.#begun + text;
    const tail = all.slice(-LONGEST);
    this.#begun = BEGUN.exec(tail)?.[0] ?? '';
    return this.#clean(all.slice(0, all.length - this.#begun.length));
  }

  /** What is to be printed before anything of others. */
  end(): string {
    this.#begun = '';
    const reset = this.#isColored ? RESET : '';
    this.#isColored = false;
    return reset;
  }

  #clean(text: string): string {
    return text.replace(SEQUENCES, (sequence, color: string | undefined, unseen: string | undefined) => {
      if (unseen !== undefined) return MARK;
      if (sequence.startsWith('\r')) return sequence.endsWith('\n') ? '\n' : REDRAW;
      if (color === undefined || !this.colors) return '';
      this.#isColored = true;
      return `\x1b[${visible(color)}m`;
    });
  }
}

/** Followed by a color, in words of their own where it is not written with colons. */
const COLORS = [38, 48, 58];
/** Blinks, or is not seen. */
const UNWANTED = [5, 6, 8];

function visible(parameters: string): string {
  const kept: string[] = [];
  const words = parameters.split(';');
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? '';
    const code = Number(word.split(':')[0]);
    if (COLORS.includes(code) && !word.includes(':')) {
      const taken = Number(words[at + 1]) === 5 ? 3 : 5;
      kept.push(...words.slice(at, at + taken));
      at += taken - 1;
    } else if (!UNWANTED.includes(code)) kept.push(word);
  }
  return kept.length === 0 ? '0' : kept.join(';');
}

/** A name, or whatever else has one line: what cannot be seen is shown as a place where there is something. */
export const nameOf = markLine;

const UNESCAPED = new RegExp(`[\\x7f-\\x9f]|${UNSEEN_ANYWHERE}`, 'gu');

/** JSON with what JSON does not escape of this: the same value. */
export const escapedJson = (json: string): string => json.replace(UNESCAPED, escaped);

const escaped = (character: string) =>
  Array.from(
    { length: character.length },
    (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`,
  ).join('');
