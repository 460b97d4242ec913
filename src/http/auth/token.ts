/** Whether a token is good, and whose it is; every other token leaves with one of five messages (2.2). */
import { errors, type JWTPayload, jwtVerify, type JWTVerifyGetKey } from 'jose';
import type { Caller } from '../../domain/caller.js';
import { callerOf, ClaimError, type Claims } from '../../domain/claims.js';
import { HoldfastError, unauthorized } from '../../domain/errors.js';
import { logger } from '../../telemetry/log.js';
import { Seldom } from '../../telemetry/seldom.js';

const log = logger('http');
const seldom = new Seldom();

/** Clocks differ. */
const TOLERANCE_S = 5;

export interface Trust {
  /** The only ones; a token that names another is not looked at further. */
  readonly algorithms: readonly string[];
  readonly key: JWTVerifyGetKey;
  readonly issuer: string | null;
  readonly audience: string | null;
  /** Whether a token has to have every claim that limits it. */
  readonly isStrict: boolean;
}

/** What a good token is good for. */
export interface Grant {
  readonly caller: Caller;
  /** Milliseconds since 1970 from which on it is refused; Infinity: never. */
  readonly expiresMs: number;
}

export async function callerOfToken(token: string, trust: Trust): Promise<Caller> {
  return (await grantOf(token, trust)).caller;
}

export async function grantOf(token: string, trust: Trust): Promise<Grant> {
  const payload = await verified(token, trust);
  // jose has seen that it is a number, but looks at the time only where tokens have a greatest age.
  if (payload.iat !== undefined && payload.iat > Date.now() / 1000 + TOLERANCE_S)
    throw unauthorized('token iat validation failed');
  const caller = readCaller(payload, trust);
  const { exp = Infinity } = payload;
  return { caller, expiresMs: (exp + TOLERANCE_S) * 1000 };
}

function readCaller(payload: Claims, { isStrict }: Trust): Caller {
  try {
    return callerOf(payload, isStrict);
  } catch (error) {
    if (!(error instanceof ClaimError)) throw error;
    // The token is signed, so the mistake is its issuer's, and the log is where the issuer finds it.
    const held = seldom.let(error.message);
    if (held !== null) log.warn(`a signed token is refused: ${error.message}`, { again: held });
    throw unauthorized('token is unauthorized', error);
  }
}

async function verified(token: string, { algorithms, key, issuer, audience }: Trust): Promise<JWTPayload> {
  try {
    const { payload } = await jwtVerify(token, key, {
      algorithms: [...algorithms],
      clockTolerance: TOLERANCE_S,
      ...(issuer === null ? {} : { issuer }),
      ...(audience === null ? {} : { audience }),
    });
    return payload;
  } catch (error) {
    throw refusalOf(error);
  }
}

/** Nothing of the token or of what was found in it is told; the log hears which rule it breaks. */
function refusalOf(error: unknown): unknown {
  // The provider is away: that says nothing of the token.
  if (error instanceof HoldfastError) return error;
  if (!(error instanceof errors.JOSEError)) {
    // A key that can verify nothing, which may stand in what a provider publishes: so whatever names it is not verified.
    const held = seldom.let('key');
    if (held !== null) log.warn(`a key cannot be used: ${(error as Error).message}`, { again: held });
    return unauthorized('token is unauthorized', error);
  }
  if (error instanceof errors.JWTExpired) return unauthorized('token is expired');
  if (
    error instanceof errors.JWTClaimValidationFailed &&
    error.reason === 'check_failed' &&
    error.claim === 'nbf'
  )
    return unauthorized('token nbf validation failed');
  return unauthorized('token is unauthorized', error);
}
