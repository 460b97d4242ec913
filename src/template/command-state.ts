/** Knows at each word whether a command can begin there: keywords, assignments, `case` and `[[ ]]` mean something only then. */

import type { HereDocument, Role, Site } from './shell-site.js';

type CaseStage = 'subject' | 'pattern' | 'body';

/** After these another command begins. */
const LEADING = new Set([
  'if',
  'then',
  'else',
  'elif',
  'do',
  'while',
  'until',
  '!',
  '{',
  '}',
  'time',
  'fi',
  'done',
  'coproc',
]);
export const DECLARES = /^(?:declare|typeset|local|readonly|export)$/;
const ASSIGNMENT = /^[A-Za-z_][A-Za-z0-9_]*(?:\[[^\]]*\])?\+?=/;

export class CommandState {
  /** A command can begin here. */
  starts = true;
  /** Inside of `[[ ]]`. */
  conditional = false;
  /** The next word is the target of a redirection. */
  redirects = false;
  /** That redirection hands it over as text. */
  hereString = false;
  /** Of the command so far. Never emptied but replaced: here-documents keep it. */
  words: string[] = [];
  /** Declares integers, whose values bash evaluates. */
  integers = false;
  documents: HereDocument[] = [];
  /** Values in the word before, inside of `[[ ]]`. */
  operand: readonly Site[] = [];
  /** What the operator before makes of the next operand there. */
  operandRole: Role = 'text';
  private readonly cases: { stage: CaseStage; words: number }[] = [];
  private naming = false;

  get inPattern(): boolean {
    return this.cases.at(-1)?.stage === 'pattern';
  }

  begin(): void {
    this.starts = true;
    this.redirects = this.integers = false;
    this.words = [];
  }

  patternEnds(): void {
    this.setStage('body');
    this.begin();
  }

  branchEnds(): void {
    this.setStage('pattern');
    this.begin();
  }

  word(text: string): void {
    if (this.redirects) this.redirects = false;
    else if (this.conditional) this.conditionalWord(text);
    else if (!this.caseWord(text)) this.commandWord(text);
  }

  private setStage(stage: CaseStage): void {
    const current = this.cases.at(-1);
    if (current) current.stage = stage;
  }

  private conditionalWord(text: string): void {
    if (text !== ']]') return;
    this.conditional = false;
    this.begin();
  }

  /** Tells whether the word belongs to the head of a `case`. */
  private caseWord(text: string): boolean {
    const current = this.cases.at(-1);
    if (!current || current.stage === 'body') return false;
    if (current.stage === 'subject') {
      if (++current.words > 1 && text === 'in') current.stage = 'pattern';
    } else if (text === 'esac') {
      this.cases.pop();
      this.begin();
    }
    return true;
  }

  private commandWord(text: string): void {
    if (this.naming) {
      this.naming = false;
      this.begin();
    } else if (!this.starts || (!this.keyword(text) && !ASSIGNMENT.test(text))) {
      this.starts = false;
      this.words.push(text);
      const [name = ''] = this.words;
      if (name === 'let' || (DECLARES.test(name) && /^-[a-zA-Z]*i/.test(text))) this.integers = true;
    }
  }

  private keyword(text: string): boolean {
    if (LEADING.has(text)) return true;
    switch (text) {
      case 'case':
        this.cases.push({ stage: 'subject', words: 0 });
        return true;
      case 'esac':
        this.cases.pop();
        return true;
      case '[[':
        this.conditional = true;
        this.operand = [];
        this.operandRole = 'text';
        return true;
      case 'function':
        this.naming = true;
        return true;
      default:
        return false;
    }
  }
}
