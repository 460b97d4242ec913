/** Which output is read, and how far: in bytes of each stream of an attempt. */
import type { OutputStream } from '../api/types.js';

export interface Source {
  readonly jobId: string;
  readonly task: string;
  /** null: the last one. */
  readonly attempt: number | null;
  /** null: both. */
  readonly stream: OutputStream | null;
}

export class Place {
  /** null: nothing has been read. */
  attempt: number | null = null;
  readonly next: Record<OutputStream, number> = { stdout: 0, stderr: 0 };
  /** No more output of this attempt will come. */
  isOver = false;

  /** As the id of an event, and a cursor, have it. */
  get id(): string {
    return `${this.attempt ?? 1}.${this.next.stdout}.${this.next.stderr}`;
  }

  begin(attempt: number): void {
    if (attempt === this.attempt) return;
    this.next.stdout = this.next.stderr = 0;
    this.isOver = false;
    this.attempt = attempt;
  }

  /** The id of an event says it; its text does not, where the bytes were no UTF-8. */
  heard(id = ''): void {
    const [, attempt, stdout, stderr] = /^(\d+)\.(\d+)\.(\d+)$/.exec(id) ?? [];
    if (attempt === undefined) return;
    this.attempt = Number(attempt);
    this.next.stdout = Number(stdout);
    this.next.stderr = Number(stderr);
  }
}
