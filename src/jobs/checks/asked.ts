/** A decoded schedule, in a form that can be passed between threads. */
import { JOB_ID_VARIABLE } from '../../domain/definition.js';
import { fingerprintOf } from '../fingerprint.js';
import { decodeSchedule } from '../schedule.decode.js';

export interface AskedSchedule {
  readonly pipeline: string;
  readonly queuePartition: string;
  readonly variables: AskedVariables;
  /** null: it was not wanted. */
  readonly fingerprint: string | null;
}

export interface AskedVariables {
  /** JSON text of an object; null: there are none. */
  readonly json: string | null;
  /** null: they are too large to be looked at in the thread that answers callers. */
  readonly value: Readonly<Record<string, unknown>> | null;
  /** Whether one has the name that is reserved for the job's id. */
  readonly hasJobId: boolean;
}

/** Throws an `invalid_request` that says what is wrong with the body. */
export function readAsked(bytes: Uint8Array, wantsFingerprint: boolean): AskedSchedule {
  const decoded = decodeSchedule(bytes);
  const { pipeline, queuePartition, variables } = decoded;
  return {
    pipeline,
    queuePartition,
    variables: {
      json: jsonOf(variables),
      value: variables,
      hasJobId: Object.hasOwn(variables, JOB_ID_VARIABLE),
    },
    fingerprint: wantsFingerprint ? fingerprintOf(decoded) : null,
  };
}

/** null: there are none. */
export const jsonOf = (variables: Readonly<Record<string, unknown>>): string | null =>
  Object.keys(variables).length === 0 ? null : JSON.stringify(variables);
