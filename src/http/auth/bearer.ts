/** The token of a request: from its one Authorization header, and from nowhere else, since only that cannot be forged by another site. */
import type { IncomingMessage } from 'node:http';
import { unauthorized } from '../../domain/errors.js';

/** Node takes 16 KiB of headers; no provider's tokens are half as long. */
const LONGEST = 8192;

export function bearerToken({ headersDistinct }: IncomingMessage): string {
  const [header = '', ...others] = headersDistinct['authorization'] ?? [];
  // Which of them another one on the way has looked at is not to be known.
  if (others.length > 0) throw unauthorized('token is unauthorized');
  const [, token] = /^bearer +(\S.*)$/i.exec(header) ?? [];
  if (token === undefined) throw unauthorized('no token found');
  if (token.length > LONGEST) throw unauthorized('token is unauthorized');
  return token;
}
