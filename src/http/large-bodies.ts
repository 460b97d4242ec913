/** Takes in only so many large bodies at a time. The others are not read until it is their turn, and cost no memory. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { tooBusy } from '../domain/errors.js';
import type { CalledRequest } from '../jobs/by.js';
import { LARGE_BODY_BYTES } from '../jobs/checks/checks.js';
import { Turns } from '../jobs/turns.js';
import { guarded } from '../telemetry/guarded.js';
import { arrivalOf } from './arrival.js';
import { limitedAs } from './caller.js';
import * as limit from './limits.js';
import { errorBody } from './refuse.js';

/** A caller that waits holds nothing but its connection. */
const WAITING = { maxItems: limit.CONNECTIONS, maxItemsOfOwner: limit.CONNECTIONS };

/** Call this after callers are authenticated. A turn ends with the answer: the decoded body is kept until then. */
export function admitLargeBodies(fastify: FastifyInstance): void {
  const turns = new Turns({ ...limit.LARGE_BODIES, ...WAITING }, () => tooBusy('large bodies'));
  fastify.addHook('preParsing', async (request: CalledRequest & FastifyRequest, reply) => {
    if (!isLarge(request)) return;
    try {
      const end = await turns.begin(limitedAs(arrivalOf(request).address, request.caller?.user));
      reply.raw.once('close', guarded('http', end));
      if (reply.raw.closed) end();
    } catch (error) {
      return reply.send(errorBody(reply, error));
    }
  });
}

/** Counts a body without a declared length as large. */
function isLarge({ method, headers }: FastifyRequest): boolean {
  if (method === 'GET' || method === 'HEAD') return false;
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length']) > LARGE_BODY_BYTES;
}
