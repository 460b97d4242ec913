/** Who calls, and what that caller may do. */
import { isPattern } from './pipeline-pattern.js';
import { isStorable } from './storable.js';

export const SCOPES = ['read', 'schedule', 'cancel'] as const;
export type Scope = (typeof SCOPES)[number];

export interface Caller {
  /** Becomes the `user` of what it schedules; "": nobody said. */
  readonly user: string;
  /** null: it may do everything. */
  readonly scopes: readonly Scope[] | null;
  /** Patterns of the pipelines that there are for it; null: all. */
  readonly pipelines: readonly string[] | null;
}

/** OpenID Connect ends a `sub` at 255. With a key beside it, this is about what an index of Postgres's has room for. */
const LONGEST_USER = 512;
export const isUser = (text: string): boolean => text.length <= LONGEST_USER && isStorable(text);

export const callerNamed = (user: string): Caller => ({ user, scopes: null, pipelines: null });

/** Where nobody is asked. */
export const ANYBODY = callerNamed('');

/** `scope` null: what only those may do who may do everything. */
export const mayDo = ({ scopes }: Caller, scope: Scope | null): boolean =>
  scopes === null || (scope !== null && scopes.includes(scope));

/** More would be a mistake, and each costs a comparison a job. */
export const MOST_PATTERNS = 100;

/** Of a token's claims; null: they are not what they should be, and then nothing of them counts. */
export function callerOf({ sub, scope, pipelines }: Readonly<Record<string, unknown>>): Caller | null {
  const user = sub === undefined ? '' : sub;
  if (typeof user !== 'string' || !isUser(user)) return null;
  const scopes = scope === undefined ? null : scopesIn(scope);
  const patterns = pipelines === undefined ? null : patternsIn(pipelines);
  return scopes === undefined || patterns === undefined ? null : { user, scopes, pipelines: patterns };
}

/** Separated by spaces, as RFC 8693 has them, or a list, as some providers do. Those of other services are passed over. */
function scopesIn(claim: unknown): readonly Scope[] | undefined {
  const words = typeof claim === 'string' ? claim.split(' ') : claim;
  return isListOfTexts(words) ? SCOPES.filter((scope) => words.includes(scope)) : undefined;
}

function patternsIn(claim: unknown): readonly string[] | undefined {
  const patterns = typeof claim === 'string' ? [claim] : claim;
  const good = isListOfTexts(patterns) && patterns.length <= MOST_PATTERNS && patterns.every(isPattern);
  return good ? patterns : undefined;
}

const isListOfTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((one) => typeof one === 'string');
