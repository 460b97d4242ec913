/** Requests to the threads of checks, and how they are done there. */
import { HoldfastError } from '../../domain/errors.js';
import { threadCpuMs } from '../../pipelines/threads/cpu-time.js';
import { checkVariables, type DeclaredVariables } from '../../pipelines/variables.js';
import { type AskedSchedule, jsonOf, readAsked } from './asked.js';

export interface ReadBody {
  readonly kind: 'read';
  readonly bytes: Uint8Array;
  readonly wantsFingerprint: boolean;
}

export interface CheckVariables {
  readonly kind: 'check';
  /** JSON, by which the thread finds the schemas that it has compiled before. */
  readonly declared: string;
  /** JSON text of an object; null: there are none. */
  readonly variables: string | null;
  readonly limitMs: number;
}

export type CheckRequest = ReadBody | CheckVariables;

export interface Checked {
  /** Empty: the variables fit. */
  readonly problems: readonly string[];
  /** JSON text of the variables with their defaults; null: there are none. */
  readonly variables: string | null;
}

export type CheckAnswer =
  | { readonly kind: 'asked'; readonly asked: AskedSchedule }
  /** The body is wrong. */
  | { readonly kind: 'refused'; readonly message: string }
  | (Checked & {
      readonly kind: 'checked';
      readonly isBrokenOff: boolean;
      /** Processor time where the system tells it, otherwise elapsed time. */
      readonly ms: number;
    });

export const doCheck = (request: CheckRequest): CheckAnswer =>
  request.kind === 'read' ? readBody(request) : check(request);

function readBody({ bytes, wantsFingerprint }: ReadBody): CheckAnswer {
  try {
    const asked = readAsked(bytes, wantsFingerprint);
    // The text is all that is needed of them, and is copied faster.
    return { kind: 'asked', asked: { ...asked, variables: { ...asked.variables, value: null } } };
  } catch (error) {
    if (error instanceof HoldfastError) return { kind: 'refused', message: error.message };
    throw error;
  }
}

function check({ declared, variables, limitMs }: CheckVariables): CheckAnswer {
  const given = variables === null ? {} : (JSON.parse(variables) as Record<string, unknown>);
  const known = declaredBy(declared);
  for (let tries = 1; ; tries += 1) {
    const [from, cpuFrom] = [performance.now(), threadCpuMs()];
    const { problems, variables: all, isBrokenOff } = checkVariables(known, given, limitMs);
    const cpuTo = threadCpuMs();
    const ms = cpuFrom === null || cpuTo === null ? performance.now() - from : cpuTo - cpuFrom;
    // The limit is by the clock, and a busy machine may have given this thread little of that.
    if (!isBrokenOff || ms > limitMs / 2 || tries === MAX_TRIES)
      return { kind: 'checked', problems, variables: jsonOf(all), isBrokenOff, ms };
  }
}

/** Bounds how often a check is tried that was broken off while its thread had little processor time. */
export const MAX_TRIES = 5;

/** Characters of JSON: what is compiled of it takes many times as much memory. */
const MAX_KNOWN = 1024 * 1024;

/** Declarations by their JSON, the one that was used last at the end. */
const known = new Map<string, DeclaredVariables>();

/** The same object each time, as compiled schemas are kept by it. */
function declaredBy(json: string): DeclaredVariables {
  const declared = known.get(json) ?? (JSON.parse(json) as DeclaredVariables);
  known.delete(json);
  known.set(json, declared);
  let size = 0;
  for (const one of [...known.keys()].reverse()) {
    size += one.length;
    if (size > MAX_KNOWN && one !== json) known.delete(one);
  }
  return declared;
}
