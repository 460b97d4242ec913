import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SignJWT } from 'jose';
import { readKeyFile } from './key-file.js';
import { callerOfToken } from './token.js';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const pem = (key: KeyObject) => key.export({ type: 'spki', format: 'pem' }) as string;
const jwk = (key: KeyObject, more = {}) => ({ ...key.export({ format: 'jwk' }), ...more });

function file(content: string | object): string {
  const path = join(mkdtempSync(join(tmpdir(), 'holdfast-key-')), 'key');
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

async function user(path: string, key: KeyObject, header: { alg: string; kid?: string }): Promise<string> {
  const token = await new SignJWT({ sub: 'jane' }).setProtectedHeader(header).sign(key);
  const trust = { ...(await readKeyFile(path)), issuer: null, audience: null, isStrict: false };
  return callerOfToken(token, trust).then(
    (caller) => caller.user,
    (error: unknown) => (error as Error).message,
  );
}

describe('a key file', () => {
  it('is PEM or a JWK of one key, whatever the token calls it', async () => {
    for (const one of [file(pem(rsa.publicKey)), file(jwk(rsa.publicKey, { kid: 'a' }))])
      expect(await user(one, rsa.privateKey, { alg: 'RS256', kid: 'b' })).toBe('jane');
    const pkcs1 = rsa.publicKey.export({ type: 'pkcs1', format: 'pem' }) as string;
    expect(await user(file(pkcs1), rsa.privateKey, { alg: 'RS256' })).toBe('jane');
    expect(await user(file(pem(ec.publicKey)), ec.privateKey, { alg: 'ES256' })).toBe('jane');
  });

  it('of one key knows that key’s one algorithm', async () => {
    expect((await readKeyFile(file(pem(rsa.publicKey)))).algorithms).toEqual(['RS256']);
    expect((await readKeyFile(file(pem(ec.publicKey)))).algorithms).toEqual(['ES256']);
    const refused = await user(file(pem(rsa.publicKey)), rsa.privateKey, { alg: 'PS256' });
    expect(refused).toBe('token is unauthorized');
  });

  it('is a JWKS of several keys, told apart by their ids', async () => {
    const path = file({ keys: [jwk(rsa.publicKey, { kid: 'a' }), jwk(ec.publicKey, { kid: 'b' })] });
    expect(await user(path, ec.privateKey, { alg: 'ES256', kid: 'b' })).toBe('jane');
    expect(await user(path, rsa.privateKey, { alg: 'RS256', kid: 'a' })).toBe('jane');
    expect(await user(path, rsa.privateKey, { alg: 'RS256', kid: 'c' })).toBe('token is unauthorized');
  });

  const small = generateKeyPairSync('rsa', { modulusLength: 1024 });
  const other = generateKeyPairSync('ec', { namedCurve: 'P-384' });
  it.each<[string, string | object, RegExp]>([
    ['a private PEM', rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }), /a private key/],
    ['a private JWK', jwk(ec.privateKey), /a private key/],
    ['a private key among others', { keys: [jwk(ec.publicKey), jwk(rsa.privateKey)] }, /a private key/],
    ['a shared secret', { kty: 'oct', k: 'c2VjcmV0' }, /a private key/],
    ['no key', { keys: [] }, /no key/],
    ['a list that is none', { keys: 'x' }, /no public key/],
    ['a key that is none', { keys: [null] }, /no public key/],
    ['a short key', pem(small.publicKey), /2048 bits/],
    ['a key of another curve', pem(other.publicKey), /P-256/],
    ['nothing', '', /no public key/],
    ['half of something', '{"keys":', /no JSON/],
  ])('with %s is a start error', async (_what, content, message) => {
    const problem = /^HOLDFAST_JWT_KEY_FILE: expected public keys as PEM, JWK or JWKS; /;
    await expect(readKeyFile(file(content))).rejects.toThrow(problem);
    await expect(readKeyFile(file(content))).rejects.toThrow(message);
  });

  it('that is not there is a start error', async () => {
    await expect(readKeyFile('/nowhere/at/all')).rejects.toThrow(/ENOENT/);
  });
});
