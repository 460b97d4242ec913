/**
 * What a request says of its connection, read once, by the first hook. Later its client may have left, and a socket
 * that is gone answers nothing: no other code of a request asks it.
 */
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { guarded } from '../telemetry/guarded.js';
import { requestSpan } from '../telemetry/spans.js';
import { addressIn } from './caller.js';

export interface Arrival {
  /** Milliseconds of the monotonic clock. */
  readonly at: number;
  /** Identifies the connection. It may be closed already. */
  readonly socket: Socket;
  /** Address of the other end of the connection; null: it had left before it could be asked for. */
  readonly peer: string | null;
  /** Address of the caller: what trusted proxies say, else `peer`. */
  readonly address: string | null;
  /** `X-Forwarded-Host` of a trusted proxy, else `Host`. */
  readonly host: string;
  readonly span: ReturnType<typeof requestSpan>;
}

const arrivals = new WeakMap<FastifyRequest, Arrival>();

/** To be called before any hook is added. */
export function noteArrivals(fastify: FastifyInstance): void {
  rememberPeers(fastify.server);
  fastify.addHook('onRequest', (request, _reply, done) => {
    const { socket } = request.raw;
    const peer = socket.remoteAddress ?? null;
    arrivals.set(request, {
      at: performance.now(),
      socket,
      peer,
      address: peer === null ? null : addressIn(request.ip, peer),
      host: request.host,
      span: requestSpan(request.headers['traceparent']),
    });
    done();
  });
}

/** Node keeps an address once it was asked for, so the connections of clients that leave in a hurry have one, too. */
function rememberPeers(server: Server): void {
  server.on(
    'connection',
    guarded('http', ({ remoteAddress }) => remoteAddress),
  );
}

export function arrivalOf(request: FastifyRequest): Arrival {
  const arrival = arrivals.get(request);
  if (arrival === undefined) throw new Error('a hook has been added before arrivals are noted');
  return arrival;
}
