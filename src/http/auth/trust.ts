/** Which tokens are trusted: the keys that have signed them and the algorithms that go with those. */
import { webcrypto } from 'node:crypto';
import {
  createRemoteJWKSet,
  customFetch,
  errors,
  type FetchImplementation,
  type JWTVerifyGetKey,
} from 'jose';
import type { Authentication } from '../../config/authentication.js';
import { readBounded } from '../../domain/bounded-body.js';
import { providerUnavailable } from '../../domain/errors.js';
import { logger } from '../../telemetry/log.js';
import { Seldom } from '../../telemetry/seldom.js';
import { readKeyFile } from './key-file.js';
import type { Trust } from './token.js';

const log = logger('http');
/** While the provider is away, every token finds that out. */
const seldom = new Seldom();

/** For the provider to answer; how long its keys are kept; how soon an unknown key makes us ask again. */
const PROVIDER = { timeoutDuration: 5_000, cacheMaxAge: 600_000, cooldownDuration: 30_000 };

export type ByToken = Extract<Authentication, { by: 'secret' | 'keys' }>;

export async function trustOf(authentication: ByToken): Promise<Trust> {
  const { issuer, audience, isStrict } = authentication;
  if (authentication.by === 'secret') {
    const secret = await hmacKey(authentication.secret);
    return { algorithms: ['HS256'], key: () => secret, issuer, audience, isStrict };
  }
  const { from } = authentication;
  const { algorithms, key } = 'url' in from ? remoteKeys(new URL(from.url)) : await readKeyFile(from.file);
  return { algorithms, key, issuer, audience, isStrict };
}

const hmacKey = (secret: string) =>
  webcrypto.subtle.importKey(
    'raw',
    new TextEncoder().encode(secret),
    { name: 'HMAC', hash: 'SHA-256' },
    false,
    ['verify'],
  );

/** Without the provider, a token whose key is not here can be neither accepted nor refused: 503, and the next one asks again. */
export function remoteKeys(url: URL, limits = PROVIDER): Pick<Trust, 'algorithms' | 'key'> {
  const keys = createRemoteJWKSet(url, { ...limits, [customFetch]: fetchKeys });
  const key: JWTVerifyGetKey = async (header, token) => {
    try {
      return await keys(header, token);
    } catch (error) {
      if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys)
        throw error;
      const held = seldom.let(url.href);
      // Of the address, what can hold no secret.
      if (held !== null)
        log.warn(`the provider's keys at ${url.origin}${url.pathname} cannot be had: ${reasonOf(error)}`, {
          again: held,
        });
      throw providerUnavailable();
    }
  };
  return { algorithms: ['RS256', 'ES256'], key };
}

/** Bounds an answer of an identity provider, whose keys take a few KiB. */
export const MAX_KEYS_BYTES = 1024 * 1024;

/** jose itself tells no status, and reads an answer however long it is. */
const fetchKeys: FetchImplementation = async (address, options) => {
  const { status, body } = await fetch(address, options);
  if (status === 200) return new Response(await readBounded(body, MAX_KEYS_BYTES));
  await body?.cancel();
  throw new Error(`it answers ${status}`);
};

/** `fetch failed` says nothing; its cause does. */
function reasonOf(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error ? `${message}: ${cause.message}` : message;
}
