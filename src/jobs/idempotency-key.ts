/** The headers of a schedule that can be asked for again: Idempotency-Key, and Idempotent-Replayed in the answer. */
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { invalidRequest } from '../domain/errors.js';

const NAME = 'Idempotency-Key';
const REPLAYED = 'Idempotent-Replayed';
/** No spaces: who joins several headers on the way writes ", " between them, and that is not to become a key. */
const VALID = /^[\x21-\x7e]{1,255}$/;

/** `rawHeaders`: names and values in turn, as they came. Node's `headers` would have several of them as one. */
export function readIdempotencyKey(rawHeaders: readonly string[]): string | null {
  const keys = rawHeaders.filter(
    (_text, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === NAME.toLowerCase(),
  );
  const [key] = keys;
  if (key === undefined) return null;
  if (keys.length > 1 || !VALID.test(key)) throw invalidRequest(`Invalid ${NAME}`);
  return key;
}

/** null: the request has none. */
export const IdempotencyKey = createParamDecorator((_data: unknown, context: ExecutionContext) =>
  readIdempotencyKey(context.switchToHttp().getRequest<FastifyRequest>().raw.rawHeaders),
);

export const ApiIdempotencyKey = () =>
  ApiHeader({
    name: NAME,
    required: false,
    description:
      'A text of your own for this schedule, such as a new UUID. The same one with the same body, within 24 hours, ' +
      'is answered with the same job; with another body it is refused. Each user has keys of its own. Callers whose ' +
      'tokens name no user share keys with those whose tokens have the same `scope` and `pipelines`.',
    schema: { type: 'string', minLength: 1, maxLength: 255, pattern: '^[!-~]+$' },
    example: '0b5bd5a4-5f3b-4c0e-9d0a-0f4f4b5c8c53',
  });

/** For an answer that an earlier schedule has had, or was to have. */
export const sayReplayed = (reply: FastifyReply) => reply.header(REPLAYED, 'true');

export const REPLAYED_HEADERS = {
  [REPLAYED]: {
    description: 'Only where this job is the one of an earlier schedule with the same key',
    schema: { type: 'string', enum: ['true'] },
  },
};
