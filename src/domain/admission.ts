/** Whether a job may start, must wait, takes another's place or is turned away: the counting rules of 7, over what is there. */
import type { PipelineDefinition } from './definition.js';

/** Each as far as it was looked at, which is at least as far as it can matter: `reachOf`. */
export interface PipelineLoad {
  /** Running jobs of the pipeline, over all workers. */
  readonly running: number;
  /** Jobs in its wait list, those included that are not due yet. */
  readonly waiting: number;
  /** Those of them that are in the new job's partition. */
  readonly waitingInPartition: number;
  /** Whether somebody waits who could start if there were room for him. */
  readonly anyoneDue: boolean;
}

/** How far to look: what lies beyond changes no decision. */
export interface Reach {
  /** 0: any number may wait. */
  readonly waiting: number;
  readonly waitingInPartition: number;
  readonly anyoneDue: boolean;
}

/** For jobs of these definitions of one pipeline. */
export function reachOf(definitions: readonly PipelineDefinition[]): Reach {
  const furthest = (limitOf: (definition: PipelineDefinition) => number) =>
    Math.max(0, ...definitions.map(limitOf));
  const isPartitioned = (definition: PipelineDefinition) =>
    definition.queueStrategy === 'partitioned_replace';
  return {
    waiting: furthest((one) => (isPartitioned(one) ? 0 : (one.queueLimit ?? 0))),
    waitingInPartition: furthest((one) => (isPartitioned(one) ? (one.queuePartitionLimit ?? 1) : 0)),
    anyoneDue: definitions.some(({ startDelayMs }) => startDelayMs === 0),
  };
}

export type Admission =
  | { readonly kind: 'start' }
  /** At the end of the list. */
  | { readonly kind: 'wait' }
  /** The last waiting job, of the pipeline or of the new job's partition, is canceled first. */
  | { readonly kind: 'replace'; readonly within: 'pipeline' | 'partition' }
  | { readonly kind: 'reject'; readonly reason: string };

const DISABLED = 'concurrency exceeded and queueing disabled for pipeline';
const FULL = 'concurrency exceeded and queue limit reached for pipeline';

/** First in, first out: who comes now does not overtake a job that waits for a limit of its own (9.7). */
export function decideAdmission(definition: PipelineDefinition, load: PipelineLoad): Admission {
  // With a delay a job always waits first, so that another one can take its place meanwhile (7.5).
  const mayStart = definition.startDelayMs === 0 && !load.anyoneDue;
  if (mayStart && load.running < definition.concurrency) return { kind: 'start' };

  const { queueStrategy, queueLimit, queuePartitionLimit } = definition;
  switch (queueStrategy) {
    case 'partitioned_replace':
      return load.waitingInPartition < (queuePartitionLimit ?? 1)
        ? { kind: 'wait' }
        : { kind: 'replace', within: 'partition' };
    case 'replace':
      if (queueLimit === 0) return { kind: 'reject', reason: DISABLED };
      return load.waiting < (queueLimit ?? Infinity)
        ? { kind: 'wait' }
        : { kind: 'replace', within: 'pipeline' };
    case 'append':
      if (load.waiting < (queueLimit ?? Infinity)) return { kind: 'wait' };
      return { kind: 'reject', reason: queueLimit === 0 ? DISABLED : FULL };
    default:
      return queueStrategy satisfies never;
  }
}

/** `schedulable` of `GET /pipelines` (7.7): scheduling would be accepted now. */
export const isSchedulable = (definition: PipelineDefinition, load: PipelineLoad): boolean =>
  decideAdmission(definition, load).kind !== 'reject';

export interface WaitingJob {
  readonly id: string;
  /** Of the definition that this job carries (9.7). */
  readonly concurrency: number;
}

/** The due jobs of a wait list, given in its order, for which there is room now (7.8). */
export function decideStarts(waiting: readonly WaitingJob[], running: number): string[] {
  const starts: string[] = [];
  for (const job of waiting) {
    // First in, first out: a job that does not fit is not overtaken.
    if (running + starts.length >= job.concurrency) break;
    starts.push(job.id);
  }
  return starts;
}
