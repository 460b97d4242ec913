/** Finds the pipeline files: those below `path` that `pattern` matches, sorted (9.1). */

import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import picomatch from 'picomatch';
import { PipelinesError } from '../pipelines.error.js';
import { isErrno, walk, type Walked } from './walk.js';

export interface PipelinesSource {
  readonly path: string;
  readonly pattern: string;
}

export const DEFAULT_PATTERN = '**/pipelines.{yml,yaml}';

/** Folders that hold other people's files; entered only if the pattern names them. */
const SKIPPED_FOLDER = /^(\.|node_modules$)/;
const LITERAL_SEGMENT = /^[\w.@+ -]*$/;

/** Paths as messages show them, `path` joined with what stands below it. */
export async function findFiles(path: string, pattern: string): Promise<Walked> {
  await checkFolder(path);
  const { base, glob } = split(pattern);
  const root = join(path, base);
  const matches = compile(glob);
  try {
    const { files, warnings } = await walk(root, {
      wanted: matches,
      enters: (name) => !SKIPPED_FOLDER.test(name) || pattern.includes(name),
      depth: glob.includes('**') ? Infinity : glob.split('/').length - 1,
    });
    return { files: files.map((file) => join(root, file)).sort(), warnings };
  } catch (error) {
    // What comes before the first wildcard does not exist: no file matches.
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return { files: [], warnings: [] };
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

/** The leading folders without wildcards need no walk, and may lead out of `path` (`../other/*.yml`). */
function split(pattern: string): { base: string; glob: string } {
  const segments = pattern.split('/');
  let literal = 0;
  while (literal < segments.length - 1 && LITERAL_SEGMENT.test(segments[literal] ?? '')) literal++;
  return { base: segments.slice(0, literal).join('/'), glob: segments.slice(literal).join('/') };
}

function compile(glob: string): (relativePath: string) => boolean {
  try {
    if (glob !== '') return picomatch(glob);
  } catch {
    // Said below.
  }
  throw new PipelinesError([`invalid pattern ${JSON.stringify(glob.slice(0, 200))} for pipeline files`]);
}
