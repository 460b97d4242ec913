/** What is shown where there is nothing, nothing yet, or something went wrong. */
import type { ReactNode } from 'react';
import { ApiError } from '../api/client.js';

export function Loading({ what }: { what: string }) {
  return (
    <div className="state-loading" role="status">
      <span className="visually-hidden">Loading {what}…</span>
      <i aria-hidden="true" />
      <i aria-hidden="true" />
      <i aria-hidden="true" />
    </div>
  );
}

export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="state">
      <h2>{title}</h2>
      {children}
    </div>
  );
}

export function Failure({ error, what, again }: { error: Error; what: string; again?: () => void }) {
  const status = error instanceof ApiError ? error.status : 0;
  return (
    <div className="state state-failed" role="alert">
      <h2>{status === 403 ? 'You may not see this' : `Could not load ${what}`}</h2>
      <p>{reasonOf(error, status)}</p>
      {again === undefined || status === 403 ? null : (
        <button type="button" className="button" onClick={again}>
          Try again
        </button>
      )}
    </div>
  );
}

function reasonOf(error: Error, status: number): string {
  if (!(error instanceof ApiError)) return 'The page did not understand the answer.';
  return status === 403 ? `The service refuses it: ${error.message}.` : error.message;
}
