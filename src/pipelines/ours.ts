/** Tells which files are ours: those with a known key at their top level (9.1). The pattern meets other tools' files, too. */

import { nearest } from '../domain/nearest.js';
import type { Tree } from './tree.js';

export const OUR_KEYS = ['pipelines', 'webhooks', 'secrets'];

/** A misspelled key is worth a hint. */
export interface NotOurs {
  readonly meant: { readonly key: string; readonly written: string } | null;
}

/** null: it is ours. `tree` is null where the file cannot be decoded. */
export function whyNotOurs(tree: Tree | null, bytes: Uint8Array): NotOurs | null {
  if (tree === null) return hasOurKey(new TextDecoder().decode(bytes)) ? null : { meant: null };
  const keys = tree.kind === 'map' ? [...tree.entries.keys()] : [];
  if (keys.some((key) => OUR_KEYS.includes(key))) return null;
  for (const key of OUR_KEYS) {
    const written = nearest(key, keys);
    if (written !== null) return { meant: { key, written } };
  }
  return { meant: null };
}

const KEY = `["']?(?:${OUR_KEYS.join('|')})["']?\\s*:`;
const FLOW = new RegExp(`[{,\\s]${KEY}`);

/** Where YAML's own reading fails, the lines tell: those as far to the right as the first with content, or all of a flow. */
function hasOurKey(text: string): boolean {
  const lines = text.replace(/^\ufeff/, '').split('\n');
  const first =
    lines.map((line) => line.replace(/^---\s*/, '')).find((line) => /^\s*[^\s#%]/.test(line)) ?? '';
  if (/^\s*\{/.test(first)) return FLOW.test(text);
  const indent = /^ */.exec(first)?.[0] ?? '';
  const key = new RegExp(`^${indent}${KEY}`);
  return lines.some((line) => key.test(line));
}
