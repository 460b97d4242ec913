/**
 * Headers of every answer, errors included: the id of the request, that it is not to be cached, nor guessed what it is,
 * nor shown or loaded by pages of other origins, and what it depends on.
 */
import type { FastifyInstance, FastifyReply } from 'fastify';
import { REQUEST_ID } from './request-id.js';

const MARKS = {
  // Until a route says otherwise: what is told of a job may be another thing a moment later.
  'cache-control': 'no-store',
  vary: 'Accept-Encoding',
  // What a task has printed may look like a page with scripts.
  'x-content-type-options': 'nosniff',
  'content-security-policy': "frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  // A page elsewhere cannot have it loaded as a script or an image into its own process, where a side channel could
  // read it. CORS is not affected: browsers look at this only where a request is not made by CORS.
  'cross-origin-resource-policy': 'same-origin',
};

export const marksOf = (requestId: string) => ({ [REQUEST_ID]: requestId, ...MARKS });

export function markEveryAnswer(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    void reply.headers(marksOf(request.id));
    done();
  });
}

export function varyBy(reply: FastifyReply, name: string): void {
  void reply.header('vary', `${String(reply.getHeader('vary') ?? '')}, ${name}`);
}
