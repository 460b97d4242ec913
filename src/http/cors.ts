/**
 * Web pages of named origins may ask; of all others a browser hears nothing here that would let them. Not
 * @fastify/cors, whose route for every OPTIONS would answer what has to be a 405 with its `Allow`.
 */
import type { FastifyInstance } from 'fastify';
import { varyBy } from './every-answer.js';

const METHODS = 'GET, HEAD, POST';
/** What a page may send beyond what browsers let it anyway, and read. */
const SENT =
  'Authorization, Content-Type, Idempotency-Key, If-None-Match, If-Range, Last-Event-ID, Range, X-Request-Id';
const READ = 'Location, ETag, Content-Range, X-Request-Id, Retry-After, Idempotent-Replayed';
/** For which a browser need not ask again; the longest that Chromium takes. */
const PREFLIGHT_SECONDS = 7200;

/** Never with credentials: callers are known by a header, not by a cookie that any page would send along. */
export function allowOrigins(fastify: FastifyInstance, origins: readonly string[]): void {
  if (origins.length === 0) return;
  fastify.addHook('onRequest', async (request, reply) => {
    varyBy(reply, 'Origin');
    const { origin } = request.headers;
    if (origin === undefined || !origins.includes(origin)) return;
    void reply.header('access-control-allow-origin', origin).header('access-control-expose-headers', READ);
    const preflight =
      request.method === 'OPTIONS' && request.headers['access-control-request-method'] !== undefined;
    if (!preflight) return;
    return reply
      .code(204)
      .headers({
        'access-control-allow-methods': METHODS,
        'access-control-allow-headers': SENT,
        'access-control-max-age': PREFLIGHT_SECONDS,
      })
      .send();
  });
}
