/** Who asks, as a parameter of a route. */
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Actor } from '../domain/actor.js';

export const By = createParamDecorator((_data: unknown, context: ExecutionContext): Actor => {
  const { ip, id } = context.switchToHttp().getRequest<FastifyRequest>();
  return { user: '', address: ip, requestId: id };
});
