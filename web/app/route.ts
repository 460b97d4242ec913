/** Which page is shown: behind the #, so that every other path stays the API's; what is filtered by is part of it. */
import { useSyncExternalStore } from 'react';

export interface Route {
  /** Decoded, without empty parts. */
  readonly path: readonly string[];
  readonly query: URLSearchParams;
}

export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#/, '').split(/\?(.*)/s);
  const parts = path.split('/').filter((part) => part !== '');
  return { path: parts.map(decoded), query: new URLSearchParams(query) };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export type Params = Readonly<Record<string, string | readonly string[] | null | undefined>>;

export function href(path: readonly string[], params: Params = {}): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) {
    for (const one of [value].flat()) {
      if (one !== null && one !== undefined && one !== '') query.append(name, one);
    }
  }
  const text = query.toString();
  return `#/${path.map(encodeURIComponent).join('/')}${text === '' ? '' : `?${text}`}`;
}

/** `replace`: going back does not lead here. */
export function go(to: string, { replace = false } = {}): void {
  if (!replace) {
    window.location.hash = to;
    return;
  }
  window.history.replaceState(null, '', to);
  window.dispatchEvent(new HashChangeEvent('hashchange'));
}

function watchHash(listener: () => void): () => void {
  window.addEventListener('hashchange', listener);
  return () => {
    window.removeEventListener('hashchange', listener);
  };
}

let parsed = { hash: '', route: parseRoute('') };
function currentRoute(): Route {
  const { hash } = window.location;
  if (hash !== parsed.hash) parsed = { hash, route: parseRoute(hash) };
  return parsed.route;
}

export const useRoute = (): Route => useSyncExternalStore(watchHash, currentRoute);

export const toPipelines = () => href([]);
export const toPipeline = (name: string) => href(['pipeline', name]);
export const toJobs = (filters: Params = {}) => href(['jobs'], filters);
export const toJob = (id: string, params: Params = {}) => href(['job', id], params);
