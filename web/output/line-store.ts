/**
 * A task's output as lines, in chunks of text that are never put together: a hundred megabytes are some hundred strings
 * and a number a line. Lines of both streams stand in the order in which they were ended.
 */
import { type OutputStream, STREAMS } from '../api/types.js';
import { hasControls, piecesOf, plainOf, PLAIN, type Piece, type Style, styleBehind } from './ansi.js';
import { movesInLine, settled, settledSoFar } from './terminal-line.js';

/** A chunk is closed when it is longer. */
const CHUNK = 128 * 1024;
/** A longer line is shown as several, as no screen is so wide. */
export const LONGEST_LINE = 4096;
/** A line that has not been ended is shown as a whole up to here; what leads back in it leads no further back. */
const LONGEST_UNENDED = 4 * LONGEST_LINE;
/** So far before its longest a line is cut at a space. */
const SPACE_WITHIN = 512;
/** No sequence that means well is longer. */
const LONGEST_SEQUENCE = 64;

export interface Line {
  readonly text: string;
  readonly stream: OutputStream;
  readonly style: Style;
  /** When its end came, in milliseconds since 1970; null: not known. */
  readonly at: number | null;
}

interface Unended {
  readonly text: string;
  readonly at: number | null;
}

const NOTHING: Unended = { text: '', at: null };

type Styles = Readonly<Record<OutputStream, Style>>;

interface Chunk {
  text: string;
  /** Of its first line, counted from 0. */
  readonly first: number;
  /** Where each line begins. */
  readonly starts: number[];
  /** How long each line is without its colours; known before it is asked for, as that is for all of them at once. */
  readonly widths: number[];
  /** Whether each line is of stderr. */
  readonly errors: boolean[];
  /** When each line came; NaN: not known. */
  readonly times: number[];
  /** Whether there is more than text in it. */
  controls: boolean;
  /** At its beginning. */
  readonly styles: Styles;
  /** Of each line; made when it is looked at, and kept while the chunk does not grow. */
  lineStyles: Style[] | null;
}

const NEWLINE = 10;

export class LineStore {
  readonly #chunks: Chunk[] = [];
  readonly #pending: Record<OutputStream, Unended> = { stdout: NOTHING, stderr: NOTHING };
  #styles: Styles = { stdout: PLAIN, stderr: PLAIN };
  #ended = 0;
  /** Grows with every change. */
  version = 0;

  /** Lines that have ended. */
  get ended(): number {
    return this.#ended;
  }

  /** And those that have not. */
  get count(): number {
    return this.#ended + STREAMS.filter((stream) => this.#pending[stream].text !== '').length;
  }

