/** Reads the values of single keys. What cannot be read is reported and counts as absent. */

import { DurationError, parseDuration } from '../domain/duration.js';
import { isQueueStrategy } from '../domain/definition.check.js';
import { QUEUE_STRATEGIES, type QueueStrategy } from '../domain/definition.js';
import { MAX_COUNT, quote } from './limits.js';
import { entryOf, ownerOf, placeOfKey, shown, type Owner } from './owner.js';
import { isNull, type Tree } from './tree.js';

const WHOLE_NUMBER = /^[-+]?[0-9]+$|^0x[0-9a-fA-F]+$|^0o[0-7]+$/;

/** YAML 1.1's spellings, which prunner takes. */
const TRUE = ['true', 'yes', 'on'];
const FALSE = ['false', 'no', 'off'];

/** What is negative is left to the rules. */
export function readCount(owner: Owner, key: string, most = MAX_COUNT): number | null {
  const value = entryOf(owner, key)?.value;
  if (value === undefined) return null;
  if (value.kind !== 'text' || !value.plain || !WHOLE_NUMBER.test(value.text))
    return refuse(owner, key, `must be a whole number, not ${shown(value)}`);
  const count = Number(value.text);
  return count > most ? refuse(owner, key, `must be at most ${most}`) : count;
}

export function readFlag(owner: Owner, key: string): boolean {
  const value = entryOf(owner, key)?.value;
  if (value === undefined) return false;
  const word = value.kind === 'text' && value.plain ? value.text.toLowerCase() : '';
  if (!TRUE.includes(word) && !FALSE.includes(word))
    refuse(owner, key, `must be true or false, not ${shown(value)}`);
  return TRUE.includes(word);
}

export function readDuration(owner: Owner, key: string): number | null {
  const value = entryOf(owner, key)?.value;
  if (value === undefined) return null;
  if (value.kind !== 'text') return refuse(owner, key, `must be a duration, not ${shown(value)}`);
  try {
    return parseDuration(value.text);
  } catch (error) {
    if (error instanceof DurationError) return refuse(owner, key, `is an ${error.message}`);
    throw error;
  }
}

export function readQueueStrategy(owner: Owner, key: string): QueueStrategy {
  const value = entryOf(owner, key)?.value;
  if (value === undefined) return 'append';
  if (value.kind !== 'text') refuse(owner, key, `must be text, not ${shown(value)}`);
  else if (isQueueStrategy(value.text)) return value.text;
  else
    refuse(
      owner,
      key,
      `${quote(value.text)}, known are ${QUEUE_STRATEGIES.join(', ')}`,
      'unknown queue strategy:',
    );
  return 'append';
}

export function refuse(owner: Owner, key: string, reason: string, what = `${key} of ${owner.title}`): null {
  owner.unread.push(key);
  owner.report.undecodable(placeOfKey(owner, key), `${what} ${reason}`);
  return null;
}

/** A text alone is taken for a list of one, a null for none; a list with anything but texts in it for none. */
export function readTexts(owner: Owner, key: string): string[] {
  const value = entryOf(owner, key)?.value;
  if (value === undefined) return [];
  if (value.kind === 'text') return [value.text];
  if (value.kind === 'map') {
    refuse(owner, key, 'must be a list of texts, not a map');
    return [];
  }
  const texts = value.items.map((item, index) =>
    readText(owner, `entry ${index + 1} of ${key}`, item, item.at),
  );
  const read = texts.filter((text) => text !== null);
  return read.length === texts.length ? read : [];
}

/** Returns a text of `env`, `script` or `depends_on` as written, and an empty one for a null of YAML (9.4). */
function readText(owner: Owner, what: string, tree: Tree, at: number): string | null {
  if (isNull(tree)) return '';
  if (tree.kind === 'text') return tree.text;
  const hint = tree.kind === 'map' ? ' (a text that contains ": " or begins with "{" needs quotes)' : '';
  owner.report.undecodable(at, `${what} of ${owner.title} must be text, not a ${tree.kind}${hint}`);
  return null;
}

export function readEnv(owner: Owner): Record<string, string> {
  const entry = entryOf(owner, 'env');
  if (entry === null) return {};
  const { map } = ownerOf(owner.report, `env of ${owner.title}`, entry);
  // Not by assignment, which would lose a variable called __proto__.
  return Object.fromEntries(
    [...map.entries].map(([name, variable]) => [
      name,
      readText(owner, `${JSON.stringify(name)} in env`, variable.value, variable.at) ?? '',
    ]),
  );
}
