/** Public keys in a file: PEM, one JWK, or a JWKS. Read once, at the start. */
import { createPublicKey, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createLocalJWKSet, type JSONWebKeySet, type JWK, type JWTVerifyGetKey } from 'jose';
import { ConfigError } from '../../config/config.js';
import type { Trust } from './token.js';

type Keys = Pick<Trust, 'algorithms' | 'key'>;

const SHORTEST_RSA = 2048;

export async function readKeyFile(file: string): Promise<Keys> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw wrong((error as Error).message);
  });
  return keysIn(text);
}

function keysIn(text: string): Keys {
  // Whoever can read the service's files could then sign as anybody.
  if (text.includes('PRIVATE KEY')) throw wrong('it holds a private key; only the public one belongs here');
  if (!text.trimStart().startsWith('{')) return oneKey(publicKey(() => createPublicKey(text)));
  const json = parsed(text);
  const keys = Array.isArray(json['keys']) ? (json['keys'] as unknown[]) : [json];
  const checked = keys.map((one) => publicJwk((one ?? {}) as JWK));
  return 'keys' in json
    ? severalKeys(json as unknown as JSONWebKeySet, checked)
    : oneKey(checked[0] as KeyObject);
}

/** Its algorithm is the one that fits it, and no other. */
function oneKey(key: KeyObject): Keys {
  return { algorithms: [algorithmOf(key)], key: () => key };
}

function severalKeys(jwks: JSONWebKeySet, keys: readonly KeyObject[]): Keys {
  if (keys.length === 0) throw wrong('it holds no key');
  const key: JWTVerifyGetKey = createLocalJWKSet(jwks);
  return { algorithms: [...new Set(keys.map(algorithmOf))], key };
}

function parsed(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    throw wrong('it is no JSON');
  }
}

function publicJwk(jwk: JWK): KeyObject {
  if (jwk.d !== undefined || jwk.k !== undefined)
    throw wrong('it holds a private key; only the public one belongs here');
  return publicKey(() => createPublicKey({ key: jwk, format: 'jwk' }));
}

function publicKey(read: () => KeyObject): KeyObject {
  try {
    return read();
  } catch {
    throw wrong('it holds no public key');
  }
}

function algorithmOf({ asymmetricKeyType: type, asymmetricKeyDetails: details }: KeyObject): string {
  if (type === 'rsa' && (details?.modulusLength ?? 0) >= SHORTEST_RSA) return 'RS256';
  if (type === 'ec' && details?.namedCurve === 'prime256v1') return 'ES256';
  throw wrong(`a key is neither RSA with at least ${SHORTEST_RSA} bits nor of the curve P-256`);
}

const wrong = (problem: string) =>
  new ConfigError([`HOLDFAST_JWT_KEY_FILE: expected public keys as PEM, JWK or JWKS; ${problem}`]);