  /** `at`: when it came, in milliseconds since 1970; null: not known. */
  append(text: string, stream: OutputStream, at: number | null = null): void {
    if (text === '') return;
    this.version += 1;
    const all = this.#pending[stream].text + text;
    const end = all.lastIndexOf('\n') + 1;
    if (end > 0) this.#add(all.slice(0, end), stream, at);
    let rest = all.slice(end);
    // Of a progress bar only what is seen is kept.
    if (rest.length > LONGEST_LINE && movesInLine(rest)) rest = settledSoFar(rest, this.#styles[stream]);
    // A line without an end in sight does not wait for one.
    if (rest.length > LONGEST_UNENDED) {
      this.#add(rest, stream, at);
      rest = '';
    }
    this.#pending[stream] = { text: rest, at };
  }

  #add(written: string, stream: OutputStream, time: number | null): void {
    const text = movesInLine(written) ? settledLines(written, this.#styles[stream]) : written;
    let chunk = this.#chunks.at(-1);
    if (chunk === undefined || chunk.text.length >= CHUNK) {
      chunk = {
        text: '',
        first: this.#ended,
        starts: [],
        widths: [],
        errors: [],
        times: [],
        controls: false,
        styles: this.#styles,
        lineStyles: null,
      };
      this.#chunks.push(chunk);
    }
    const offset = chunk.text.length;
    const controls = hasControls(text);
    for (let at = 0; at < text.length;) {
      chunk.starts.push(offset + at);
      chunk.errors.push(stream === 'stderr');
      chunk.times.push(time ?? NaN);
      const newline = text.indexOf('\n', at);
      const next = newline < 0 ? text.length : newline + 1;
      const end = next - at > LONGEST_LINE + 1 ? softEnd(text, at, at + LONGEST_LINE) : next;
      const line = text.charCodeAt(end - 1) === NEWLINE ? end - 1 : end;
      chunk.widths.push(controls ? plainOf(text.slice(at, line)).length : line - at);
      at = end;
    }
    chunk.text += text;
    chunk.lineStyles = null;
    chunk.controls ||= controls;
    this.#ended = chunk.first + chunk.starts.length;
    this.#styles = { ...this.#styles, [stream]: styleBehind(text, this.#styles[stream]) };
  }

  line(index: number): Line {
    const chunk = this.#chunkOf(index);
    if (chunk === null) return this.#unended(index - this.#ended);
    const place = index - chunk.first;
    const stream = chunk.errors[place] === true ? 'stderr' : 'stdout';
    chunk.lineStyles ??= stylesIn(chunk);
    const at = chunk.times[place] ?? NaN;
    return {
      text: textAt(chunk, place),
      stream,
      style: chunk.lineStyles[place] ?? PLAIN,
      at: Number.isNaN(at) ? null : at,
    };
  }

  pieces(index: number): readonly Piece[] {
    const { text, style } = this.line(index);
    return piecesOf(text, style);
  }

  /** The text without its colours. */
  plain(index: number): string {
    const chunk = this.#chunkOf(index);
    if (chunk === null) return plainOf(this.#unended(index - this.#ended).text);
    const text = textAt(chunk, index - chunk.first);
    return chunk.controls ? plainOf(text) : text;
  }

  /** How long that is. */
  width(index: number): number {
    const chunk = this.#chunkOf(index);
    return chunk === null ? this.plain(index).length : (chunk.widths[index - chunk.first] ?? 0);
  }

  #unended(place: number): Line {
    const stream = STREAMS.filter((one) => this.#pending[one].text !== '')[place];
    if (stream === undefined) return { ...NOTHING, stream: 'stdout', style: PLAIN };
    const { text, at } = this.#pending[stream];
    const style = this.#styles[stream];
    return { text: movesInLine(text) ? settled(text, style) : text, stream, style, at };
  }

  #chunkOf(index: number): Chunk | null {
    if (index < 0 || index >= this.#ended) return null;
    let [low, high] = [0, this.#chunks.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#chunks[middle] as Chunk).first <= index) low = middle;
      else high = middle - 1;
    }
    return this.#chunks[low] ?? null;
  }
}

/** At a space if there is one near, and neither between the two halves of a character nor in a sequence. */
function softEnd(text: string, from: number, to: number): number {
  const space = text.lastIndexOf(' ', to - 1);
  if (space >= Math.max(from, to - SPACE_WITHIN)) return space + 1;
  const begun = text.lastIndexOf('\x1b', to - 1);
  const isCut =
    begun > Math.max(from, to - LONGEST_SEQUENCE) &&
    !/^\[[\x20-\x3f]*[\x40-\x7e]/.test(text.slice(begun + 1, to));
  if (isCut) return begun;
  const code = text.charCodeAt(to);
  return code >= 0xdc00 && code <= 0xdfff ? to - 1 : to;
}

/** Each line as a terminal would show it. */
function settledLines(text: string, style: Style): string {
  let current = style;
  return text
    .split('\n')
    .map((line) => {
      const shown = movesInLine(line) ? settled(line, current) : line;
      current = styleBehind(shown, current);
      return shown;
    })
    .join('\n');
}

/** Without the newline. */
function textAt({ text, starts }: Chunk, place: number): string {
  const from = starts[place] ?? text.length;
  const to = starts[place + 1] ?? text.length;
  return text.slice(from, text.charCodeAt(to - 1) === NEWLINE ? to - 1 : to);
}

function stylesIn(chunk: Chunk): Style[] {
  const current: Record<OutputStream, Style> = { ...chunk.styles };
  if (!chunk.controls) return chunk.errors.map((isError) => current[isError ? 'stderr' : 'stdout']);
  return chunk.errors.map((isError, place) => {
    const stream = isError ? 'stderr' : 'stdout';
    const style = current[stream];
    current[stream] = styleBehind(textAt(chunk, place), style);
    return style;
  });
}
