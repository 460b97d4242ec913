/** What the viewer may do, as far as their token says: a help to them, as it is the service that decides. */

export type Scope = 'schedule' | 'cancel';

/** Of the token's claims; null: it does not say, and then it may do everything. */
function scopesOf(given: string | null): readonly unknown[] | null {
  const claims = given === null ? null : claimsOf(given);
  if (claims === null || claims.scope === undefined) return null;
  // As RFC 8693 has them, or as some providers do.
  if (typeof claims.scope === 'string') return claims.scope.split(' ');
  return Array.isArray(claims.scope) ? claims.scope : null;
}

function claimsOf(given: string): { readonly scope?: unknown } | null {
  try {
    const payload = (given.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/');
    const claims: unknown = JSON.parse(atob(payload));
    return typeof claims === 'object' ? claims : null;
  } catch {
    return null;
  }
}

export function mayDo(given: string | null, scope: Scope): boolean {
  const scopes = scopesOf(given);
  return scopes === null || scopes.includes(scope);
}
