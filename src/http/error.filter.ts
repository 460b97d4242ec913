/** Every error of every route leaves as `{"error": "<message>"}` (1.2). */
import { type ArgumentsHost, Catch, type ExceptionFilter, Logger } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { errorReply } from './error-reply.js';

@Catch()
export class ErrorFilter implements ExceptionFilter {
  readonly #logger = new Logger('http');

  catch(error: unknown, host: ArgumentsHost): void {
    const { status, message, internal } = errorReply(error);
    if (internal) this.#logger.error(error instanceof Error ? error.stack : String(error));
    void host
      .switchToHttp()
      .getResponse<FastifyReply>()
      .code(status)
      .header('content-type', 'application/json; charset=utf-8')
      .send({ error: message });
  }
}
