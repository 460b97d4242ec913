/** Who looks at the page: the token that they gave, for this tab only, and whether the API asks for one. */
import { signal } from './signal.js';

const KEY = 'holdfast.token';

/** `gateway`: it is a gateway that has to say who calls, so there is nothing to be typed in here. */
export interface Refusal {
  readonly by: 'token' | 'gateway';
  readonly message: string;
}

export const refusal = signal<Refusal | null>(null);
export const token = signal<string | null>(sessionStorage.getItem(KEY));

export function signIn(given: string): void {
  // As it is copied from where tokens are shown.
  const bare = given.trim().replace(/^bearer\s+/i, '');
  sessionStorage.setItem(KEY, bare);
  token.set(bare);
  refusal.set(null);
}

export function signOut(): void {
  sessionStorage.removeItem(KEY);
  token.set(null);
}

/** Of an answer with 401; `WWW-Authenticate` says by whom the caller has to be named. */
export function refuse(message: string, challenge: string | null): void {
  refusal.set({ by: challenge === 'Gateway' ? 'gateway' : 'token', message });
}
