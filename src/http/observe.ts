/** What is told of each request: a line in the log, a number, and a span; by its route's pattern, never by its address. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ANYBODY } from '../domain/caller.js';
import type { CalledRequest } from '../jobs/by.js';
import { type Fields, type Level, logger } from '../telemetry/log.js';
import { requests } from '../telemetry/metrics.js';
import { guarded } from '../telemetry/guarded.js';
import { recordRequest } from '../telemetry/spans.js';
import { Seldom } from '../telemetry/seldom.js';
import { formatTraceParent } from '../telemetry/trace-parent.js';
import { type Arrival, arrivalOf } from './arrival.js';
import { statusOnSocket } from './refuse-socket.js';

const log = logger('http');
/** While the database is away, every request says the same; and so does every guess at a token. */
const seldom = new Seldom();

/** A token may name what it likes at whatever length. */
const WHY_LENGTH = 200;

/** Why it was refused, where the caller was told less. */
const refusals = new WeakMap<FastifyRequest, string>();

export function noteRefusal(request: FastifyRequest, error: unknown): void {
  if (!(error instanceof Error)) return;
  const { message, cause } = error;
  const why = cause instanceof Error ? `${message}: ${cause.message}` : message;
  refusals.set(request, why.slice(0, WHY_LENGTH));
}

const READS = ['GET', 'HEAD', 'OPTIONS'];

/** To be called before other hooks are added, so that what these refuse is seen too. */
export function observe(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    const arrival = arrivalOf(request);
    // Not what Node says of it at the end: an answer into a connection that is gone counts as finished there.
    let isSent = false;
    const finished = () => {
      isSent = true;
    };
    const closed = () => {
      record(request, arrival, isSent ? reply.statusCode : statusOnSocket(arrival.socket));
    };
    reply.raw.once('finish', guarded('http', finished)).once('close', guarded('http', closed));
    done();
  });
}

function record(request: FastifyRequest, arrival: Arrival, status: number): void {
  const milliseconds = performance.now() - arrival.at;
  const { id, method } = request;
  const route = routeOf(request);
  requests.observe({ method, route, status }, milliseconds / 1000);
  recordRequest({ ...arrival.span, id, method, route, status, startMs: Date.now() - milliseconds });
  told(request, arrival, status, milliseconds);
}

/** What the work of a request belongs to, as W3C traceparent. */
export function traceOf(request: FastifyRequest): string | null {
  const { context } = arrivalOf(request).span;
  return context === null ? null : formatTraceParent(context);
}

/** Of what no route answers, whatever it is called, there is one. */
export const routeOf = (request: FastifyRequest): string =>
  request.is404 ? 'none' : (request.routeOptions.url ?? 'none');

/** Who tries what it may not, or too much. */
const KEPT_OUT = [401, 403, 429];

/** What changes something is told, what fails here, and who is kept out; reading is for who wants to know all. */
function levelOf(method: string, status: number): Level {
  if (status >= 500 || KEPT_OUT.includes(status)) return 'warn';
  return READS.includes(method) ? 'debug' : 'info';
}

/** Of what would be said again and again, one a while; what may have changed something is told each time. null: not now. */
function heldBack(method: string, route: string, status: number, client: string): number | null {
  if (KEPT_OUT.includes(status)) return seldom.let(`${client} ${status}`);
  return status >= 500 && READS.includes(method) ? seldom.let(`${route} ${status}`) : 0;
}

function told(
  request: CalledRequest & FastifyRequest,
  { address }: Arrival,
  status: number,
  milliseconds: number,
): void {
  const { method, caller: { user } = ANYBODY } = request;
  const route = routeOf(request);
  const client = address ?? '';
  const held = heldBack(method, route, status, client);
  const level = held === null ? 'debug' : levelOf(method, status);
  if (!log.tells(level)) return;
  const why = refusals.get(request);
  const fields: Fields = {
    request: request.id,
    method,
    route,
    status,
    ms: Math.round(milliseconds),
    client,
    ...(user === '' ? {} : { user }),
    ...(why === undefined ? {} : { why }),
    ...(held === null || held === 0 ? {} : { again: held }),
  };
  log[level]('answered', fields);
}
