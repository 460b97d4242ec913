/**
 * Headers of every answer, errors included: what it is called, that nobody keeps it, guesses what it is, or shows it
 * inside a page of his own, and what it depends on.
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
