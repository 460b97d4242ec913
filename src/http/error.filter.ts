/** Every error of every route leaves as `{"error": "<message>"}` (1.2). */
import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { errorReply } from './error-reply.js';
import { errorBody } from './refuse.js';
import { logger, stackOf } from '../telemetry/log.js';

const log = logger('http');

@Catch()
export class ErrorFilter implements ExceptionFilter {
  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const { id: request } = http.getRequest<FastifyRequest>();
    if (errorReply(error).internal)
      log.error('a request failed for a reason that is ours', { request, stack: stackOf(error) });
    const reply = http.getResponse<FastifyReply>();
    void reply.send(errorBody(reply, error));
  }
}
