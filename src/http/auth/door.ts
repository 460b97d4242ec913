/** The door: no request comes to its route, and no body is read, before it is known who calls and whether they may. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { mayDo } from '../../domain/caller.js';
import { forbidden } from '../../domain/errors.js';
import type { RouteRights } from '../../jobs/allows.js';
import type { CalledRequest } from '../../jobs/by.js';
import { logger, stackOf } from '../../telemetry/log.js';
import { arrivalOf } from '../arrival.js';
import { errorReply } from '../error-reply.js';
import { refuse } from '../refuse.js';
import { noteRefusal, traceOf } from '../observe.js';
import { isDescription } from '../openapi.js';
import type { Authenticator } from './authenticate.js';

const log = logger('http');

type Right = NonNullable<RouteRights['allows']>;

export function guardDoor(fastify: FastifyInstance, authenticator: Authenticator): void {
  fastify.decorateRequest('caller', undefined);
  fastify.addHook('onRequest', async (request: CalledRequest & FastifyRequest, reply) => {
    try {
      const right = rightOf(request);
      if (right === 'visitor') authenticator.visitor(request);
      if (isOpen(right)) return;
      const { address } = arrivalOf(request);
      const caller = await authenticator.caller(request);
      request.caller = { ...caller, address, requestId: request.id, traceParent: traceOf(request) };
    } catch (error) {
      const { status, message, internal } = errorReply(error);
      noteRefusal(request, error);
      if (internal)
        log.error('a request failed for a reason that is ours', {
          request: request.id,
          stack: stackOf(error),
        });
      if (status === 401) void reply.header('www-authenticate', authenticator.challenge);
      return refuse(reply, status, message);
    }
  });
  // Later, so that whoever is known and asks too often for what it may not have is limited as such; still before the
  // body is read.
  fastify.addHook('preParsing', async (request: CalledRequest & FastifyRequest, reply) => {
    const right = rightOf(request);
    if (isOpen(right) || (request.caller !== undefined && mayDo(request.caller, right))) return;
    const { status, message } = errorReply(
      forbidden(
        right === null ? 'only callers who may do everything may do this' : `the scope ${right} is missing`,
      ),
    );
    return refuse(reply, status, message);
  });
}

/** null: a route that says nothing is for those who may do everything. What no route answers has been answered before. */
function rightOf({ routeOptions: { url = '', config } }: FastifyRequest): Right | null {
  return isDescription(url) ? 'anybody' : ((config as RouteRights).allows ?? null);
}

/** Whoever calls. */
const isOpen = (right: Right | null) => right === 'anybody' || right === 'visitor';
