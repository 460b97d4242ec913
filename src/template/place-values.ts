/**
 * Writes values into a script so that bash takes none of them for code. A harmless one is written as it is; another as
 * a reference to a variable, so that none of its characters is ever in the script.
 *
 * What a reference then means is bash's business: in a bare word it is split and globbed.
 */

import { allows, isHarmless, needs } from './bash/meaning/rules.js';
import type { Requirement } from './bash/meaning/analysis.js';
import { shapeOf } from './bash/shape.js';
import { staticText, type Part, type Redirect, type Site } from './bash/syntax.js';
import { eachCommand, valuesIn } from './bash/traverse.js';
import { escapeForLevel } from './bash/view.js';
import { executionError } from './go/failure.js';
import { checkLength } from './go/limits.js';
import type { TemplateError } from './go/template-error.js';
import { rewriteDocument } from './here-document-rewrite.js';
import { type Outline, type Reading, readPlaced } from './outline.js';
import { NotUnderstood } from './bash/grammar/reader.js';
import { applyEdits, type Edit } from './script-edits.js';
import type { ValueNames } from './value-names.js';

/** @throws TemplateError where a value cannot stand */
export function placeValues(
  outline: Outline,
  reading: Reading,
  requirements: readonly Requirement[],
  names: ValueNames,
): string {
  for (const requirement of requirements) check(outline, requirement);
  const numbers = new Set(
    requirements
      .filter(({ rule }) => rule === 'integer')
      .flatMap(({ token }) => valuesIn(token).map(({ site }) => site.index)),
  );
  const shape = shapeOf(reading.script, (index) => textOf(outline, index));
  for (const harmless of [isHarmless, () => false]) {
    const placement = new Placement(outline, reading, numbers, names, harmless);
    const text = placement.run();
    checkLength(text.length);
    const again = readPlaced(text, []);
    if (!(again instanceof NotUnderstood) && shapeOf(again.script, () => '') === shape) return text;
  }
  throw problemOf(outline, 0, 'the value changes how bash reads the script');
}

export function problemOf({ source, values }: Outline, index: number, reason: string): TemplateError {
  const value = values[index];
  if (!value) throw new Error(`no value ${index}`);
  return executionError(source, value.origin.pipe, reason);
}

const textOf = ({ values }: Outline, index: number): string => values[index]?.text ?? '';

function check(outline: Outline, { rule, where, token }: Requirement): void {
  const values = valuesIn(token).map(({ site }) => textOf(outline, site.index));
  const text = joined(outline, token);
  if (text !== null && allows(rule, text, values)) return;
  const [first] = valuesIn(token);
  if (first) throw problemOf(outline, first.site.index, needs(rule, where));
}

/** Null where an expansion is a part of the token. */
function joined(outline: Outline, token: readonly Part[]): string | null {
  let text = '';
  for (const part of token) {
    if (part.kind === 'text') text += part.text;
    else if (part.kind === 'value') text += textOf(outline, part.site.index);
    else return null;
  }
  return text;
}

class Placement {
  private readonly edits: Edit[] = [];

  constructor(
    private readonly outline: Outline,
    private readonly reading: Reading,
    /** Values that have to be written as they are. */
    private readonly numbers: ReadonlySet<number>,
    private readonly names: ValueNames,
    private readonly isHarmless: (text: string) => boolean,
  ) {}

  run(): string {
    const { script, sites } = this.reading;
    for (const site of sites) this.write(site);
    for (const document of script.documents) {
      const values = valuesIn(document.parts).map(({ site }) => site);
      if (document.literal && values.some((site) => this.isReferenced(site)))
        this.edits.push(...rewriteDocument(document, new Map(values.map(({ at, index }) => [at, index]))));
    }
    eachCommand(script.body, '', (command) => {
      if ('redirects' in command) for (const redirect of command.redirects) this.redirect(redirect);
    });
    return applyEdits(this.outline.text, this.edits);
  }

  private isReferenced(site: Site): boolean {
    const text = textOf(this.outline, site.index);
    if (mergesWithNeighbors(site, text)) return true;
    return !this.numbers.has(site.index) && (!this.isHarmless(text) || text === '');
  }

  private write(site: Site): void {
    const { index, at, level } = site;
    const value = textOf(this.outline, index);
    const referenced = this.isReferenced(site);
    if (referenced) this.settle(site);
    const text = referenced ? quoted(site, this.names.reference(value)) : this.number(site, value);
    this.edits.push({ start: at, end: at + 1, text: escapeForLevel(text, level) });
  }

  /** Two signs in a row would be one operator. */
  private number({ index, at }: Site, value: string): string {
    const isNegative = this.numbers.has(index) && value.startsWith('-');
    return isNegative && /[-+:]"?$/.test(this.outline.text.slice(0, at).slice(-2)) ? ` ${value}` : value;
  }

  /**
   * A backslash right before a reference has no first character of the value to take. In double quotes it stands for
   * itself, but not in the texts of `${x/…/…}`.
   */
  private settle({ backslash, quoting, level, operand }: Site): void {
    if (backslash === null) return;
    const text = quoting === 'bare' || operand !== null ? '' : '\\\\';
    this.edits.push({ start: backslash, end: backslash + 1, text: escapeForLevel(text, level) });
  }

  /** Bash expands the word behind `>&` twice, the one behind `&>` once. A number behind the former is no file. */
  private redirect({ operator, descriptor, at, target }: Redirect): void {
    if (operator !== '>&' || descriptor !== '' || staticText(target.parts) !== null) return;
    if (target.parts.some(({ kind }) => kind === 'value'))
      this.edits.push({ start: at, end: at + 2, text: '&>' });
  }
}

/** Whether bash would take a harmless value, written as it is, for more or less than the value. */
function mergesWithNeighbors({ quoting, backslash, joins, operand, isBraced }: Site, text: string): boolean {
  if (quoting === 'ansi' && (backslash !== null || joins !== null)) return true;
  if (joins === 'name' && /^[A-Za-z0-9_]/.test(text)) return true;
  if (operand === 'pattern' && text.includes('/')) return true;
  return isBraced && /,|\.\.|^\.|\.$/.test(text);
}

function quoted({ quoting, operand }: Site, reference: string): string {
  if (quoting === 'single') return `'"${reference}"'`;
  // Bash replaces `&` in what an unquoted variable brings to a replacement.
  if (operand === 'replacement') return `"${reference}"`;
  return quoting === 'ansi' ? `'"${reference}"$'` : reference;
}
