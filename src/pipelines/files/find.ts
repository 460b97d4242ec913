/** Finds the pipeline files: those below `path` that `pattern` names or matches, sorted (9.1). */

import { realpath, stat } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { PipelinesError } from '../pipelines.error.js';
import { isErrno } from './errno.js';
import { countOf, nameSome, type Checkout } from './passed-over.js';
import { parsePatterns } from './patterns.js';
import { walk, type Walked, type WalkOptions } from './walk.js';

export interface PipelinesSource {
  readonly path: string;
  /** Files and globs, separated by commas. */
  readonly pattern: string;
}

export interface FoundFile {
  /** As messages show it: `path` joined with what stands below it. */
  readonly file: string;
  /** Whether the pattern names it, so that it is loaded wherever it is, and has to be one of ours. */
  readonly isNamed: boolean;
}

export interface Found {
  readonly files: readonly FoundFile[];
  readonly checkouts: readonly Checkout[];
  readonly warnings: readonly string[];
}

export const DEFAULT_PATTERN = '**/pipelines.{yml,yaml}';

/** Folders that hold other people's files; entered only if the pattern names them. */
const SKIPPED_FOLDER = /^(\.|node_modules$)/;

export async function findFiles({ path, pattern }: PipelinesSource): Promise<Found> {
  const patterns = parsePatterns(pattern);
  await checkFolder(path);
  /** By real path, so that a file is loaded once. Named files come first, as nothing passes them over. */
  const files = new Map<string, FoundFile>();
  for (const { file: named } of patterns.filter((one) => one.kind === 'file')) {
    const file = join(path, named);
    files.set(await realpath(file).catch(() => file), { file, isNamed: true });
  }
  const checkouts: Checkout[] = [];
  const warnings: string[] = [];
  for (const glob of patterns.filter((one) => one.kind === 'glob')) {
    const root = join(path, glob.base);
    const enters = (name: string) => !SKIPPED_FOLDER.test(name) || glob.names(name);
    const walked = await walkFrom(root, { path, wanted: glob.matches, enters, depth: glob.depth });
    for (const { relative, real } of walked.files)
      if (!files.has(real)) files.set(real, { file: join(root, relative), isNamed: false });
    for (const relative of walked.checkouts) {
      const wanted = (below: string) => glob.matches(posix.join(relative, below));
      checkouts.push({ place: join(root, relative), wanted, enters });
    }
    if (walked.unreadable.length > 0) {
      const folders = countOf(walked.unreadable.length, 'folder');
      warnings.push(
        `loading ${root}: passed over ${folders} that cannot be read: ${nameSome(walked.unreadable)}`,
      );
    }
  }
  return { files: [...files.values()].sort((a, b) => (a.file < b.file ? -1 : 1)), checkouts, warnings };
}

async function walkFrom(root: string, options: WalkOptions): Promise<Walked> {
  try {
    return await walk(root, options);
  } catch (error) {
    // What comes before the first wildcard does not exist: no file matches.
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return { files: [], checkouts: [], unreadable: [] };
    if (isErrno(error, 'EACCES', 'EPERM')) throw new PipelinesError([`loading ${root}: permission denied`]);
    throw error;
  }
}

async function checkFolder(path: string): Promise<void> {
  let isDirectory: boolean;
  try {
    isDirectory = (await stat(path)).isDirectory();
  } catch (error) {
    if (isErrno(error, 'EACCES', 'EPERM')) throw new PipelinesError([`loading ${path}: permission denied`]);
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'ELOOP'))
      throw new PipelinesError([`loading ${path}: no such folder`]);
    throw error;
  }
  if (!isDirectory) throw new PipelinesError([`loading ${path}: not a folder`]);
}
