/** Opens the HTTP side of the service: the routes of its role, their common manners, and their description. */
import { type DynamicModule, ValidationPipe } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { invalidRequest } from '../domain/errors.js';
import { ErrorFilter } from './error.filter.js';
import { fastifyAdapter, type HttpSettings } from './fastify.js';
import { serveApiDescription } from './openapi.js';
import { Farewell } from './farewell.js';
import { answerUnknown } from './unknown.js';

export interface ServerOptions {
  readonly module: DynamicModule;
  readonly version: string;
  /** Whether the API is described: a worker has none. */
  readonly described: boolean;
  readonly settings: HttpSettings;
}

/** Ready to listen. */
export async function createServer({
  module,
  version,
  described,
  settings,
}: ServerOptions): Promise<{ app: NestFastifyApplication; farewell: Farewell }> {
  const app = await NestFactory.create<NestFastifyApplication>(module, fastifyAdapter(settings), {
    bodyParser: false,
    logger: ['error', 'warn'],
    abortOnError: false,
  });
  const fastify = app.getHttpAdapter().getInstance();
  const farewell = new Farewell(fastify);
  answerUnknown(fastify);
  app.useGlobalFilters(new ErrorFilter());
  app.useGlobalPipes(
    new ValidationPipe({
      transform: true,
      stopAtFirstError: true,
      exceptionFactory: ([first]) =>
        invalidRequest(Object.values(first?.constraints ?? {})[0] ?? 'Invalid request'),
    }),
  );
  if (described) serveApiDescription(app, version, settings.basePath);
  await app.init();
  await fastify.ready();
  return { app, farewell };
}
