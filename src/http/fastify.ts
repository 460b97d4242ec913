/** The HTTP server: its limits, and one shape for what it refuses before any route is asked. */
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { fastify, type FastifyReply } from 'fastify';
import { errorReply } from './error-reply.js';

const BODY_LIMIT = 1024 * 1024;
/** For a whole request to arrive; Fastify has no limit by itself. */
const REQUEST_MS = 30_000;
/** Longer than a gateway's, so that it is the gateway who closes. */
const KEEP_ALIVE_MS = 72_000;

export function fastifyAdapter(): FastifyAdapter {
  const instance = fastify({
    // Node's own answer to a request without Host would be empty; nothing here needs one.
    http: { requireHostHeader: false },
    bodyLimit: BODY_LIMIT,
    requestTimeout: REQUEST_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    // A connection that only keeps alive must not keep the service from ending.
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    // This one route has two spellings (1.1).
    rewriteUrl: ({ url = '/' }) => url.replace(/^\/pipelines\/(?=$|\?)/, '/pipelines'),
    frameworkErrors: (error, _request, reply) => {
      const { status, message } = errorReply(error);
      void refuse(reply, status, message);
    },
    clientErrorHandler: refuseSocket,
  });
  // Node's own answer to what a client expects of it would be empty.
  instance.server.on('checkExpectation', (_request, response: ServerResponse) => {
    const body = '{"error":"Expectation failed"}';
    response.writeHead(417, {
      'content-type': 'application/json; charset=utf-8',
      'content-length': body.length,
    });
    response.end(body);
  });
  // The Content-Type is ignored (1.3): whatever a body says it is, its route gets the bytes.
  instance.addHook('onRequest', (request, _reply, done) => {
    delete request.raw.headers['content-type'];
    done();
  });
  instance.removeAllContentTypeParsers();
  instance.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
    done(null, body);
  });
  return new FastifyAdapter(instance);
}

export const refuse = (reply: FastifyReply, status: number, message: string) =>
  reply.code(status).header('content-type', 'application/json; charset=utf-8').send({ error: message });

const REASONS: Readonly<Record<string, readonly [number, string, string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'Request Header Fields Too Large', 'Request header is too large'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'Request Timeout', 'Request took too long to arrive'],
};

/** What is not even HTTP. */
function refuseSocket(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) return;
  const [status, reason, message] = REASONS[error.code ?? ''] ?? [400, 'Bad Request', 'Invalid HTTP request'];
  const body = JSON.stringify({ error: message });
  const head = [
    `HTTP/1.1 ${status} ${reason}`,
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
