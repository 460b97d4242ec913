/** The open streams of this process: how many, how long, and their end when it ends. */
import { Readable } from 'node:stream';
import { Injectable, StreamableFile } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { Actor } from '../../domain/audit.js';
import { shuttingDown, tooManyStreams } from '../../domain/errors.js';
import { guarded } from '../../telemetry/guarded.js';
import { streamsOpen } from '../../telemetry/metrics.js';
import { shareOf } from '../caller-share.js';
import { END, GREETING } from './sse.js';

/** Each holds a connection and some 20 KiB. */
const MOST = 1_000;
/** So that nobody takes all of them. Whoever has no name is known by an address, which many may share. */
const MOST_OF_ONE = 250;
/** Then a client has to come again, and to say again who it is. */
const LONGEST_MS = 15 * 60_000;
/** Without a byte that its client takes. Longer than there is nothing to send: something is said sooner. */
const SILENCE_MS = 30_000;

/** The pieces of a stream, until `signal`; nobody may ever ask for the first one. */
export type Events = (signal: AbortSignal) => AsyncGenerator<string>;

@Injectable()
export class Streams {
  /** With whose they are. */
  readonly #open = new Map<AbortController, string>();
  #closed = false;

  /** From now on there are none. Clients come again, elsewhere. */
  close(): void {
    this.#closed = true;
    for (const controller of this.#open.keys()) controller.abort();
  }

  /**
   * The answer to a request for a stream. A new piece is made when its reader has taken the one before, so a slow one
   * costs no memory, and one that takes nothing any more is cut off. `lastId`: where it was before.
   */
  async answer(
    reply: FastifyReply,
    caller: Actor,
    lastId: string | null,
    open: (signal: AbortSignal) => Promise<Events>,
  ): Promise<StreamableFile | undefined> {
    if (lastId === END) {
      // What makes a browser's EventSource stop coming again.
      void reply.code(204);
      return undefined;
    }
    if (this.#closed) throw shuttingDown();
    const owner = shareOf(caller);
    const own = [...this.#open.values()].filter((one) => one === owner).length;
    if (this.#open.size >= MOST || own >= MOST_OF_ONE) throw tooManyStreams();
    const controller = new AbortController();
    this.#open.set(controller, owner);
    streamsOpen.set(this.#open.size);
    const abort = guarded('jobs', () => {
      controller.abort();
    });
    const timer = setTimeout(abort, LONGEST_MS);
    const closed = () => {
      clearTimeout(timer);
      this.#open.delete(controller);
      streamsOpen.set(this.#open.size);
    };
    controller.signal.addEventListener('abort', guarded('jobs', closed));
    // Not when the stream is destroyed, which waits for what its generator waits for.
    reply.raw.once('close', abort);
    if (reply.raw.destroyed) abort();
    try {
      const events = await open(controller.signal);
      if (reply.request.method === 'HEAD') abort();
      void reply.header('x-accel-buffering', 'no');
      // Node's own, which sees what of a piece has been sent, and not only whether all of it has. It cuts the connection,
      // and at the end of an answer it is as it was.
      reply.raw.setTimeout(SILENCE_MS);
      return new StreamableFile(Readable.from(whole(events, controller), { objectMode: false }), {
        type: 'text/event-stream; charset=utf-8',
      });
    } catch (error) {
      abort();
      throw error;
    }
  }
}

async function* whole(events: Events, controller: AbortController): AsyncGenerator<string> {
  try {
    yield GREETING;
    yield* events(controller.signal);
  } finally {
    controller.abort();
  }
}
