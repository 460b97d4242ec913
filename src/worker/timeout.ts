/** How long a task may run: its own limit, and what its pipeline's leaves of it. */
import { isHandlerOf, type PipelineDefinition, type TaskDefinition } from '../domain/definition.js';
import { formatDuration } from '../domain/duration.js';
import type { Claim } from '../scheduler/scheduler.js';
import { guarded } from '../telemetry/guarded.js';

export interface Timeout {
  /** Infinity: none; 0 or less: it is over already. */
  readonly leftMs: number;
  /** What the task's error says when it is over. */
  readonly message: string;
  /** Another attempt has time of its own, but none of its pipeline's. */
  readonly reason: 'timeout' | null;
}

const messageOf = (milliseconds: number) => `timed out after ${formatDuration(milliseconds)}`;

/** The pipeline's counts from the start of the job; handlers are not bound by it. */
export function timeoutOf(definition: PipelineDefinition, task: TaskDefinition, claim: Claim): Timeout {
  const own = task.timeoutMs ?? Infinity;
  const whole = isHandlerOf(definition, task.name) ? Infinity : (definition.timeoutMs ?? Infinity);
  const left = whole - claim.jobAgeMs;
  return own <= left
    ? { leftMs: own, message: own === Infinity ? '' : messageOf(own), reason: 'timeout' }
    : { leftMs: left, message: messageOf(whole), reason: null };
}

/** The longest that a timer of Node can wait. */
const LONGEST_MS = 2 ** 31 - 1;

/** A timer that may be years long, or for ever. */
export function later(milliseconds: number, act: () => void): { cancel(): void } {
  let timer: NodeJS.Timeout | undefined;
  const wait = (left: number) => {
    const fire = () => {
      if (left > LONGEST_MS) wait(left - LONGEST_MS);
      else act();
    };
    timer = setTimeout(guarded('worker', fire), Math.min(left, LONGEST_MS));
  };
  if (milliseconds !== Infinity) wait(milliseconds);
  return {
    cancel: () => {
      clearTimeout(timer);
    },
  };
}
