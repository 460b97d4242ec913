/** Whether a job may start, must wait or is turned away: the counting rules of 7, over what is there. */
import type { PipelineDefinition } from './definition.js';

export interface PipelineLoad {
  /** Running jobs of the pipeline, over all workers. */
  readonly running: number;
  /** Whether somebody who could start, if there were room for him, is waiting. */
  readonly anyoneDue: boolean;
}

export type Admission = { readonly kind: 'start' } | { readonly kind: 'wait' };

/** First in, first out: who comes now does not overtake a job that waits for a limit of its own (9.7). */
export function decideAdmission(definition: PipelineDefinition, load: PipelineLoad): Admission {
  return load.running < definition.concurrency && !load.anyoneDue ? { kind: 'start' } : { kind: 'wait' };
}

/** `schedulable` of `GET /pipelines` (7.7): scheduling would be accepted now. */
export function isSchedulable(_definition: PipelineDefinition): boolean {
  return true;
}

export interface WaitingJob {
  readonly id: string;
  /** Of the definition that this job carries (9.7). */
  readonly concurrency: number;
}

/** The jobs of a wait list, given in its order, for which there is room now (7.8). */
export function decideStarts(waiting: readonly WaitingJob[], running: number): string[] {
  const starts: string[] = [];
  for (const job of waiting) {
    // First in, first out: a job that does not fit is not overtaken.
    if (running + starts.length >= job.concurrency) break;
    starts.push(job.id);
  }
  return starts;
}
