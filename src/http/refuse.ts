/** Writes errors from outside the routes in the one shape of all errors (1.2). */
import type { FastifyReply } from 'fastify';
import { errorReply, retryAfterOf } from './error-reply.js';

const TYPE = 'application/json; charset=utf-8';

export const refuse = (reply: FastifyReply, status: number, message: string) =>
  reply.code(status).header('content-type', TYPE).send({ error: message });

/** Sets the status and the headers that an error has, and returns the body, which is still to be sent. */
export function errorBody(reply: FastifyReply, error: unknown): { readonly error: string } {
  const { status, message } = errorReply(error);
  const retryAfter = retryAfterOf(error);
  if (retryAfter !== null) void reply.header('retry-after', retryAfter);
  void reply.code(status).header('content-type', TYPE);
  return { error: message };
}
