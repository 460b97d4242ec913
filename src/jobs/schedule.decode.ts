/** Decodes the body of a schedule: JSON, whatever its Content-Type says (1.3), checked before anything is done with it. */
import { invalidRequest } from '../domain/errors.js';
import { inexactNumberIn, problemOfJson } from './json-value.js';

/** Absent, null and empty are alike (4.1). */
export interface DecodedSchedule {
  readonly pipeline: string;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly queuePartition: string;
}

/** An entry of an index has it with the name of its pipeline, in 2,700 bytes at most. */
export const MAX_PARTITION_LENGTH = 500;

const wrong = (reason: string) => invalidRequest(`Error decoding JSON: ${reason}`);

/** Throws an `invalid_request` that says what is wrong. Unknown keys are ignored. */
export function decodeSchedule(bytes: Uint8Array): DecodedSchedule {
  const text = textOf(bytes);
  const value = parse(text);
  const problem = problemOfJson(text, value);
  if (problem !== null) throw wrong(problem);
  if (!isObject(value)) throw wrong('expected an object');
  const queuePartition = stringIn(value, 'queuePartition');
  if (queuePartition.length > MAX_PARTITION_LENGTH)
    throw wrong(`queuePartition is longer than ${MAX_PARTITION_LENGTH} characters`);
  return {
    pipeline: stringIn(value, 'pipeline'),
    variables: objectIn(value, 'variables'),
    queuePartition,
  };
}

const isNone = (value: unknown): value is null | undefined => value === null || value === undefined;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function stringIn(body: Readonly<Record<string, unknown>>, key: string): string {
  const value = body[key];
  if (isNone(value)) return '';
  if (typeof value !== 'string') throw wrong(`${key} must be a string`);
  return value;
}

function objectIn(body: Readonly<Record<string, unknown>>, key: string): Record<string, unknown> {
  const value = body[key];
  if (isNone(value)) return {};
  if (!isObject(value)) throw wrong(`${key} must be an object`);
  return value;
}

function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw wrong('the body is not UTF-8');
  }
}

function parse(text: string): unknown {
  if (text.trim() === '') throw wrong('EOF');
  const inexact = inexactNumberIn(text);
  if (inexact !== null)
    throw wrong(`${inexact} is too large a whole number to be kept exactly; pass it as a string`);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw wrong((error as Error).message);
  }
}
