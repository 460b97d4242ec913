/**
 * Headers of every answer, errors included: what it is called, that nobody keeps it, guesses what it is, or shows it
 * inside a page of his own, and what it depends on.
 */
import type { FastifyInstance, FastifyReply } from 'fastify';
import { REQUEST_ID } from './request-id.js';

export function markEveryAnswer(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    void reply
      .header(REQUEST_ID, request.id)
      // Until a route says otherwise: what is told of a job may be another thing a moment later.
      .header('cache-control', 'no-store')
      .header('vary', 'Accept-Encoding')
      // What a task has printed may look like a page with scripts.
      .header('x-content-type-options', 'nosniff')
      .header('content-security-policy', "frame-ancestors 'none'")
      .header('referrer-policy', 'no-referrer');
    done();
  });
}

export function varyBy(reply: FastifyReply, name: string): void {
  void reply.header('vary', `${String(reply.getHeader('vary') ?? '')}, ${name}`);
}
