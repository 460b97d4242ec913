/** Refuses a caller that asks too often; off unless a rate is set, because callers may share their gateway's address. */
import type { FastifyInstance } from 'fastify';
import { callerOf } from './caller.js';
import { Rate } from './rate.js';
import { refuse } from './refuse.js';

/** Asked by those who decide whether the process is well; it must not be ill for being asked. */
const EXEMPT = /^\/health\//;

export function limitCallers(fastify: FastifyInstance, perSecond: number): void {
  if (perSecond === 0) return;
  const rate = new Rate(perSecond);
  // After authentication, which is asked on request, so that a caller can be a user.
  fastify.addHook('preParsing', async (request, reply) => {
    if (EXEMPT.test(request.url)) return;
    const waitMs = rate.take(callerOf(request), performance.now());
    if (waitMs === 0) return;
    void reply.header('retry-after', Math.ceil(waitMs / 1000));
    return refuse(reply, 429, 'Too many requests');
  });
}
