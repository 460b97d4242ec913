/** Follows here-documents: the delimiter in the command, the body after its line, the line that ends it. */

import type { CommandState } from './command-state.js';
import { ExpansionReader } from './expansion-reader.js';
import { MARK, type HereDocument } from './shell-site.js';

interface Line {
  /** Where the next one starts, and without its line end. */
  readonly next: number;
  readonly end: number;
  /** As bash compares it: joined with the next one at a backslash, where the delimiter is unquoted. */
  readonly text: string;
}

export abstract class HereDocumentReader extends ExpansionReader {
  protected readDelimiter(state: CommandState): void {
    this.pos += 2;
    const stripsTabs = this.char() === '-';
    if (stripsTabs) this.pos++;
    while (/[ \t]/.test(this.char())) this.pos++;
    const start = this.pos;
    let delimiter = '';
    let literal = false;
    while (this.pos < this.end && !/[\s;&|<>()]/.test(this.char())) {
      const char = this.char();
      if (this.place('double', '', 'delimiter')) continue;
      this.pos++;
      if (!/['"\\]/.test(char)) {
        delimiter += char;
        continue;
      }
      literal = true;
      const close = char === '\\' ? this.pos + 1 : this.view.text.indexOf(char, this.pos);
      const end = close < 0 || close > this.end ? this.end : close;
      delimiter += this.view.text.slice(this.pos, end);
      this.skipPlacing(end);
      if (char !== '\\') this.pos++;
    }
    const none = [start, start] as const;
    const { words } = state;
    state.documents.push({
      delimiter,
      literal,
      stripsTabs,
      words,
      span: [start, this.pos],
      body: none,
      terminator: none,
    });
  }

  private skipPlacing(end: number): void {
    while (this.pos < end) if (!this.place('double', '', 'delimiter')) this.pos++;
  }

  /** To be called behind the end of a line. */
  protected readDocuments(state: CommandState): void {
    const { documents } = state;
    state.documents = [];
    for (const document of documents) this.readBody(document);
  }

  private readBody(document: HereDocument): void {
    const start = this.pos;
    let at = start;
    let line = this.lineAt(at, document);
    while (at < this.end && !this.isTerminator(at, line, document)) {
      at = line.next;
      line = this.lineAt(at, document);
    }
    document.body = [start, at];
    document.terminator = [at, line.end];
    if (document.literal) this.findings.literalDocuments.push({ document, view: this.view });
    const { end } = this;
    this.end = at;
    this.inDocument(document.words, () => {
      if (!document.literal) this.readDoubleText('');
      else while (this.pos < this.end) if (!this.place('literal')) this.pos++;
    });
    this.end = end;
    this.pos = Math.min(line.next, end);
  }

  private lineAt(start: number, { literal, stripsTabs }: HereDocument): Line {
    let text = '';
    for (let at = start; ;) {
      const found = this.view.text.indexOf('\n', at);
      const end = found < 0 || found >= this.end ? this.end : found;
      const part = this.view.text.slice(at, end);
      const joins = !literal && end < this.end && /(?:^|[^\\])(?:\\\\)*\\$/.test(part.slice(-1000));
      text += joins ? part.slice(0, -1) : part;
      at = end + 1;
      if (!joins)
        return { next: Math.min(at, this.end), end, text: stripsTabs ? text.replace(/^\t+/, '') : text };
    }
  }

  /** A value never ends a document: where it would, a reference takes its place. */
  private isTerminator(start: number, line: Line, { delimiter }: HereDocument): boolean {
    if (!line.text.includes(MARK)) return line.text === delimiter;
    const indexes: number[] = [];
    for (let at = start; at < line.end; at++) {
      const index = this.valueAt(at);
      if (index !== undefined) indexes.push(index);
    }
    if (indexes.length === 0) return line.text === delimiter;
    let used = 0;
    const written = line.text.replaceAll(MARK, (mark) => {
      const index = indexes[used++];
      return index === undefined ? mark : (this.findings.verbatim(index) ?? '\0');
    });
    if (written === delimiter) for (const index of indexes) this.findings.forced.add(index);
    return false;
  }
}
