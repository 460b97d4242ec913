/** Reads whether a task that failed is tried again: its keys `retries`, `retry_delay` and `retry_on`. */

import { RETRY_REASONS, type RetryPolicy, type RetryReason } from '../domain/retry.js';
import { MAX_RETRIES, quote } from './limits.js';
import { entryOf, placeOfKey, type Owner } from './owner.js';
import { locate } from './tree.js';
import { readCount, readDuration, readTexts } from './values.js';

const DEFAULT_DELAY_MS = 1_000;
const KNOWN = RETRY_REASONS.join(', ');

/** The rules are checked here, not on the definition: without retries it has no policy whose delay could be wrong. */
export function decodeRetry(pipeline: string, name: string, task: Owner): RetryPolicy | null {
  const retries = readCount(task, 'retries', MAX_RETRIES) ?? 0;
  const delayMs = readDuration(task, 'retry_delay') ?? DEFAULT_DELAY_MS;
  const on = decodeReasons(pipeline, task);
  for (const [key, value] of [
    ['retries', retries],
    ['retry_delay', delayMs],
  ] as const)
    if (value < 0) task.report.invalid(placeOfKey(task, key), pipeline, `${key} must not be negative`);
  warnOfNoEffect(pipeline, name, task);
  return retries > 0 ? { retries, delayMs, on } : null;
}

/** Without repetitions, and always in the same order. */
function decodeReasons(pipeline: string, task: Owner): readonly RetryReason[] {
  const entry = entryOf(task, 'retry_on');
  if (entry === null) return RETRY_REASONS;
  if (entry.value.kind === 'list' && entry.value.items.length === 0)
    task.report.invalid(entry.at, pipeline, `retry_on must not be empty, known are ${KNOWN}`);
  const words = readTexts(task, 'retry_on');
  for (const [index, word] of words.entries()) {
    if (RETRY_REASONS.some((reason) => reason === word)) continue;
    const at = locate(task.map, task.at, ['retry_on', index]);
    task.report.invalid(at, pipeline, `unknown reason ${quote(word)} in retry_on, known are ${KNOWN}`);
  }
  return RETRY_REASONS.filter((reason) => words.includes(reason));
}

/** `retries: 0` switches off what a merge brought along, so that it says so itself. */
function warnOfNoEffect(pipeline: string, name: string, task: Owner): void {
  if (entryOf(task, 'retries') !== null) return;
  for (const key of ['retry_delay', 'retry_on']) {
    const entry = entryOf(task, key);
    if (entry === null) continue;
    const of = `pipeline ${quote(pipeline)}: ${key} of task ${quote(name)}`;
    task.report.warning(entry.at, `${of} does nothing without retries`);
  }
}
