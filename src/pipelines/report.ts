/** Collects what is wrong or doubtful in one file, and puts it into 9.3's words with line and column. */

import { dirname, resolve } from 'node:path';
import type { LineCounter } from 'yaml';
import { MAX_NAME_LENGTH, MAX_PROBLEMS_PER_FILE, quote } from './limits.js';

interface Finding {
  readonly at: number;
  readonly text: string;
}

/** Texts of other people's making can be as long as the file. */
const MAX_REASON_LENGTH = 1_000;

function shorten(reason: string): string {
  return reason.length > MAX_REASON_LENGTH ? `${reason.slice(0, MAX_REASON_LENGTH)}…` : reason;
}

export class Report {
  private readonly errors = new Map<string, Finding>();
  private readonly doubts = new Map<string, Finding>();

  constructor(
    private readonly path: string,
    private readonly lines: LineCounter,
  ) {}

  /** Returns the absolute path that a path in the file stands for. */
  resolve(path: string): string {
    return resolve(dirname(this.path), path);
  }

  /** The file cannot be understood at this offset. */
  undecodable(at: number, reason: string): void {
    this.error(at, `decoding YAML: ${shorten(reason)}`);
  }

  /** It is understood, and breaks a rule. */
  invalid(at: number, pipeline: string, reason: string): void {
    this.error(at, `invalid pipeline definition ${quote(pipeline, MAX_NAME_LENGTH)}: ${shorten(reason)}`);
  }

  private error(at: number, text: string): void {
    add(this.errors, { at, text: this.located(at, text) });
  }

  warning(at: number, text: string): void {
    add(this.doubts, { at, text: this.located(at, shorten(text)) });
  }

  line(at: number): number {
    return this.lines.linePos(at).line || 1;
  }

  /** Where a line begins; 0: the file has no such line. */
  startOfLine(line: number): number {
    return this.lines.lineStarts[line - 1] ?? 0;
  }

  messages(): string[] {
    return this.inOrder(this.errors, 'problem');
  }

  warnings(): string[] {
    return this.inOrder(this.doubts, 'warning');
  }

  position(at: number): string {
    const { line, col } = this.lines.linePos(at);
    return line > 0 ? `line ${line}, column ${col}` : 'line 1, column 1';
  }

  private located(at: number, text: string): string {
    return `loading ${this.path}: ${text} (${this.position(at)})`;
  }

  private inOrder(findings: ReadonlyMap<string, Finding>, kind: string): string[] {
    const sorted = [...findings.values()].sort((a, b) => a.at - b.at).map(({ text }) => text);
    if (sorted.length <= MAX_PROBLEMS_PER_FILE) return sorted;
    const shown = sorted.slice(0, MAX_PROBLEMS_PER_FILE);
    return [
      ...shown,
      `loading ${this.path}: more than ${MAX_PROBLEMS_PER_FILE} ${kind}s, the rest is left out`,
    ];
  }
}

/** One past the limit is kept, as the sign that there are more. What an alias repeats is said once. */
function add(findings: Map<string, Finding>, finding: Finding): void {
  if (findings.size <= MAX_PROBLEMS_PER_FILE) findings.set(finding.text, finding);
}
