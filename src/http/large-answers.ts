/**
 * Sends only so many large answers at a time. What a client does not read waits in memory, and clients that read nothing
 * could fill it.
 */
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { tooBusy } from '../domain/errors.js';
import { SMALL_ANSWER_BYTES } from '../jobs/begun.js';
import type { CalledRequest } from '../jobs/by.js';
import { Turns } from '../jobs/turns.js';
import { guarded } from '../telemetry/guarded.js';
import { arrivalOf } from './arrival.js';
import { limitedAs } from './caller.js';
import * as limit from './limits.js';
import { errorBody } from './refuse.js';

/** Headers that describe the answer that is not sent. */
const REMOVED = ['accept-ranges', 'content-disposition', 'content-length', 'content-range', 'etag'];

/** Call this before the hook that compresses answers, which takes memory, too. A turn ends when its answer is closed. */
export function admitLargeAnswers(fastify: FastifyInstance): void {
  const newTurns = () => new Turns(limit.LARGE_ANSWERS, () => tooBusy('large answers'));
  /** Callers without a token have turns of their own, and take none from callers with one. */
  const [known, strangers] = [newTurns(), newTurns()];
  fastify.addHook('onSend', async (request: CalledRequest & FastifyRequest, reply, payload) => {
    if (request.method === 'HEAD' || !isLarge(reply, payload)) return payload;
    const turns = request.caller === undefined ? strangers : known;
    try {
      const end = await turns.begin(limitedAs(arrivalOf(request).address, request.caller?.user));
      reply.raw.once('close', guarded('http', end));
      if (reply.raw.closed) end();
      return payload;
    } catch (error) {
      if (payload instanceof Readable) payload.destroy();
      return refusal(reply, error);
    }
  });
}

/** Streams of events have limits of their own. */
function isLarge(reply: FastifyReply, payload: unknown): boolean {
  if (typeof payload === 'string' || payload instanceof Uint8Array)
    return payload.length > SMALL_ANSWER_BYTES;
  if (!(payload instanceof Readable)) return false;
  const length = reply.getHeader('content-length');
  const isOfEvents = String(reply.getHeader('content-type')).startsWith('text/event-stream');
  return !isOfEvents && (length === undefined || Number(length) > SMALL_ANSWER_BYTES);
}

function refusal(reply: FastifyReply, error: unknown): string {
  for (const header of REMOVED) void reply.removeHeader(header);
  return JSON.stringify(errorBody(reply.header('cache-control', 'no-store'), error));
}
