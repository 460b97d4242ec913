/** How the settings that say who may call are read. */
import { Expected } from './expected.js';
import { isLoopback } from './loopback.js';

/** prunner's limit. */
export const SHORTEST_SECRET = 16;

/** Spaces around it are part of it, and no reason to call it long. */
export const isSecret = (text: string): boolean => text.trim().length >= SHORTEST_SECRET;

export function jwtSecret(text: string): string {
  if (!isSecret(text)) throw new Expected(`at least ${SHORTEST_SECRET} characters`);
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

/** A user is kept and shown with every job, and these are more than a name: what they hold lets in whoever reads it. */
const SECRET_HEADERS = /^(authorization|proxy-authorization|cookie|set-cookie|x-api-key)$/;

export function headerName(text: string): string {
  if (!/^[A-Za-z0-9-]{1,100}$/.test(text)) throw new Expected('a name of letters, digits and dashes');
  const name = text.toLowerCase();
  if (SECRET_HEADERS.test(name))
    throw new Expected('a header that holds a name and no secret, such as X-Forwarded-User');
  return name;
}

export function hostNames(text: string): readonly string[] {
  const names = text.split(',').map((name) => name.trim().toLowerCase());
  if (!names.every((name) => /^([a-z0-9._-]{1,253}|\[[0-9a-f:.]{2,45}\])$/.test(name)))
    throw new Expected('names without ports, such as jobs.internal,10.0.0.7');
  return Object.freeze(names);
}
