/** The numbers of this process at GET /metrics, as Prometheus reads them; on the API's port or on one of their own. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';
import type { RouteRights } from '../jobs/allows.js';
import { guarded } from '../telemetry/guarded.js';
import { registry } from '../telemetry/metrics.js';
import { readPools } from '../telemetry/pools.js';
import { ListenError, logErrorsOf } from './listen.js';

export const METRICS_PATH = '/metrics';

/** Of a port of its own, for which a few ask. */
const CONNECTIONS = 100;

/** Brings numbers up to now. Never rejects, and is not long about it. */
export type Source = () => Promise<void> | void;

export class Scrape {
  readonly #sources: Source[] = [readPools];

  add(source: Source): void {
    this.#sources.push(source);
  }

  async text(): Promise<string> {
    await Promise.all(this.#sources.map(async (source) => source()));
    return registry.metrics();
  }
}

export function serveMetrics(fastify: FastifyInstance, scrape: Scrape): void {
  const config: RouteRights = { allows: 'anybody' };
  fastify.get(METRICS_PATH, { config }, async (_request, reply) =>
    reply.header('content-type', registry.contentType).send(await scrape.text()),
  );
}

/** A server for nothing else. */
export async function openMetrics(host: string, port: number, scrape: Scrape): Promise<Server> {
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    if (request.url?.split('?')[0] !== METRICS_PATH || request.method !== 'GET') {
      response.writeHead(404, { 'content-type': 'application/json; charset=utf-8' });
      response.end('{"error":"Not found"}');
      return;
    }
    try {
      const text = await scrape.text();
      response.writeHead(200, { 'content-type': registry.contentType });
      response.end(text);
    } catch (error) {
      response.destroy();
      throw error;
    }
  };
  const server = createServer(guarded('http', answer));
  server.maxConnections = CONNECTIONS;
  await new Promise<void>((done, fail) => {
    server.once('error', (error) => {
      fail(new ListenError('HOLDFAST_METRICS', error));
    });
    server.listen({ host, port }, done);
  });
  logErrorsOf(server);
  return server;
}
