/** The HTTP server: its limits, and one shape for what it refuses before any route is asked. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { fastify, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Config } from '../config/settings.js';
import { guarded } from '../telemetry/guarded.js';
import { noteArrivals } from './arrival.js';
import { belowBasePath } from './base-path.js';
import { compressAnswers } from './compression.js';
import { allowOrigins } from './cors.js';
import { errorReply } from './error-reply.js';
import { markEveryAnswer, marksOf } from './every-answer.js';
import { Farewell } from './farewell.js';
import { admitLargeAnswers } from './large-answers.js';
import * as limit from './limits.js';
import { observe } from './observe.js';
import { limitCallers } from './rate-limit.js';
import { refuse } from './refuse.js';
import { refuseSocket } from './refuse-socket.js';
import { requestIdOf } from './request-id.js';
import { takeRequestsInTurn } from './request-turns.js';

export type HttpSettings = Pick<Config, 'basePath' | 'trustedProxies' | 'corsOrigins' | 'rateLimit'>;

/** What `farewell` and the log hear of every request comes first, so that they hear of what the others refuse, too. */
export function fastifyAdapter(settings: HttpSettings): { adapter: FastifyAdapter; farewell: Farewell } {
  const { basePath, trustedProxies, corsOrigins, rateLimit } = settings;
  const instance = fastify({
    // Node's own answer to a request without Host would be empty; nothing here needs one.
    http: {
      requireHostHeader: false,
      maxHeaderSize: limit.HEADER_BYTES,
      headersTimeout: limit.HEADERS_MS,
      connectionsCheckingInterval: limit.CHECK_MS,
    },
    bodyLimit: limit.BODY_BYTES,
    requestTimeout: limit.REQUEST_MS,
    connectionTimeout: limit.SILENCE_MS,
    keepAliveTimeout: limit.KEEP_ALIVE_MS,
    maxRequestsPerSocket: limit.REQUESTS_PER_CONNECTION,
    trustProxy: trustedProxies.length > 0 && [...trustedProxies],
    requestIdHeader: false,
    genReqId: requestIdOf,
    // A connection that only keeps alive must not keep the service from ending.
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    rewriteUrl: belowBasePath(basePath),
    frameworkErrors: guarded('http', (error: unknown, request: FastifyRequest, reply: FastifyReply) => {
      const { status, message } = errorReply(error);
      void refuse(reply.headers(marksOf(request.id)), status, message);
    }),
    clientErrorHandler: guarded('http', refuseSocket),
  });
  instance.server.on('checkExpectation', guarded('http', refuseExpectation));
  instance.server.maxConnections = limit.CONNECTIONS;
  takeRequestsInTurn(instance.server);
  noteArrivals(instance);
  const farewell = new Farewell(instance);
  observe(instance);
  markEveryAnswer(instance);
  allowOrigins(instance, corsOrigins);
  limitCallers(instance, rateLimit);
  admitLargeAnswers(instance);
  compressAnswers(instance);
  // The Content-Type is ignored (1.3): whatever a body says it is, its route gets the bytes.
  instance.addHook('onRequest', (request, _reply, done) => {
    delete request.raw.headers['content-type'];
    done();
  });
  instance.removeAllContentTypeParsers();
  instance.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
    done(null, body);
  });
  return { adapter: new FastifyAdapter(instance), farewell };
}

/** Node's own answer to what a client expects of it would be empty. */
function refuseExpectation(request: IncomingMessage, response: ServerResponse): void {
  const body = '{"error":"Expectation failed"}';
  response.writeHead(417, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': body.length,
    ...marksOf(requestIdOf(request)),
  });
  response.end(body);
}
