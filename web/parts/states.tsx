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

interface Failed {
  readonly error: Error;
  readonly what: string;
  readonly again?: () => void;
  /** It is all that there is on the page. */
  readonly isPage?: boolean;
}

export function Failure({ error, what, again, isPage = false }: Failed) {
  const Heading = isPage ? 'h1' : 'h2';
  const status = error instanceof ApiError ? error.status : 0;
  return (
    <div className="state state-failed" role="alert">
      <Heading>{titleOf(status, what)}</Heading>
      <p>{reasonOf(error, status)}</p>
      {again === undefined || status === 403 || status === 404 ? null : (
        <button type="button" className="button" onClick={again}>
          Try again
        </button>
      )}
    </div>
  );
}

const titleOf = (status: number, what: string): string =>
  status === 403 ? 'You may not see this' : status === 404 ? 'It is not there' : `Could not load ${what}`;

function reasonOf(error: Error, status: number): string {
  if (!(error instanceof ApiError)) return 'The page did not understand the answer.';
  if (status === 403) return `The service refuses it: ${error.message}.`;
  return status === 404 ? `${error.message}. It may have been removed, as old ones are.` : error.message;
}
