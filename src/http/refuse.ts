/** What is refused before any route is asked, in the one shape of all errors (1.2). */
import type { FastifyReply } from 'fastify';

export const refuse = (reply: FastifyReply, status: number, message: string) =>
  reply.code(status).header('content-type', 'application/json; charset=utf-8').send({ error: message });
