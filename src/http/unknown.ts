/** What no route answers: 404, or 405 with what would be allowed (1.2). */
import type { FastifyInstance } from 'fastify';
import { refuse } from './refuse.js';

/** To be called before the routes are registered; Nest's own answer to the unknown is replaced when they are. */
export function answerUnknown(fastify: FastifyInstance): void {
  const methods = new Map<string, Set<string>>();
  fastify.addHook('onRoute', ({ method, url }) => {
    const known = methods.get(url) ?? new Set<string>();
    for (const one of [method].flat()) known.add(one);
    methods.set(url, known);
  });
  fastify.addHook('onRequest', async (request, reply) => {
    if (!request.is404) return;
    const allowed = methods.get(request.url.split('?')[0] as string);
    if (allowed === undefined) return refuse(reply, 404, 'Not found');
    void reply.header('allow', [...allowed].sort().join(', '));
    return refuse(reply, 405, 'Method not allowed');
  });
}
