/** Reads one stream of a task from its named pipe, no faster than its bytes are taken. */
import { close, constants, openSync } from 'node:fs';
import { Socket } from 'node:net';
import { guarded, inBackground } from '../telemetry/guarded.js';

/** How long a pipe that somebody still holds open may be silent after the task's end, and be waited for altogether. */
const SILENCE_MS = 500;
const PATIENCE_MS = 2_000;

export class OutputPipe {
  readonly #fd: number;
  #socket: Socket | undefined;

  private constructor(fd: number) {
    this.#fd = fd;
  }

  /** Opened before the writer is there, which must not wait for us. */
  static open(path: string): OutputPipe {
    return new OutputPipe(openSync(path, constants.O_RDONLY | constants.O_NONBLOCK));
  }

  /** To be called once the writer has opened its end; resolves at end-of-file, or when `ended` has and it is silent. */
  async read(take: (bytes: Buffer) => Promise<void> | void, ended: Promise<unknown>): Promise<void> {
    const socket = new Socket({ fd: this.#fd, readable: true, writable: false });
    this.#socket = socket;
    let silence: NodeJS.Timeout | undefined;
    let over = false;
    let taking = false;
    let patience = PATIENCE_MS;
    let since = 0;
    // Somebody who left the task's group may hold the pipe open for ever, or go on writing.
    const watch = () => {
      clearTimeout(silence);
      if (!over || taking) return;
      since = performance.now();
      const silent = guarded('executor', () => {
        if (over && !taking && silence === mine) socket.destroy();
      });
      // Where this process itself stood still, the time is over before anybody has looked for what is there.
      const look = guarded('executor', () => setImmediate(silent));
      const mine = setTimeout(look, Math.min(SILENCE_MS, patience));
      silence = mine;
    };
    inBackground('executor', async () => {
      await ended;
      over = true;
      watch();
    });
    try {
      for await (const bytes of socket as AsyncIterable<Buffer>) {
        taking = true;
        clearTimeout(silence);
        if (since > 0) patience -= performance.now() - since;
        await take(bytes);
        taking = false;
        if (patience <= 0) break;
        watch();
      }
    } catch (error) {
      // Destroyed while it was silent: what came has been taken.
      if (taking || !socket.destroyed) throw error;
    } finally {
      over = false;
      clearTimeout(silence);
    }
  }

  /** Also where it was never read. */
  discard(): void {
    if (this.#socket !== undefined) this.#socket.destroy();
    else close(this.#fd, () => undefined);
  }
}
