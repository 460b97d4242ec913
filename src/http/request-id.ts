/** The name of a request, by which it can be followed from the gateway's log to ours: its own, if that is harmless. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

export const REQUEST_ID = 'x-request-id';

/** As in deploy/nginx.conf: nothing that could be something else in a log. */
const HARMLESS = /^[A-Za-z0-9._-]{1,64}$/;

/** For Fastify's `genReqId`; it is `request.id` from then on. */
export function requestIdOf({ headers }: Pick<IncomingMessage, 'headers'>): string {
  const given = headers[REQUEST_ID];
  return typeof given === 'string' && HARMLESS.test(given) ? given : randomUUID();
}
