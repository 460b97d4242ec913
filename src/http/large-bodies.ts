/** Takes in only so many large bodies at a time. The others are not read until it is their turn, and cost no memory. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { tooBusy } from '../domain/errors.js';
import { LARGE_BODY_BYTES } from '../jobs/checks/checks.js';
import { Turns } from '../jobs/turns.js';
import { limitedAs } from './caller.js';
import { errorReply, retryAfterOf } from './error-reply.js';
import * as limit from './limits.js';
import { refuse } from './refuse.js';

/** Who waits holds nothing but its connection. */
const WAITING = { maxItems: limit.CONNECTIONS, maxItemsOfOwner: limit.CONNECTIONS };

/** To be called after it is known who calls. A turn ends with the answer, as what came of the body is kept until then. */
export function admitLargeBodies(fastify: FastifyInstance): void {
  const turns = new Turns({ ...limit.LARGE_BODIES, ...WAITING }, () => tooBusy('large bodies'));
  fastify.addHook('preParsing', async (request, reply) => {
    if (!isLarge(request)) return;
    try {
      const end = await turns.begin(limitedAs(request));
      reply.raw.once('close', end);
      if (reply.raw.closed) end();
    } catch (error) {
      const { status, message } = errorReply(error);
      return refuse(reply.header('retry-after', retryAfterOf(error)), status, message);
    }
  });
}

/** Also where its length is not said. */
function isLarge({ method, headers }: FastifyRequest): boolean {
  if (method === 'GET' || method === 'HEAD') return false;
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length']) > LARGE_BODY_BYTES;
}
