/** Decides about jobs that come one after the other, as if each were let in before the next one is asked about. */
import { type Admission, decideAdmission, type PipelineLoad } from './admission.js';
import type { PipelineDefinition } from './definition.js';

export interface Asking {
  readonly definition: PipelineDefinition;
  readonly queuePartition: string;
  /** `carried`: tasks that are done already. */
  readonly rerun?: { readonly carried: readonly string[] };
}

/** Before the first of them came. */
export interface LoadOfAll extends Omit<PipelineLoad, 'waitingInPartition'> {
  readonly waitingInPartitions: ReadonlyMap<string, number>;
}

/**
 * Of a beginning of them, and of the first in any case. One that takes another's place is decided about alone: whose
 * place it is may be that of the one before it, which has to be in by then.
 */
export function decideInTurn(asking: readonly Asking[], load: LoadOfAll): Admission[] {
  let { running, waiting, anyoneDue } = load;
  const waitingInPartitions = new Map(load.waitingInPartitions);
  const admissions: Admission[] = [];
  for (const { definition, queuePartition, rerun } of asking) {
    const waitingInPartition = waitingInPartitions.get(queuePartition) ?? 0;
    const admission = decideAdmission(definition, { running, waiting, waitingInPartition, anyoneDue });
    if (admission.kind === 'replace') return admissions.length === 0 ? [admission] : admissions;
    admissions.push(admission);
    // With nothing to run it is over as it begins.
    if (admission.kind === 'start' && definition.tasks.length > (rerun?.carried.length ?? 0)) running += 1;
    if (admission.kind === 'wait') {
      waiting += 1;
      waitingInPartitions.set(queuePartition, waitingInPartition + 1);
      anyoneDue ||= definition.startDelayMs === 0;
    }
  }
  return admissions;
}
