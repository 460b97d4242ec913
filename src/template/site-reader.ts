/** A place in a script, moved along by the readers that follow its grammar; notes each value met on the way. */

import { MAX_SHELL_DEPTH, tooMuch } from './go/limits.js';
import { MARK, type HereDocument, type Quoting, type Role, type Site } from './shell-site.js';
import type { View } from './shell-view.js';

/** What is found on the way through a script, with what has to be known of the values meanwhile. */
export interface Findings {
  /** Value by its position in the script. */
  readonly values: ReadonlyMap<number, number>;
  readonly sites: Site[];
  readonly literalDocuments: { readonly document: HereDocument; readonly view: View }[];
  /** Values that would end a here-document if they were written as they are. */
  readonly forced: Set<number>;
  /** What will be written of the value itself; nothing where a reference will stand for it. */
  readonly verbatim: (index: number) => string | undefined;
}

export abstract class SiteReader {
  protected pos = 0;
  protected end: number;
  protected role: Role = 'text';
  protected words: readonly string[] = [];
  protected wordStart = 0;
  protected wordSites: Site[] = [];
  /** In the body of a here-document, or in a here-string. */
  protected inHereDocument = false;

  constructor(
    protected readonly view: View,
    protected readonly findings: Findings,
    protected depth = 0,
  ) {
    this.end = view.text.length;
  }

  protected char(at = this.pos): string {
    return at < this.end ? (this.view.text[at] ?? '') : '';
  }

  protected sees(text: string): boolean {
    return this.pos + text.length <= this.end && this.view.text.startsWith(text, this.pos);
  }

  protected skip(pattern: RegExp): boolean {
    pattern.lastIndex = this.pos;
    if (!pattern.test(this.view.text)) return false;
    this.pos = Math.min(pattern.lastIndex, this.end);
    return true;
  }

  protected valueAt(at = this.pos): number | undefined {
    return this.char(at) === MARK ? this.findings.values.get(this.view.root(at)) : undefined;
  }

  /** Notes the value here; false where none stands. */
  protected place(quoting: Quoting, before: Site['before'] = '', role = this.role): boolean {
    const index = this.valueAt();
    if (index === undefined) return false;
    const site: Site = {
      index,
      quoting,
      role,
      before,
      span: [this.view.root(this.pos - before.length), this.view.root(this.pos)],
      level: this.view.level,
      beforeHash: this.char(this.pos + 1) === '#',
      words: this.words,
      wordCount: this.words.length,
      wordText: this.view.text.slice(Math.max(this.wordStart, this.pos - 100), this.pos),
      inHereDocument: this.inHereDocument,
    };
    this.pos++;
    this.findings.sites.push(site);
    this.wordSites.push(site);
    return true;
  }

  protected deeper(read: () => void): void {
    if (++this.depth > MAX_SHELL_DEPTH)
      throw tooMuch(`nests quotes and brackets of the shell more than ${MAX_SHELL_DEPTH} deep`);
    read();
    this.depth--;
  }

  /** For commands inside of a word: their values are not the word's. */
  protected isolated(read: () => void): void {
    const { role, words, wordStart, wordSites, inHereDocument } = this;
    this.role = 'text';
    this.words = [];
    this.wordSites = [];
    this.inHereDocument = false;
    this.deeper(read);
    Object.assign(this, { role, words, wordStart, wordSites, inHereDocument });
  }

  protected inDocument(words: readonly string[], read: () => void): void {
    this.isolated(() => {
      this.words = words;
      this.inHereDocument = true;
      this.wordStart = this.pos;
      read();
    });
  }
}
