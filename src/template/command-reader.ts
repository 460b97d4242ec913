/** Follows a script's commands: words, operators, brackets, `[[ ]]`, arrays and comments. */

import { CommandState, DECLARES } from './command-state.js';
import type { ExpansionReader } from './expansion-reader.js';
import { HereDocumentReader } from './here-document-reader.js';
import type { Role } from './shell-site.js';
import { View } from './shell-view.js';
import type { Findings } from './site-reader.js';

const LONGEST_SUBSCRIPT = 1000;
const PLAIN = /[^\s'"$`\\<>()|;&[\uffff]+/y;
const NUMERIC_OPERATOR = /^-(?:eq|ne|lt|le|gt|ge)$/;

export function readScript(text: string, findings: Findings): void {
  new CommandReader(View.of(text), findings).readCommands('');
}

class CommandReader extends HereDocumentReader {
  protected within(view: View, depth: number): ExpansionReader {
    return new CommandReader(view, this.findings, depth);
  }

  readCommands(closer: ')' | ''): void {
    const state = new CommandState();
    while (this.pos < this.end) {
      const char = this.char();
      if (char === ')' && closer !== '' && !state.inPattern && !state.conditional) {
        this.pos++;
        break;
      }
      if (char === '\n') {
        this.pos++;
        if (!state.conditional) state.begin();
        this.readDocuments(state);
      } else if (/\s/.test(char)) this.pos++;
      else if (this.sees('\\\n')) this.pos += 2;
      else if (char === '#') this.readComment();
      else if (/[;&|()<>]/.test(char) && !this.processSubstitution()) this.readOperator(state, char);
      else this.readCommandWord(state);
    }
  }

  private readComment(): void {
    this.words = [];
    while (this.pos < this.end && this.char() !== '\n') if (!this.place('double')) this.pos++;
  }

  private readOperator(state: CommandState, char: string): void {
    if (state.conditional) this.pos++;
    else if (char === '(') this.readParenthesis(state);
    else if (char === ')') {
      this.pos++;
      if (state.inPattern) state.patternEnds();
      else state.begin();
    } else if (char === '<' || char === '>' || this.sees('&>')) this.readRedirection(state);
    else if (char === ';' && /[;&]/.test(this.char(this.pos + 1))) {
      this.pos += this.sees(';;&') ? 3 : 2;
      state.branchEnds();
    } else {
      this.pos++;
      state.begin();
    }
  }

  private readParenthesis(state: CommandState): void {
    const loop = state.words.length === 1 && /^(?:for|select)$/.test(state.words[0] ?? '');
    if (state.inPattern) this.pos++;
    else if ((state.starts || loop) && this.sees('((') && this.arithmeticEnds(this.pos + 2)) {
      this.words = state.words;
      this.readArithmetic('))', 'number', 2);
      state.begin();
    } else {
      this.pos++;
      this.isolated(() => {
        this.readCommands(')');
      });
      state.begin();
    }
  }

  private readRedirection(state: CommandState): void {
    if (this.sees('<<') && !this.sees('<<<')) {
      this.readDelimiter(state);
      return;
    }
    state.hereString = this.sees('<<<');
    this.skip(/<<<|&>>?|<[&>]?|>[>&|]?/y);
    state.redirects = true;
  }

  private readCommandWord(state: CommandState): void {
    const start = this.pos;
    const role = this.role;
    this.words = state.redirects && !state.hereString ? [] : state.words;
    this.wordSites = [];
    this.role = wordRole(state);
    this.inHereDocument = state.redirects && state.hereString;
    this.readWord(state);
    this.role = role;
    this.inHereDocument = false;
    const text = this.view.text.slice(start, this.pos);
    if (state.conditional) this.checkOperand(state, text);
    if (!/^[0-9]+$/.test(text) || !/[<>]/.test(this.char())) state.word(text);
  }

  /** In `[[ ]]` the numeric operators evaluate their operands, and `-v` the subscript of its one. */
  private checkOperand(state: CommandState, text: string): void {
    const before = state.operand;
    state.operand = this.wordSites;
    if (NUMERIC_OPERATOR.test(text)) for (const site of before) site.role = 'number';
    state.operandRole = NUMERIC_OPERATOR.test(text) ? 'number' : /^-[vR]$/.test(text) ? 'subscript' : 'text';
  }

  /** Without a state: an element of an array. */
  private readWord(state?: CommandState): void {
    this.wordStart = this.pos;
    for (const start = this.pos; this.pos < this.end;) {
      if (this.place('bare') || this.skip(PLAIN)) continue;
      const char = this.char();
      if (char === "'") this.readSingle();
      else if (char === '"') this.readDouble();
      else if (char === '$') this.readDollar('bare');
      else if (char === '`') this.readBackquotes(false);
      else if (char === '\\') this.readBackslash('bare');
      else if (char === '[') this.readBracket(start, state);
      else if (this.processSubstitution()) {
        this.pos += 2;
        this.isolated(() => {
          this.readCommands(')');
        });
      } else if (char === '(' && state?.conditional !== true && this.opensInWord(start)) continue;
      else if (/[\s<>()|;&]/.test(char)) return;
      else this.pos++;
    }
  }

  private processSubstitution(): boolean {
    return this.sees('<(') || this.sees('>(');
  }

  /** `name=(` opens an array, `@(` and its like a pattern. */
  private opensInWord(start: number): boolean {
    const word = this.view.text.slice(start, this.pos);
    const array = /^[A-Za-z_][A-Za-z0-9_]*(?:\[.*\])?\+?=$/s.test(word);
    if (!array && !/[?*+@!]$/.test(word)) return false;
    const { wordStart } = this;
    this.pos++;
    this.deeper(() => {
      this.readElements();
    });
    this.wordStart = wordStart;
    return true;
  }

  private readElements(): void {
    while (this.pos < this.end) {
      const char = this.char();
      if (char === ')') {
        this.pos++;
        return;
      }
      if (/\s/.test(char)) this.pos++;
      else if (char === '#' && /\s/.test(this.char(this.pos - 1))) this.readComment();
      else if (/[<>|;&(]/.test(char) && !this.processSubstitution()) this.pos++;
      else this.readWord();
    }
  }

  /** A subscript where a name can be assigned to; elsewhere part of a pattern, which nothing evaluates. */
  private readBracket(start: number, state: CommandState | undefined): void {
    const name = this.view.text.slice(start, this.pos);
    const assigns = state
      ? /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && (state.starts || DECLARES.test(state.words[0] ?? ''))
      : name === '';
    const ahead = assigns
      ? this.view.text.slice(this.pos, Math.min(this.pos + LONGEST_SUBSCRIPT, this.end))
      : '';
    if (!/^[^\n\]]*\]/.test(ahead)) this.pos++;
    else this.readArithmetic(']', 'subscript', 1);
  }
}

function wordRole(state: CommandState): Role {
  if (state.conditional) return state.operandRole;
  return state.integers ? 'number' : 'text';
}
