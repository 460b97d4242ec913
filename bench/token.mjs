// Tokens of the measurements.
import { Buffer } from 'node:buffer';
import { SignJWT } from 'jose';

export const SECRET = 'a secret of the measurements';

export const tokenOf = (claims) =>
  new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(Buffer.from(SECRET));
