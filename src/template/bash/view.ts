/** A stretch of a script as bash reads it: the script itself, or the inside of backquotes with its backslashes removed. */

/** Stands for a value while the script around it is read. Told from the same character in a script by its position. */
export const MARK = '\uffff';

export class View {
  private constructor(
    readonly text: string,
    /** How many backquotes surround it. Each takes a layer of backslashes away. */
    readonly level: number,
    private readonly origins?: Int32Array,
  ) {}

  static of(text: string): View {
    return new View(text, 0);
  }

  /** A text whose characters stand at the given positions of a script. */
  static at(text: string, positions: readonly number[]): View {
    return new View(text, 0, Int32Array.from(positions));
  }

  /** Position in the script of a position in this view. */
  root(at: number): number {
    return this.origins ? (this.origins[at] ?? 0) : at;
  }

  /** The text between two backquotes. */
  backquoted(start: number, end: number, inDoubleQuotes: boolean): View {
    const removable = inDoubleQuotes ? '$`\\"' : '$`\\';
    const origins = new Int32Array(end - start + 1);
    let text = '';
    for (let at = start; at < end; at++) {
      origins[text.length] = this.root(at);
      const next = this.text[at + 1];
      if (this.text[at] === '\\' && at + 1 < end && next !== undefined && removable.includes(next)) at++;
      text += this.text[at] ?? '';
    }
    origins[text.length] = this.root(end);
    return new View(text, this.level + 1, origins);
  }
}

/** Writes a text so that it is left after so many backquotes have taken their backslashes. */
export function escapeForLevel(text: string, level: number): string {
  let escaped = text;
  for (let i = 0; i < level; i++) escaped = escaped.replace(/[\\`]/g, '\\$&');
  return escaped;
}
