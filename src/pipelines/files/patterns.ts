/** Reads HOLDFAST_PATTERN: files and globs, relative to the path and separated by commas. */

import picomatch from 'picomatch';
import { quote } from '../limits.js';
import { PipelinesError } from '../pipelines.error.js';

export interface NamedFile {
  readonly kind: 'file';
  /** Relative to the path, which it may lead out of (`../other/pipelines.yml`). */
  readonly file: string;
}

export interface Glob {
  readonly kind: 'glob';
  /** The leading folders without wildcards. They need no walk, and may lead out of the path. */
  readonly base: string;
  /** Folders to look into below the base. */
  readonly depth: number;
  /** For a path relative to the base. */
  readonly matches: (relativePath: string) => boolean;
  /** Whether it names a folder of this name, so that a hidden one is entered. */
  readonly names: (folder: string) => boolean;
}

export type Pattern = NamedFile | Glob;

export const MAX_PATTERNS = 100;

const SHOWN_LENGTH = 200;
const WILDCARD = /[*?[\]{}()\\]/;
const LITERAL_SEGMENT = /^[\w.@+ -]*$/;
/** `!(a|b).yml` is a wildcard like others. */
const EXCLUSION = /^!(?!\()/;

export function parsePatterns(text: string): Pattern[] {
  const entries = split(text).map((entry) => entry.trim());
  if (entries.length > MAX_PATTERNS)
    throw new PipelinesError([`more than ${MAX_PATTERNS} patterns for pipeline files`]);
  return entries.map((entry) => {
    if (entry === '') throw invalid(text, 'an entry is empty');
    if (entry.endsWith('/')) throw invalid(entry, 'it names a folder');
    if (EXCLUSION.test(entry)) throw invalid(entry, 'a pattern cannot exclude files, only name them');
    return WILDCARD.test(entry) ? parseGlob(entry) : { kind: 'file', file: entry };
  });
}

/** At commas that stand in no brackets and have no backslash before them. */
function split(text: string): string[] {
  const entries: string[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === '\\') at++;
    else if ('{(['.includes(character)) depth++;
    else if ('})]'.includes(character)) depth = Math.max(0, depth - 1);
    else if (character === ',' && depth === 0) {
      entries.push(text.slice(start, at));
      start = at + 1;
    }
  }
  return [...entries, text.slice(start)];
}

function parseGlob(entry: string): Glob {
  const segments = entry.split('/');
  let literal = 0;
  while (literal < segments.length - 1 && LITERAL_SEGMENT.test(segments[literal] ?? '')) literal++;
  const glob = segments.slice(literal).join('/');
  return {
    kind: 'glob',
    base: segments.slice(0, literal).join('/'),
    depth: glob.includes('**') ? Infinity : segments.length - literal - 1,
    matches: compile(entry, glob),
    names: (folder) => entry.includes(folder),
  };
}

function compile(entry: string, glob: string): (relativePath: string) => boolean {
  try {
    return picomatch(glob);
  } catch {
    throw invalid(entry, 'it is no glob');
  }
}

function invalid(text: string, reason: string): PipelinesError {
  return new PipelinesError([`invalid pattern ${quote(text, SHOWN_LENGTH)} for pipeline files: ${reason}`]);
}
