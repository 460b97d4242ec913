/** A stretch of a script as bash reads it: the script itself, or the inside of backquotes with its backslashes removed. */

export class View {
  private constructor(
    readonly text: string,
    /** In how many backquotes, each of which takes a layer of backslashes away. */
    readonly level: number,
    private readonly origins?: Int32Array,
  ) {}

  static of(text: string): View {
    return new View(text, 0);
  }

  /** Where a position of this view is in the script. */
  root(at: number): number {
    return this.origins ? (this.origins[at] ?? 0) : at;
  }

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
