/** Removes the folder of a launcher's named pipes, with the places in it that belong to another user's tasks. */
import { execFile } from 'node:child_process';
import { lstatSync, readdirSync, rmdirSync, rmSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { asUser, type Ids } from '../task-user/as-user.js';

/** Names of these places. */
export const HOME = 'home';
export const TEMPORARY = 'tmp';

const TIMEOUT_MS = 60_000;
/** Tasks may have taken away their own right to look into a folder. */
const EMPTY = 'chmod -R u+rwx "$1"; rm -rf "$1"';

/** Leaves what cannot be removed to the clean-up of /tmp. */
export async function removeFolder(path: string): Promise<void> {
  let isEmpty = true;
  for (const name of [HOME, TEMPORARY]) isEmpty = (await removePlace(join(path, name))) && isEmpty;
  try {
    // Never into what another user could exchange for a link to elsewhere meanwhile.
    if (isEmpty) rmSync(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 });
    else for (const name of readdirSync(path)) if (!isPlace(name)) rmSync(join(path, name), { force: true });
  } catch {
    // As above.
  }
}

const isPlace = (name: string) => name === HOME || name === TEMPORARY;

/** Empties it with no more rights than its owner has. Returns whether it is gone. */
async function removePlace(path: string): Promise<boolean> {
  const found = statsOf(path);
  if (found === null) return true;
  if (found.uid !== process.getuid?.()) await emptyAs(found, path);
  try {
    rmdirSync(path);
    return true;
  } catch {
    return false;
  }
}

function statsOf(path: string): Stats | null {
  try {
    return lstatSync(path);
  } catch {
    return null;
  }
}

function emptyAs({ uid, gid }: Ids, path: string): Promise<void> {
  const { file, args, ids } = asUser({ uid, gid }, '/bin/sh', ['-c', EMPTY, 'sh', path]);
  return new Promise((done) => {
    try {
      execFile(file, args, { ...ids, cwd: '/', timeout: TIMEOUT_MS, killSignal: 'SIGKILL' }, () => {
        done();
      });
    } catch {
      // This service may have fewer rights than the one that left it.
      done();
    }
  });
}
