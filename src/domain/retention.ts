/** How long the finished jobs of a pipeline are kept (10.3, 9.8). */
import type { PipelineDefinition } from './definition.js';

export interface Retention {
  /** Milliseconds since a job was created; null: for ever. */
  readonly periodMs: number | null;
  /** The newest jobs that are kept, whatever their state; null: all. */
  readonly count: number | null;
}

/** By the pipeline as it is loaded now; one that has gone from the files keeps its jobs for `orphanMs`. */
export function retentionOf(definition: PipelineDefinition | undefined, orphanMs: number | null): Retention {
  if (definition === undefined) return { periodMs: orphanMs, count: null };
  return { periodMs: definition.retentionPeriodMs, count: definition.retentionCount };
}
