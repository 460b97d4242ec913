/** Refuses a caller that asks too often; off unless a rate is set, because callers may share their gateway's address. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { callerOf } from './caller.js';
import { Rate } from './rate.js';
import { refuse } from './refuse.js';

/** Asked by those who decide whether the process is well; it must not be ill for being asked. */
const EXEMPT = /^\/health\//;

export function limitCallers(fastify: FastifyInstance, perSecond: number): void {
  if (perSecond === 0) return;
  const callers = new Rate(perSecond);
  // What was refused before it was known who asks, by address: apart, so that nobody's good requests are counted with
  // what a neighbour tries.
  const strangers = new Rate(perSecond);
  const known = new WeakSet<FastifyRequest>();

  // Before a token is looked at: whoever has tried too many is not told whether the next one would do.
  fastify.addHook('onRequest', async (request, reply) => {
    if (!EXEMPT.test(request.url)) return unlessEarly(reply, strangers.early(callerOf(request), now()));
  });
  // After authentication, which is asked on request, so that a caller can be a user.
  fastify.addHook('preParsing', async (request, reply) => {
    known.add(request);
    if (!EXEMPT.test(request.url)) return unlessEarly(reply, callers.take(callerOf(request), now()));
  });
  fastify.addHook('onSend', (request, reply, _payload, done) => {
    if (!known.has(request) && isRefusal(reply.statusCode)) strangers.take(callerOf(request), now());
    done();
  });
}

const now = () => performance.now();

function unlessEarly(reply: FastifyReply, waitMs: number): FastifyReply | undefined {
  if (waitMs === 0) return undefined;
  void reply.header('retry-after', Math.ceil(waitMs / 1000));
  return refuse(reply, 429, 'Too many requests');
}

/** 429 costs nothing, and 5xx is not the caller's doing. */
const isRefusal = (status: number) => status >= 400 && status < 500 && status !== 429;
