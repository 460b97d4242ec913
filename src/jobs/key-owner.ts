/** Tells whose an idempotency key is: its user's, or, if the token names none, that of all tokens with the same limits. */
import { createHash } from 'node:crypto';
import type { Caller } from '../domain/caller.js';
import type { Ask } from '../scheduler/scheduler.js';

/**
 * Callers without a name may be anybody. With one space for all of them, a caller could learn of a job that it may not
 * see by a 409 for its key, or take the key before another caller has used it.
 */
export function askOf({ user, scopes, pipelines }: Caller, key: string, fingerprint: string): Ask {
  if (user !== '' || (scopes === null && pipelines === null)) return { user, key, fingerprint };
  const limits = JSON.stringify([scopes, pipelines && [...new Set(pipelines)].sort()]);
  // No key that a caller sends has a space, so no caller can ask for this one by its text.
  return { user, key: `${key} ${createHash('sha256').update(limits).digest('base64url')}`, fingerprint };
}
