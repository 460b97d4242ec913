/** Tokens that a service with this secret takes. */
import { SignJWT } from 'jose';

export const SECRET = 'a secret of more than sixteen';

export const tokenOf = (claims: Record<string, unknown>): Promise<string> =>
  new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode(SECRET));

/** As a request has it. */
export const bearer = async (claims: Record<string, unknown>): Promise<Record<string, string>> => ({
  authorization: `Bearer ${await tokenOf(claims)}`,
});
