/** Every error of every route leaves as `{"error": "<message>"}` (1.2). */
import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { errorReply, retryAfterOf } from './error-reply.js';
import { logger, stackOf } from '../telemetry/log.js';

const log = logger('http');

@Catch()
export class ErrorFilter implements ExceptionFilter {
  catch(error: unknown, host: ArgumentsHost): void {
    const { status, message, internal } = errorReply(error);
    const http = host.switchToHttp();
    const { id: request } = http.getRequest<FastifyRequest>();
    if (internal) log.error('a request failed for a reason that is ours', { request, stack: stackOf(error) });
    const reply = http.getResponse<FastifyReply>();
    const retryAfter = retryAfterOf(error);
    if (retryAfter !== null) void reply.header('retry-after', retryAfter);
    void reply
      .code(status)
      .header('content-type', 'application/json; charset=utf-8')
      .send({ error: message });
  }
}
