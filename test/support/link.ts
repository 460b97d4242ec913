/** One connection through the proxy: a client's, and the one to Postgres that it stands for. */
import { connect, type Socket } from 'node:net';
import { clientFrames, type Frames, serverFrames } from './frames.js';

export interface LinkOptions {
  readonly client: Socket;
  readonly target: { readonly host: string; readonly port: number };
  /** How long so many bytes are held up. */
  readonly delayOf: (bytes: number) => number;
  /** What to do when the answer to this statement has been dropped; null: it is not to be. */
  readonly lossOf: (statement: string) => (() => void) | null;
}

/** Of what is held up, so that a rate is even. */
const SLICE = 16 * 1024;

export class Link {
  readonly #options: LinkOptions;
  #server: Socket | undefined;
  #swallowed = false;
  #name = '';
  /** Answers that Postgres owes; the first is that the client may come in. */
  #owed = 1;
  /** How many of them are not passed on, and what is to be done then. */
  #dropping: { owed: number; readonly done: () => void } | null = null;

  constructor(options: LinkOptions) {
    this.#options = options;
    const { client } = options;
    client.on('error', () => undefined);
    client.once('close', () => {
      this.#end(this.#server);
    });
    const frames = clientFrames({
      onName: (name) => (this.#name = name),
      onStatement: (text) => {
        this.#look(text);
      },
      onAnswerDue: () => (this.#owed += 1),
    });
    void this.#pump(client, frames, () => this.#server);
  }

  get name(): string {
    return this.#name;
  }

  get isOpen(): boolean {
    const { client } = this.#options;
    return !client.destroyed && !client.readableEnded;
  }

  open(): void {
    const server = connect(this.#options.target);
    this.#server = server;
    server.on('error', () => undefined);
    server.once('close', () => {
      this.#end(this.#options.client);
    });
    const frames = serverFrames(() => {
      this.#answered();
    });
    void this.#pump(server, frames, () => (this.#dropping === null ? this.#options.client : undefined));
  }

  swallow(): void {
    this.#swallowed = true;
  }

  cut(): void {
    this.#options.client.resetAndDestroy();
    this.#server?.destroy();
  }

  #look(text: string): void {
    if (this.#dropping !== null) return;
    const done = this.#options.lossOf(text);
    if (done !== null) this.#dropping = { owed: this.#owed + 1, done };
  }

  #answered(): void {
    this.#owed -= 1;
    if (this.#dropping === null) return;
    this.#dropping.owed -= 1;
    if (this.#dropping.owed > 0) return;
    this.cut();
    this.#dropping.done();
  }

  /** Behind a swallowed connection goodbyes are not heard either. */
  #end(other: Socket | undefined): void {
    if (!this.#swallowed) other?.end();
  }

  async #pump(from: Socket, frames: Frames, to: () => Socket | undefined): Promise<void> {
    try {
      for await (const bytes of from.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
        for (let at = 0; at < bytes.length; at += SLICE) {
          const slice = bytes.subarray(at, at + SLICE);
          const delay = this.#options.delayOf(slice.length);
          if (delay > 0) await new Promise((done) => setTimeout(done, delay));
          if (this.#swallowed) continue;
          frames.read(slice);
          await write(to(), slice);
        }
      }
      this.#end(to());
    } catch {
      // Reset, which the other end learns by `close`.
    }
  }
}

/** Resolves when more can be written. */
async function write(to: Socket | undefined, bytes: Buffer): Promise<void> {
  if (to === undefined || !to.writable || to.write(bytes)) return;
  await new Promise<void>((done) => {
    const settle = () => {
      to.off('drain', settle).off('close', settle);
      done();
    };
    to.on('drain', settle).on('close', settle);
  });
}
