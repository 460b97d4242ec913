/** What is told of each request: a line in the log, a number, and a span; by its route's pattern, never by its address. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ANYBODY } from '../domain/caller.js';
import type { CalledRequest } from '../jobs/by.js';
import { withinRequest } from '../telemetry/context.js';
import { type Fields, type Level, logger } from '../telemetry/log.js';
import { requests } from '../telemetry/metrics.js';
import { recordRequest, requestSpan } from '../telemetry/spans.js';
import { Seldom } from '../telemetry/seldom.js';
import { addressOf } from './caller.js';

const log = logger('http');
/** While the database is away, every request says the same. */
const seldom = new Seldom();

const spans = new WeakMap<FastifyRequest, ReturnType<typeof requestSpan>>();

/** A caller that has gone before it was answered; nginx's number for it. */
const GONE = 499;
const READS = ['GET', 'HEAD', 'OPTIONS'];

/** To be called before other hooks are added, so that what these refuse is seen too. */
export function observe(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    const started = performance.now();
    const span = requestSpan(request.headers['traceparent']);
    spans.set(request, span);
    reply.raw.once('close', () => {
      const status = reply.raw.writableFinished ? reply.statusCode : GONE;
      const milliseconds = performance.now() - started;
      requests.observe({ method: request.method, route: routeOf(request), status }, milliseconds / 1000);
      recordRequest({
        ...span,
        id: request.id,
        method: request.method,
        route: routeOf(request),
        status,
        startMs: Date.now() - milliseconds,
      });
      told(request, status, milliseconds);
    });
    done();
  });
  // Not earlier: the body comes with events of the socket, which belong to no request.
  fastify.addHook('preHandler', (request: FastifyRequest, _reply: FastifyReply, done) => {
    withinRequest({ id: request.id, traceParent: spans.get(request)?.context ?? null }, done);
  });
}

/** Of what no route answers, whatever it is called, there is one. */
export const routeOf = (request: FastifyRequest): string =>
  request.is404 ? 'none' : (request.routeOptions.url ?? 'none');

/** What changes something is told, and what fails here; reading is for who wants to know all. */
function levelOf(method: string, status: number): Level {
  if (status >= 500) return 'warn';
  return READS.includes(method) ? 'debug' : 'info';
}

function told(request: CalledRequest & FastifyRequest, status: number, milliseconds: number): void {
  const { method, caller: { user } = ANYBODY } = request;
  const route = routeOf(request);
  // What may have changed something is told each time.
  const held = status >= 500 && READS.includes(method) ? seldom.let(`${route} ${status}`) : 0;
  if (held === null) return;
  const fields: Fields = {
    request: request.id,
    method,
    route,
    status,
    ms: Math.round(milliseconds),
    client: addressOf(request),
    ...(user === '' ? {} : { user }),
    ...(held === 0 ? {} : { again: held }),
  };
  log[levelOf(method, status)]('answered', fields);
}
