/** All routes under a path, which is taken off before they are looked for; what is outside of it is not there. */
import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { refuse } from './refuse.js';

/** Also without the path: whoever asks for these watches the process itself, not what a gateway shows of it. */
const OF_PROCESS = /^\/(?:health\/(?:live|ready)|metrics)(?=$|\?)/;
/** This one route has two spellings (1.1). */
const PIPELINES = /^\/pipelines\/(?=$|\?)/;

const outside = new WeakSet<IncomingMessage>();

/** `base` as in `/jobs-api`; null: none. For Fastify's `rewriteUrl`. */
export const belowBasePath =
  (base: string | null) =>
  (request: IncomingMessage): string => {
    const inner = innerUrl(request.url ?? '/', base ?? '');
    if (inner === null) outside.add(request);
    return (inner ?? '/').replace(PIPELINES, '/pipelines');
  };

function innerUrl(url: string, base: string): string | null {
  if (url.startsWith(base)) {
    const rest = url.slice(base.length);
    if (rest === '' || rest.startsWith('?')) return `/${rest}`;
    if (rest.startsWith('/')) return rest;
  }
  return OF_PROCESS.test(url) || base === '' ? url : null;
}

export function refuseOutside(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', async (request, reply) => {
    if (outside.has(request.raw)) return refuse(reply, 404, 'Not found');
  });
}
