/** What the values of options are read by; of what cannot be understood, commander says whose value it was. */
import { InvalidArgumentError } from 'commander';
import { nearest } from '../domain/nearest.js';
import { JOB_STATUSES } from '../domain/status.js';
import { type Variables, withVariable } from './variables.js';

export const variable = (text: string, before: Variables = new Map()) => withVariable(text, before);

export function statuses(text: string, before: readonly string[] = []): readonly string[] {
  const words = text.split(',');
  for (const word of words) {
    if (JOB_STATUSES.some((status) => status === word)) continue;
    const meant = nearest(word, JOB_STATUSES);
    const hint = meant === null ? `Known are ${JOB_STATUSES.join(', ')}.` : `Did you mean ${meant}?`;
    throw new InvalidArgumentError(hint);
  }
  return [...before, ...words];
}

export function count(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('Expected a whole number from 1 on.');
  return Number(text);
}
