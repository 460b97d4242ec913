/** Reads the claims of a verified token: who calls, and what that caller may do. Fails closed. */
import { type Caller, isUser, type Scope, SCOPES } from './caller.js';
import { isMisspelling } from './nearest.js';
import { isPattern } from './pipeline-pattern.js';

export type Claims = Readonly<Record<string, unknown>>;

/** Says what is wrong with the claims. For logs: the caller is told only that the token is unauthorized. */
export class ClaimError extends Error {}

/** More would be a mistake, and each costs a comparison a job. */
export const MAX_PATTERNS = 100;

/** Claims without which a token may do everything, or see everything. */
const LIMITING = ['scope', 'pipelines'] as const;
const KNOWN = ['sub', ...LIMITING];

const NAME_SHOWN = 60;

/** `isStrict`: a token has to have every claim that limits it. Throws a `ClaimError`, and then no claim counts. */
export function callerOf(claims: Claims, isStrict = false): Caller {
  refuseMisspellings(claims);
  const missing = LIMITING.find((name) => claims[name] === undefined);
  if (isStrict && missing !== undefined) throw new ClaimError(`the claim ${missing} is missing`);
  const { sub, scope, pipelines } = claims;
  return {
    user: sub === undefined ? '' : userIn(sub),
    scopes: scope === undefined ? null : scopesIn(scope),
    pipelines: pipelines === undefined ? null : patternsIn(pipelines),
  };
}

/**
 * Without a claim a token may do more, so a claim that only looks like it must not count as its absence. A name that
 * stands beside the right one is another claim: providers add many of their own.
 */
function refuseMisspellings(claims: Claims): void {
  for (const known of KNOWN) {
    if (claims[known] !== undefined) continue;
    const name = Object.keys(claims).find((one) => isMisspelling(one, known));
    if (name !== undefined)
      throw new ClaimError(`the claim ${JSON.stringify(name.slice(0, NAME_SHOWN))} looks like ${known}`);
  }
}

function userIn(claim: unknown): string {
  if (typeof claim !== 'string' || !isUser(claim)) throw new ClaimError('the claim sub is no user');
  return claim;
}

/** Separated by spaces, as in RFC 8693, or a list, as some providers have it. Scopes of other services are ignored. */
function scopesIn(claim: unknown): readonly Scope[] {
  const words = typeof claim === 'string' ? claim.split(' ') : claim;
  if (!isListOfTexts(words)) throw new ClaimError('the claim scope is no list of scopes');
  return SCOPES.filter((scope) => words.includes(scope));
}

function patternsIn(claim: unknown): readonly string[] {
  const patterns = typeof claim === 'string' ? [claim] : claim;
  if (!isListOfTexts(patterns) || patterns.length > MAX_PATTERNS || !patterns.every(isPattern))
    throw new ClaimError('the claim pipelines is no list of patterns');
  return patterns;
}

const isListOfTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((one) => typeof one === 'string');
