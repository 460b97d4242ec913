/** Who calls, and what that caller may do. */
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
