/** How the settings that say who may call are read. */
import { Expected } from './expected.js';
import { isLoopback } from './loopback.js';

/** prunner's limit. */
export const SHORTEST_SECRET = 16;

export function jwtSecret(text: string): string {
  if (text.length < SHORTEST_SECRET) throw new Expected(`at least ${SHORTEST_SECRET} characters`);
  return text;
}

/** Whoever could answer in its place could let in anybody, so it is not asked in the clear. */
export function jwksUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  const safe = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname));
  if (url === null || !safe || url.username !== '' || url.password !== '')
    throw new Expected('an https address without a password, such as https://id.example.com/jwks.json');
  return url.href;
}

export function headerName(text: string): string {
  if (!/^[A-Za-z0-9-]{1,100}$/.test(text)) throw new Expected('a name of letters, digits and dashes');
  return text.toLowerCase();
}

export function hostNames(text: string): readonly string[] {
  const names = text.split(',').map((name) => name.trim().toLowerCase());
  if (!names.every((name) => /^([a-z0-9._-]{1,253}|\[[0-9a-f:.]{2,45}\])$/.test(name)))
    throw new Expected('names without ports, such as jobs.internal,10.0.0.7');
  return Object.freeze(names);
}
