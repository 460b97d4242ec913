/** The door: no request comes to its route, and no body is read, before it is known who calls and whether they may. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { mayDo } from '../../domain/caller.js';
import { forbidden } from '../../domain/errors.js';
import type { RouteRights } from '../../jobs/allows.js';
import type { CalledRequest } from '../../jobs/by.js';
import { logger, stackOf } from '../../telemetry/log.js';
import { errorReply } from '../error-reply.js';
import { refuse } from '../refuse.js';
import { isDescription } from '../openapi.js';
import type { Authenticator } from './authenticate.js';

const log = logger('http');

export function guardDoor(fastify: FastifyInstance, authenticator: Authenticator): void {
  fastify.decorateRequest('caller', undefined);
  fastify.addHook('onRequest', async (request, reply) => {
    try {
      await letIn(request, authenticator);
    } catch (error) {
      const { status, message, internal } = errorReply(error);
      if (internal) log.error(stackOf(error));
      return answer(reply, status, message, authenticator.challenge);
    }
  });
}

/** A route that says nothing is for those who may do everything. What no route answers has been answered before. */
async function letIn(
  request: FastifyRequest & CalledRequest,
  { caller: callerOf, visitor }: Authenticator,
): Promise<void> {
  const { url = '', config } = request.routeOptions;
  const { allows } = config as RouteRights;
  if (allows === 'anybody' || isDescription(url)) return;
  if (allows === 'visitor') {
    visitor(request);
    return;
  }
  const caller = await callerOf(request);
  if (!mayDo(caller, allows ?? null)) throw forbidden(`the scope ${allows ?? ''} is missing`);
  request.caller = caller;
}

function answer(reply: FastifyReply, status: number, message: string, challenge: string): FastifyReply {
  if (status === 401) void reply.header('www-authenticate', challenge);
  return refuse(reply, status, message);
}
