/** Refuses a caller that asks too often; off unless a rate is set, because callers may share their gateway's address. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { CalledRequest } from '../jobs/by.js';
import { arrivalOf } from './arrival.js';
import { limitedAs } from './caller.js';
import { Rate } from './rate.js';
import { refuse } from './refuse.js';

/**
 * Routes that are not limited while they answer. Monitoring that asks for health must not find the process ill for that;
 * of the page's files a browser asks for many at once, and then never again.
 */
const UNLIMITED = /^\/(health|assets)\//;

const TOO_MANY = 'Too many requests';

export function limitCallers(fastify: FastifyInstance, perSecond: number): void {
  if (perSecond === 0) return;
  /** Authenticated callers. */
  const callers = new Rate(perSecond);
  /** Requests that authentication refused, by address. */
  const guesses = new Rate(perSecond);
  /** Other requests without a caller that is known, by address. */
  const strangers = new Rate(perSecond);
  /** Requests that one of these has counted, or refused. */
  const counted = new WeakSet<FastifyRequest>();

  // Before a token is looked at: a caller that has tried too many does not learn whether the next one is right.
  fastify.addHook('onRequest', async (request, reply) => {
    if (!isUnlimited(request)) return unlessEarly(reply, guesses.early(addressed(request), now()));
  });
  // After authentication, which is asked on request, so that a caller can be a user.
  fastify.addHook('preParsing', async (request: CalledRequest & FastifyRequest, reply) => {
    if (isUnlimited(request)) return;
    counted.add(request);
    const who = limitedAs(arrivalOf(request).address, request.caller?.user);
    if (request.caller === undefined) return unlessEarly(reply, strangers.take(who, now()));
    // Once more: of many that came at once, the others may have been looked at meanwhile.
    return unlessEarly(reply, guesses.early(addressed(request), now()) || callers.take(who, now()));
  });
  // What was refused before it was known who asks is counted when that is known, since all of many that come at once
  // have begun by then; and one too many is not told what was wrong with it. Also a file of the page that is not there.
  fastify.addHook('onSend', async (request, reply, payload) => {
    if (counted.has(request) || !isRefusal(reply.statusCode)) return payload;
    const rate = reply.statusCode === 401 ? guesses : strangers;
    const waitMs = rate.take(addressed(request), now());
    if (waitMs === 0) return payload;
    const text = JSON.stringify({ error: TOO_MANY });
    void reply.code(429).removeHeader('www-authenticate').removeHeader('allow');
    void later(reply, waitMs).header('content-length', Buffer.byteLength(text));
    return text;
  });
}

const now = () => performance.now();

/** Looks at the route and not at the address, because many addresses below both paths have no route. */
const isUnlimited = ({ is404, routeOptions }: FastifyRequest) =>
  !is404 && UNLIMITED.test(routeOptions.url ?? '');

/** Identifies the caller by its address, also where its user is known. */
const addressed = (request: FastifyRequest) => limitedAs(arrivalOf(request).address);

const later = (reply: FastifyReply, waitMs: number) => reply.header('retry-after', Math.ceil(waitMs / 1000));

const unlessEarly = (reply: FastifyReply, waitMs: number): FastifyReply | undefined =>
  waitMs === 0 ? undefined : refuse(later(reply, waitMs), 429, TOO_MANY);

/** 429 costs nothing, and 5xx is not the caller's doing. */
const isRefusal = (status: number) => status >= 400 && status < 500 && status !== 429;
