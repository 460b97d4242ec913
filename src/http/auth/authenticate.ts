/** Who has sent a request, by the one way that is configured; throws what the answer to all others is. */
import type { FastifyRequest } from 'fastify';
import type { Authentication } from '../../config/authentication.js';
import { ANYBODY, type Caller } from '../../domain/caller.js';
import { bearerToken } from './bearer.js';
import { refuseForeignHost, refuseForeignOrigin } from './foreign.js';
import { KnownTokens } from './known-tokens.js';
import { grantOf } from './token.js';
import { arrivalOf } from '../arrival.js';
import { limitedAs } from '../caller.js';
import { trustOf } from './trust.js';
import { callerOfHeader, trustedProxies } from './user-header.js';

export interface Authenticator {
  readonly caller: (request: FastifyRequest) => Caller | Promise<Caller>;
  /** For what anybody may read, under a name that is ours. */
  readonly visitor: (request: FastifyRequest) => void;
  /** For `WWW-Authenticate`. */
  readonly challenge: string;
}

/** `origins`: web pages elsewhere that may ask. */
export async function authenticatorOf(
  authentication: Authentication,
  origins: readonly string[],
): Promise<Authenticator> {
  switch (authentication.by) {
    case 'secret':
    case 'keys': {
      const trust = await trustOf(authentication);
      const tokens = new KnownTokens((token) => grantOf(token, trust));
      const caller = (request: FastifyRequest) =>
        tokens.caller(bearerToken(request.raw), limitedAs(arrivalOf(request).address));
      return { challenge: 'Bearer', caller, visitor: () => undefined };
    }
    case 'header': {
      const isTrusted = trustedProxies(authentication.proxies);
      const caller = (request: FastifyRequest) => {
        const { peer } = arrivalOf(request);
        const found = callerOfHeader(request.raw, peer, authentication.header, isTrusted);
        // The gateway may know its callers by a cookie, which a browser sends along for any page.
        refuseForeignOrigin(request, origins);
        return found;
      };
      return { challenge: 'Gateway', caller, visitor: () => undefined };
    }
    case 'nobody': {
      const visitor = (request: FastifyRequest) => {
        if (authentication.hosts !== null) refuseForeignHost(request, authentication.hosts);
        refuseForeignOrigin(request, origins);
      };
      const caller = (request: FastifyRequest) => {
        visitor(request);
        return ANYBODY;
      };
      return { challenge: 'Bearer', caller, visitor };
    }
  }
}
