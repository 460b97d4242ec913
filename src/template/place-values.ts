/**
 * Writes values into a script so that bash takes none of them for code. A harmless one is written as it is; another as
 * a reference to a variable, so that none of its characters is ever in the script.
 *
 * What a reference then means is bash's business: in a bare word it is split and globbed. What a harmless value means
 * where it stands is the author's: `{{.cmd}} x` runs a command of that name, `{{.x}} cmd` may assign, `${{.x}}` reads a
 * variable, `~{{.x}}` a home directory.
 */

import { readScript } from './command-reader.js';
import type { Piece } from './go/evaluate.js';

import { executionError } from './go/failure.js';
import { rewriteDocument } from './here-document-rewrite.js';
import { checkLength } from './go/limits.js';
import type { ActionNode } from './go/nodes.js';
import { wellFormed } from './go/quote.js';
import { isHarmless, refusal } from './role-check.js';
import { applyEdits, type Edit } from './script-edits.js';
import { MARK, type Site } from './shell-site.js';
import { escapeForLevel } from './shell-view.js';
import type { Findings } from './site-reader.js';
import { namesVariable } from './unsafe-places.js';
import type { ValueNames } from './value-names.js';

interface Placed {
  readonly text: string;
  readonly origin: ActionNode;
  readonly at: number;
}

export function placeValues(source: string, pieces: readonly Piece[], names: ValueNames): string {
  return new Placement(source, pieces, names).run();
}

class Placement {
  private readonly values: Placed[] = [];
  private readonly edits: Edit[] = [];
  private script = '';

  constructor(
    private readonly source: string,
    pieces: readonly Piece[],
    private readonly names: ValueNames,
  ) {
    const parts: string[] = [];
    let at = 0;
    for (const { text, origin, raw } of pieces) {
      const written = origin ? checked(source, text, origin) : text;
      const isValue = origin !== undefined && raw !== true;
      if (isValue) this.values.push({ text: written, origin, at });
      parts.push(isValue ? MARK : written);
      at += isValue ? 1 : written.length;
    }
    this.script = parts.join('');
  }

  run(): string {
    if (this.values.length === 0) return this.script;
    const findings: Findings = {
      values: new Map(this.values.map(({ at }, index) => [at, index])),
      sites: [],
      literalDocuments: [],
      forced: new Set(),
      verbatim: (index) => this.verbatim(index),
    };
    readScript(this.script, findings);
    const referenced = (index: number): boolean =>
      findings.forced.has(index) || this.verbatim(index) === undefined;
    for (const site of findings.sites) this.write(site, referenced(site.index));
    for (const { document, view } of findings.literalDocuments) {
      this.edits.push(...rewriteDocument(document, view, findings.values, referenced));
    }
    const text = applyEdits(this.script, this.edits);
    checkLength(text.length);
    return text;
  }

  private verbatim(index: number): string | undefined {
    const value = this.values[index];
    return value && isHarmless(value.text) ? value.text : undefined;
  }

  private write(site: Site, referenced: boolean): void {
    const value = this.values[site.index];
    if (!value) return;
    const refused = refusal(value.text, site.role === 'text' && namesVariable(site) ? 'variable' : site.role);
    if (refused !== undefined) throw executionError(this.source, value.origin.pipe, refused);
    const empty = value.text === '' && !referenced;
    if (referenced || empty) this.settle(site);
    const reference = referenced ? quoted(site, this.names.reference(value.text)) : value.text;
    const text = empty && site.quoting === 'bare' && site.beforeHash ? '""' : reference;
    this.edits.push({ start: value.at, end: value.at + 1, text: escapeForLevel(text, site.level) });
  }

  /** A backslash or dollar sign right before the value has no first character of it to take, and stands for itself. */
  private settle({ before, quoting, span: [start, end], level }: Site): void {
    if (before === '') return;
    const text = before === '$' ? '\\$' : quoting === 'bare' ? '' : '\\\\';
    this.edits.push({ start, end, text: escapeForLevel(text, level) });
  }
}

function checked(source: string, text: string, origin: ActionNode): string {
  if (text.includes('\0'))
    throw executionError(source, origin.pipe, 'a value with a NUL byte cannot be handed to a shell');
  return wellFormed(text);
}

function quoted({ quoting }: Site, reference: string): string {
  if (quoting === 'single') return `'"${reference}"'`;
  return quoting === 'ansi' ? `'"${reference}"$'` : reference;
}
