/**
 * The folder of the named pipes through which tasks write: by name, because a task must be able to open /dev/stderr.
 * Tasks of another user pass through it, and cannot list it or put anything into it: the launcher opens what is in it.
 */
import { type ChildProcess, execFile } from 'node:child_process';
import { chmodSync, closeSync, existsSync, lchownSync, lstatSync, mkdirSync, openSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { guarded } from './launcher-guard.js';
import { FOLDER } from '../processes/search.js';
import type { Ids } from '../task-user/as-user.js';
import { InvalidEntries } from './invalid-entries.js';
import { HOME, removeFolder, TEMPORARY } from './remove-folder.js';

/** Made at once: two a task. */
const PIPES = 128;
const WRITABLE_BY_OTHERS = 0o022;

export class PipeFolder {
  readonly path: string;
  readonly invalidEntries: InvalidEntries;
  #user: Ids | null = null;
  #made = 0;
  #making: ChildProcess | undefined;

  /** The launcher's name is in its own, by which the output of its tasks is known. */
  constructor(launcher: string) {
    this.path = join(tmpdir(), `${FOLDER}${launcher}`);
    mkdirSync(this.path, { mode: 0o700 });
    this.invalidEntries = new InvalidEntries(this.path);
  }

  /** Folders for tasks of another user, removed with the launcher. */
  get places(): { readonly home: string; readonly temporary: string } {
    return { home: join(this.path, HOME), temporary: join(this.path, TEMPORARY) };
  }

  /** Must be called before pipes are made. Null: tasks run as the launcher's own user. */
  openTo(user: Ids | null): void {
    this.#user = user;
  }

  make(done: (paths: readonly string[]) => void, failed: (message: string) => void): void {
    const paths = Array.from({ length: PIPES }, (_, index) => join(this.path, String(this.#made + index)));
    this.#made += PIPES;
    try {
      this.#prepare();
    } catch (error) {
      failed(`${this.path} cannot be used: ${(error as Error).message}`);
      return;
    }
    const fail = ({ message }: Error) => {
      failed(`named pipes cannot be made in ${this.path}: ${message}`);
    };
    const made = guarded((error: Error | null) => {
      this.#making = undefined;
      if (error === null) done(paths);
      else fail(error);
    });
    try {
      this.#making = execFile('mkfifo', ['-m', '600', ...paths], made);
    } catch (error) {
      // For want of memory, say; most others are told to the callback.
      fail(error as Error);
    }
  }

  /** Called before each batch of pipes, because another process may have cleaned up /tmp. */
  #prepare(): void {
    mkdirSync(this.path, { recursive: true, mode: 0o700 });
    assertOwn(this.path);
    this.invalidEntries.open(this.#user);
    if (this.#user === null) return;
    chmodSync(this.path, 0o711);
    for (const place of Object.values(this.places)) {
      if (existsSync(place)) continue;
      mkdirSync(place, { mode: 0o700 });
      lchownSync(place, this.#user.uid, this.#user.gid);
    }
  }

  async remove(): Promise<void> {
    // One that is still making pipes would make them again behind our back.
    this.#making?.kill('SIGKILL');
    await removeFolder(this.path);
  }
}

/** Throws if another user may have made it, after a clean-up of /tmp. */
function assertOwn(path: string): void {
  const found = lstatSync(path);
  const isOwn = found.isDirectory() && found.uid === (process.getuid?.() ?? found.uid);
  if (!isOwn || (found.mode & WRITABLE_BY_OTHERS) !== 0) throw new Error('it is not the service’s alone');
}

/** Opening a pipe to write waits for a reader, who may just have been killed; opening it for both never waits. */
export function openToWrite(path: string): number {
  const both = openSync(path, 'r+');
  try {
    return openSync(path, 'w');
  } finally {
    closeSync(both);
  }
}
