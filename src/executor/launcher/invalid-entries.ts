/**
 * Learns from a file in the folder of the pipes which entry of its script a bash could not parse. Scripts inherit no
 * descriptor of it, so that nothing of their output gets in by chance; and a line in it is a hint, not the outcome,
 * because a script that looks the file up can write there as well.
 */
import {
  closeSync,
  constants,
  existsSync,
  fchownSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Ids } from '../task-user/as-user.js';
import { INVALID_ENTRIES } from './driver.js';

const { O_RDWR, O_APPEND, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
/** Read at most at one task's end. Only a script that floods the file writes more. */
const MAX_READ_BYTES = 64 * 1024;
/** A longer file is emptied. */
const MAX_FILE_BYTES = 1024 * 1024;
/** Kept of bashes whose end has not been noticed yet. */
const MAX_HINTS = 1_000;

const buffer = Buffer.allocUnsafe(MAX_READ_BYTES);

export class InvalidEntries {
  readonly #path: string;
  #file: number | null = null;
  #read = 0;
  /** The number of the entry, from 1, by the pid of the bash. */
  readonly #hints = new Map<number, number>();

  constructor(folder: string) {
    this.#path = join(folder, INVALID_ENTRIES);
  }

  /** Makes the file, again if the folder was cleaned up; bashes run as `user`. */
  open(user: Ids | null): void {
    if (this.#file !== null && existsSync(this.#path)) return;
    if (this.#file !== null) closeSync(this.#file);
    this.#file = null;
    this.#read = 0;
    this.#file = openSync(this.#path, O_RDWR | O_APPEND | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
    if (user !== null) fchownSync(this.#file, user.uid, user.gid);
  }

  /** Returns the number of the entry that this bash reported before it ended, or null. */
  take(pid: number): number | null {
    this.#readOn();
    const entry = this.#hints.get(pid) ?? null;
    this.#hints.delete(pid);
    return entry;
  }

  #readOn(): void {
    if (this.#file === null) return;
    const { size } = fstatSync(this.#file);
    // Less: a script has cut it.
    if (size < this.#read) this.#read = 0;
    if (size === this.#read) return;
    // The bash whose end was noticed wrote among the last.
    this.#read = Math.max(this.#read, size - MAX_READ_BYTES);
    const length = readSync(this.#file, buffer, 0, size - this.#read, this.#read);
    for (const [, pid, entry] of buffer.toString('latin1', 0, length).matchAll(/^(\d+) (\d+)$/gm))
      this.#hints.set(Number(pid), Number(entry));
    for (const pid of this.#hints.keys()) {
      if (this.#hints.size <= MAX_HINTS) break;
      this.#hints.delete(pid);
    }
    this.#read += length;
    if (size <= MAX_FILE_BYTES) return;
    ftruncateSync(this.#file, 0);
    this.#read = 0;
  }
}
