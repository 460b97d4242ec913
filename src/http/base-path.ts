/** All routes under a path, which is taken off before they are looked for; what is outside of it is not there. */
import type { IncomingMessage } from 'node:http';

/** Also without the path: whoever asks for these watches the process itself, not what a gateway shows of it. */
const OF_PROCESS = /^\/(?:health\/(?:live|ready)|metrics)(?=$|\?)/;
/** This one route has two spellings (1.1). */
const PIPELINES = /^\/pipelines\/(?=$|\?)/;

/** No route is called so. */
export const NOWHERE = '/nowhere';

/** `base` as in `/jobs-api`; null: none. For Fastify's `rewriteUrl`. */
export const belowBasePath =
  (base: string | null) =>
  ({ url = '/' }: IncomingMessage): string =>
    innerUrl(url, base ?? '').replace(PIPELINES, '/pipelines');

function innerUrl(url: string, base: string): string {
  if (url.startsWith(base)) {
    const rest = url.slice(base.length);
    if (rest === '' || rest.startsWith('?')) return `/${rest}`;
    if (rest.startsWith('/')) return rest;
  }
  return OF_PROCESS.test(url) || base === '' ? url : NOWHERE;
}
