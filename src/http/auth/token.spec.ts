import { createHmac, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { errorReply } from '../error-reply.js';
import { callerOfToken, type Trust } from './token.js';
import { trustOf } from './trust.js';

const SECRET = 'a secret that only the tests know';
const now = () => Math.floor(Date.now() / 1000);
const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

const base64 = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

/** Made by hand, because no library makes tokens like these. */
function sign(header: object, payload: unknown, secret: string | Buffer = SECRET, hash = 'sha256'): string {
  const text = `${base64(header)}.${base64(payload)}`;
  return `${text}.${createHmac(hash, secret).update(text).digest('base64url')}`;
}

const token = (payload: unknown) => sign({ alg: 'HS256', typ: 'JWT' }, payload);

/** How it is refused; the caller, if it is not. */
async function outcome(text: string, more: Partial<Trust> = {}) {
  const source = {
    by: 'secret',
    secret: SECRET,
    source: 'test',
    issuer: null,
    audience: null,
    isStrict: false,
  } as const;
  try {
    return await callerOfToken(text, { ...(await trustOf(source)), ...more });
  } catch (error) {
    const { status, message } = errorReply(error);
    return `${status} ${message}`;
  }
}

const UNAUTHORIZED = '401 token is unauthorized';

describe('a token', () => {
  it('says who calls', async () => {
    const payload = { sub: 'jane', scope: 'read', pipelines: 'a*', exp: now() + 60, iat: now(), nbf: now() };
    expect(await outcome(token(payload))).toEqual({ user: 'jane', scopes: ['read'], pipelines: ['a*'] });
    expect(await outcome(token({}))).toEqual({ user: '', scopes: null, pipelines: null });
  });

  it.each([
    ['expired', { exp: now() - 60 }, '401 token is expired'],
    ['from the future', { iat: now() + 60 }, '401 token iat validation failed'],
    ['for the future', { nbf: now() + 60 }, '401 token nbf validation failed'],
  ])('is refused by name if it is %s', async (_how, payload, message) => {
    expect(await outcome(token(payload))).toBe(message);
  });

  it('may be off by a few seconds, because clocks are', async () => {
    expect(await outcome(token({ exp: now() - 2, iat: now() + 2, nbf: now() + 2 }))).toMatchObject({
      user: '',
    });
    expect(await outcome(token({ exp: now() - 6 }))).toBe('401 token is expired');
    expect(await outcome(token({ iat: now() + 9 }))).toBe('401 token iat validation failed');
    expect(await outcome(token({ nbf: now() + 9 }))).toBe('401 token nbf validation failed');
  });

  it.each<[string, unknown]>([
    ['a text as exp', { exp: String(now() + 60) }],
    ['a text as nbf', { nbf: String(now()) }],
    ['a text as iat', { iat: String(now()) }],
    ['null as exp', { exp: null }],
    ['a number as sub', { sub: 5 }],
    ['a scope that is none', { scope: 5 }],
    ['pipelines that are none', { pipelines: { '*': true } }],
    ['a claim that is misspelled', { Pipelines: ['a'] }],
    ['a list instead of claims', [{ sub: 'jane' }]],
    ['a text instead of claims', '"jane"'],
    ['null instead of claims', null],
    ['no JSON', '{sub'],
  ])('with %s is refused', async (_how, payload) => {
    expect(await outcome(token(payload))).toBe(UNAUTHORIZED);
  });

  it.each<[string, string]>([
    ['without a signature', `${base64({ alg: 'none' })}.${base64({ sub: 'jane' })}.`],
    ['with none in other letters', `${base64({ alg: 'nOnE' })}.${base64({ sub: 'jane' })}.`],
    ['without an algorithm', sign({}, {})],
    ['of another secret', sign({ alg: 'HS256' }, {}, 'another secret of that length')],
    ['of HS512', sign({ alg: 'HS512' }, {}, SECRET, 'sha512')],
    ['of HS384 by name only', sign({ alg: 'HS384' }, {})],
    ['that calls itself RS256', sign({ alg: 'RS256' }, {})],
    ['with a key of its own', sign({ alg: 'HS256', jwk: { kty: 'oct', k: base64('mine') } }, {}, 'mine')],
    ['with an unknown crit', sign({ alg: 'HS256', crit: ['x'], x: 1 }, {})],
    ['with an empty crit', sign({ alg: 'HS256', crit: [] }, {})],
    ['with b64: false', sign({ alg: 'HS256', b64: false, crit: ['b64'] }, {})],
    ['with claims that were changed', token({ sub: 'a' }).replace(/\.[^.]+\./, `.${base64({ sub: 'b' })}.`)],
    ['of two parts', token({}).split('.').slice(0, 2).join('.')],
    ['of four parts', `${token({})}.x`],
    ['of five, as if encrypted', 'a.b.c.d.e'],
    ['of nothing', '..'],
    ['of anything', 'geheim'],
  ])('%s is refused', async (_how, text) => {
    expect(await outcome(text)).toBe(UNAUTHORIZED);
  });

  it('is refused where its issuer or audience is another, or none', async () => {
    const trust = { issuer: 'https://id', audience: 'holdfast' };
    expect(await outcome(token({ iss: 'https://id', aud: ['x', 'holdfast'] }), trust)).toMatchObject({
      user: '',
    });
    for (const payload of [
      { iss: 'https://id' },
      { aud: 'holdfast' },
      { iss: 'https://id/', aud: 'holdfast' },
      { iss: ['https://id'], aud: 'holdfast' },
      { iss: 'https://id', aud: 'holdfast2' },
    ])
      expect(await outcome(token(payload), trust)).toBe(UNAUTHORIZED);
  });

  it('is refused without its limits where these are asked for', async () => {
    const strict = { isStrict: true };
    expect(await outcome(token({ sub: 'jane', scope: 'read' }), strict)).toBe(UNAUTHORIZED);
    expect(await outcome(token({ scope: 'read', pipelines: '*' }), strict)).toMatchObject({
      scopes: ['read'],
    });
  });

  it('is not believed for being signed with the public key as a secret', async () => {
    const rsa: Partial<Trust> = { algorithms: ['RS256'], key: () => publicKey };
    const spki = publicKey.export({ type: 'spki', format: 'pem' });
    for (const secret of [spki, publicKey.export({ type: 'spki', format: 'der' })])
      expect(await outcome(sign({ alg: 'HS256' }, { sub: 'jane' }, secret), rsa)).toBe(UNAUTHORIZED);
    expect(await outcome(await signedBy(privateKey), rsa)).toMatchObject({ user: 'jane' });
  });
});

async function signedBy(key: KeyObject): Promise<string> {
  const { SignJWT } = await import('jose');
  return new SignJWT({ sub: 'jane' }).setProtectedHeader({ alg: 'RS256' }).sign(key);
}
