/** What a span says, whoever sends it and wherever. */
import type { TraceParent } from './trace-parent.js';

export interface SpanRecord {
  readonly name: string;
  readonly kind: 'server' | 'consumer' | 'internal';
  readonly context: TraceParent;
  readonly parent: TraceParent | null;
  /** Milliseconds since 1970. */
  readonly startMs: number;
  readonly endMs: number;
  readonly failed: boolean;
  /** Ids, names, numbers; never a variable's value. */
  readonly attributes: Readonly<Record<string, string | number>>;
}

export interface TraceExport {
  readonly url: string;
  readonly version: string;
}
