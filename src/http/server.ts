/** Opens the HTTP side of the service: the routes of its role, their common manners, and their description. */
import { type DynamicModule, ValidationPipe } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { invalidRequest } from '../domain/errors.js';
import type { Authenticator } from './auth/authenticate.js';
import { guardDoor } from './auth/door.js';
import { nestLog } from '../telemetry/nest-log.js';
import { ErrorFilter } from './error.filter.js';
import type { Farewell } from './farewell.js';
import { fastifyAdapter, type HttpSettings } from './fastify.js';
import { serveApiDescription } from './openapi.js';
import { admitLargeBodies } from './large-bodies.js';
import { servePage } from './page.js';
import { type Scrape, serveMetrics } from './scrape.js';
import { answerUnknown } from './unknown.js';

export interface ServerOptions {
  readonly module: DynamicModule;
  readonly version: string;
  /** Whether the API is described, and has its page: a worker has none. */
  readonly described: boolean;
  readonly settings: HttpSettings;
  readonly authenticator: Authenticator;
  /** null: numbers are served elsewhere, or nowhere. */
  readonly scrape: Scrape | null;
}

/** Ready to listen. */
export async function createServer({
  module,
  version,
  described,
  settings,
  authenticator,
  scrape,
}: ServerOptions): Promise<{ app: NestFastifyApplication; farewell: Farewell }> {
  const { adapter, farewell } = fastifyAdapter(settings);
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    bodyParser: false,
    logger: nestLog,
    abortOnError: false,
  });
  const fastify = app.getHttpAdapter().getInstance();
  answerUnknown(fastify);
  guardDoor(fastify, authenticator);
  admitLargeBodies(fastify);
  if (scrape !== null) serveMetrics(fastify, scrape);
  if (described) servePage(fastify, settings.basePath);
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
