/** The thing whose keys are being read (the file, a pipeline, a task, a handler) and what its keys may be. */

import { nearest } from '../domain/nearest.js';
import { quote } from './limits.js';
import type { Report } from './report.js';
import { isNull, placeOf, type Tree, type TreeEntry, type TreeMap } from './tree.js';

export interface Owner {
  readonly report: Report;
  /** As messages call it: `pipeline "p"`, `task "a" of pipeline "p"`. */
  readonly title: string;
  readonly at: number;
  readonly map: TreeMap;
  /** The keys whose values were refused so far. */
  readonly unread: string[];
}

const NOTHING: ReadonlyMap<string, TreeEntry> = new Map();

/** A kind of value as messages call it. */
export function shown(tree: Tree): string {
  if (tree.kind !== 'text') return `a ${tree.kind}`;
  return tree.plain ? quote(tree.text) : `the text ${quote(tree.text)}`;
}

/** The entry of a key; null if it is absent or its value is null, which mean the same. */
export function entryOf(owner: Owner, key: string): TreeEntry | null {
  const entry = owner.map.entries.get(key);
  return entry === undefined || isNull(entry.value) ? null : entry;
}

export function placeOfKey(owner: Owner, key: string): number {
  const entry = owner.map.entries.get(key);
  return entry ? placeOf(entry) : owner.at;
}

/** An owner that is no map is reported and read as if it were empty; so is null, without a report. */
export function ownerOf(report: Report, title: string, entry: TreeEntry): Owner {
  const { at, value } = entry;
  if (value.kind === 'map') return { report, title, at, map: value, unread: [] };
  if (!isNull(value)) report.undecodable(placeOf(entry), `${title} must be a map, not ${shown(value)}`);
  return { report, title, at, map: { kind: 'map', at, entries: NOTHING }, unread: [] };
}

export interface KnownKeys {
  readonly prunner: readonly string[];
  /** Those that prunner lacks. */
  readonly ours: readonly string[];
  /** What others call one of these, where the nearest in spelling is another. */
  readonly synonyms?: ReadonlyMap<string, string>;
}

export function warnOfUnknownKeys(
  owner: Pick<Owner, 'map' | 'report'>,
  { prunner, ours, synonyms }: KnownKeys,
  where: string,
  before = '',
  ignored = (_key: string) => false,
): void {
  const known = [...prunner, ...ours];
  for (const [key, { at }] of owner.map.entries) {
    if (known.includes(key) || ignored(key)) continue;
    const meant = synonyms?.get(key) ?? nearest(key, known);
    const beyond = ours.length > 0 ? `, and beyond prunner's ${ours.join(', ')}` : '';
    const hint = meant === null ? `known are ${prunner.join(', ')}${beyond}` : `did you mean "${meant}"?`;
    owner.report.warning(at, `${before}unknown key ${quote(key)} in ${where}, ${hint}`);
  }
}
