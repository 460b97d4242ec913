/**
 * Tells which files belong to a checkout, which a task may have made: those below a folder with `.git`, strictly between
 * the path and the file. What another repository contains is not to become a pipeline here.
 */

import { lstat, realpath } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { isErrno } from './errno.js';

/** A folder in a clone, a file in a worktree or a submodule. */
export const GIT = '.git';

/** Whether files in this folder belong to a checkout, by their own path or, if links lead there, by their real one. */
export async function isInCheckout(path: string, folder: string): Promise<boolean> {
  return (
    (await isCheckoutBetween(resolve(path), resolve(folder))) ||
    (await isCheckoutBetween(await realpath(path), await realpath(folder)))
  );
}

/** Takes both paths as they are; they must be absolute. */
export async function isCheckoutBetween(path: string, folder: string): Promise<boolean> {
  for (let at = folder; isBetween(path, at); at = dirname(at)) if (await hasGit(at)) return true;
  return false;
}

/**
 * Whether a folder lies between the path and a file in it. The path and the folders above it do not; so for a file
 * outside of the path, the folders count up to where the two part.
 */
export function isBetween(path: string, folder: string): boolean {
  return !`${path}${sep}`.startsWith(folder.endsWith(sep) ? folder : `${folder}${sep}`);
}

async function hasGit(folder: string): Promise<boolean> {
  try {
    await lstat(join(folder, GIT));
    return true;
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return false;
    throw error;
  }
}
