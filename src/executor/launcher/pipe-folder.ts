/** The folder of the named pipes through which tasks write: by name, because a task must be able to open /dev/stderr. */
import { type ChildProcess, execFile } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FOLDER } from '../processes/leftovers.js';
import { InvalidEntries } from './invalid-entries.js';

/** Made at once: two a task. */
const PIPES = 128;

export class PipeFolder {
  readonly path: string;
  readonly invalidEntries: InvalidEntries;
  #made = 0;
  #making: ChildProcess | undefined;

  /** The launcher's name is in its own, by which the output of its tasks is known. */
  constructor(launcher: string) {
    this.path = join(tmpdir(), `${FOLDER}${launcher}`);
    mkdirSync(this.path, { mode: 0o700 });
    this.invalidEntries = new InvalidEntries(this.path);
  }

  make(done: (paths: readonly string[]) => void, failed: (message: string) => void): void {
    const paths = Array.from({ length: PIPES }, (_, index) => join(this.path, String(this.#made + index)));
    this.#made += PIPES;
    try {
      mkdirSync(this.path, { recursive: true, mode: 0o700 });
      this.invalidEntries.open();
    } catch (error) {
      failed(`${this.path} cannot be used: ${(error as Error).message}`);
      return;
    }
    this.#making = execFile('mkfifo', ['-m', '600', ...paths], (error) => {
      this.#making = undefined;
      if (error === null) done(paths);
      else failed(`named pipes cannot be made in ${this.path}: ${error.message}`);
    });
  }

  remove(): void {
    // One that is still making pipes would make them again behind our back.
    this.#making?.kill('SIGKILL');
    removeFolder(this.path);
  }
}

export function removeFolder(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 });
  } catch {
    // Left to whoever cleans up /tmp.
  }
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
