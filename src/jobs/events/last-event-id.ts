/** Where a client was, when it comes again. */
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';

/** Longer than any that we give. */
const LONGEST = 100;

/** null: it has had nothing. What is no id of ours is as good as none. */
export const LastEventId = createParamDecorator((_: unknown, context: ExecutionContext): string | null => {
  const header = context.switchToHttp().getRequest<FastifyRequest>().headers['last-event-id'];
  return typeof header === 'string' && header !== '' && header.length <= LONGEST ? header : null;
});
