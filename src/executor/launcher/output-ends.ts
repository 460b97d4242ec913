/** The launcher's own ends of a task's two named pipes, until its bash has some. */
import { closeSync, fchownSync, rmSync, writeSync } from 'node:fs';
import type { Ids } from '../task-user/as-user.js';
import { openToWrite } from './pipe-folder.js';

/** So much fits into a pipe that nobody reads yet. */
const LIMIT = 4096;

export class OutputEnds {
  /** stdout's and stderr's. */
  readonly files: number[] = [];
  readonly #paths: readonly string[];

  /** `user` may open them by name from now on, such as /dev/stderr. Throws where one of them is not there. */
  constructor(paths: readonly string[], user: Ids | null) {
    this.#paths = paths;
    try {
      for (const path of paths) this.files.push(openToWrite(path));
      if (user !== null) for (const file of this.files) fchownSync(file, user.uid, user.gid);
    } catch (error) {
      this.release();
      throw error;
    }
  }

  /** What bash said in its start. */
  warn(text: string): void {
    const [, stderr] = this.files;
    if (stderr === undefined || text === '') return;
    try {
      writeSync(stderr, text.slice(0, LIMIT));
    } catch {
      // Nobody reads it any more.
    }
  }

  /** Nobody else finds the pipes from now on. */
  release(): void {
    for (const file of this.files.splice(0)) closeSync(file);
    for (const path of this.#paths) rmSync(path, { force: true });
  }
}
