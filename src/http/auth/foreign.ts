/**
 * Requests that a web page from elsewhere has its visitor's browser send. They are dangerous where the browser's place
 * on the network, or what a gateway knows of it, is all that is asked for.
 */
import type { FastifyRequest } from 'fastify';
import { forbidden } from '../../domain/errors.js';
import { arrivalOf } from '../arrival.js';

const ASKS_ONLY = ['GET', 'HEAD', 'OPTIONS'];

/** A page can have its own name lead to this machine, and is then of one origin with us: only the name tells (DNS rebinding). */
export function refuseForeignHost({ raw }: FastifyRequest, hosts: readonly string[]): void {
  const found = raw.headersDistinct['host'] ?? [];
  // Nothing but a browser can be misled so, and none leaves it out.
  if (found.length === 0) return;
  const [host = '', ...others] = found;
  const [, name = ''] = /^(\[[^\]]*\]|[^:]*)(?::\d*)?$/.exec(host.toLowerCase()) ?? [];
  if (others.length > 0 || !hosts.includes(name.replace(/\.$/, '')))
    throw forbidden('this Host is not served without authentication; HOLDFAST_HOSTS names those that are');
}

/** `origins`: those of other pages that may ask. Browsers send `Origin` with every request that could do something. */
export function refuseForeignOrigin(request: FastifyRequest, origins: readonly string[]): void {
  const { method, raw } = request;
  const { host } = arrivalOf(request);
  const [origin, ...others] = raw.headersDistinct['origin'] ?? [];
  if (origin !== undefined && origins.includes(origin) && others.length === 0) return;
  const site = raw.headersDistinct['sec-fetch-site']?.join() ?? 'none';
  const sameSite = ASKS_ONLY.includes(method) || site === 'same-origin' || site === 'none';
  if (others.length > 0 || !sameSite || (origin !== undefined && !isOriginOf(origin, host)))
    throw forbidden('requests from pages of other origins are not allowed');
}

/** Who ends TLS before us is not known, so the scheme does not count. */
function isOriginOf(origin: string, host: string): boolean {
  const asked = `${origin.split('://')[0] ?? ''}://${host}`;
  if (!URL.canParse(origin) || !URL.canParse(asked)) return false;
  const ours = new URL(asked);
  return ours.host !== '' && new URL(origin).host === ours.host;
}
