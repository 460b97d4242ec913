/** How far a reader has come in a task's output, as the id of an event says it. */
import type { Stream } from '../../executor/executor.js';

export interface Place extends Readonly<Record<Stream, number>> {
  readonly attempt: number;
}

export const formatPlace = ({ attempt, stdout, stderr }: Place): string => `${attempt}.${stdout}.${stderr}`;

const PLACE = /^([1-9]\d{0,8})\.(\d{1,15})\.(\d{1,15})$/;

/** null: it is none. */
export function parsePlace(text: string): Place | null {
  const [, attempt, stdout, stderr] = PLACE.exec(text) ?? [];
  return attempt === undefined
    ? null
    : { attempt: Number(attempt), stdout: Number(stdout), stderr: Number(stderr) };
}
