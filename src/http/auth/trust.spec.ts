import { createSign, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { SignJWT } from 'jose';
import { errorReply } from '../error-reply.js';
import { EndlessServer } from '../../../test/support/endless.js';
import { until } from '../../../test/support/wait.js';
import { callerOfToken } from './token.js';
import { MAX_KEYS_BYTES, remoteKeys } from './trust.js';

/** As in production, but an unknown key makes us ask again at once. */
const LIMITS = { timeoutDuration: 2_000, cacheMaxAge: 600_000, cooldownDuration: 0 };

const pair = (kid: string) => ({ kid, ...generateKeyPairSync('ec', { namedCurve: 'P-256' }) });
type Pair = ReturnType<typeof pair>;
const [first, second] = [pair('first'), pair('second')];
const rsa = { kid: 'rsa', ...generateKeyPairSync('rsa', { modulusLength: 2048 }) };

const jwks = (...pairs: { kid: string; publicKey: KeyObject }[]) =>
  JSON.stringify({
    keys: pairs.map(({ kid, publicKey }) => ({ ...publicKey.export({ format: 'jwk' }), kid })),
  });

const sign = ({ kid, privateKey }: Pair, alg = 'ES256') =>
  new SignJWT({ sub: 'jane' }).setProtectedHeader({ alg, kid }).sign(privateKey);

const servers: Server[] = [];
afterAll(() => {
  for (const server of servers) server.close().closeAllConnections();
});

async function provider(listener: RequestListener): Promise<URL> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`);
}

const trusting = (url: URL, limits = LIMITS) => {
  const trust = { ...remoteKeys(url, limits), issuer: null, audience: null, isStrict: false };
  return async (token: string) => {
    try {
      return (await callerOfToken(token, trust)).user;
    } catch (error) {
      const { status, message } = errorReply(error);
      return `${status} ${message}`;
    }
  };
};

const AWAY = '503 Identity provider is not available';

describe('keys of an identity provider', () => {
  it('let in whom it has signed for, by RSA and by curve, and are asked for once', async () => {
    let asked = 0;
    const url = await provider((_request, response) => {
      asked += 1;
      response.end(jwks(first, rsa));
    });
    const user = trusting(url);
    expect(await user(await sign(first))).toBe('jane');
    expect(await user(await sign(rsa, 'RS256'))).toBe('jane');
    expect(asked).toBe(1);
  });

  it('are asked for again when a token names a new one, and an old one that is gone counts no more', async () => {
    let keys = jwks(first);
    const user = trusting(await provider((_request, response) => response.end(keys)));
    expect(await user(await sign(first))).toBe('jane');
    keys = jwks(second);
    expect(await user(await sign(second))).toBe('jane');
    expect(await user(await sign(first))).toBe('401 token is unauthorized');
  });

  it('let nobody in by a key that is unknown, of another algorithm, or of somebody else', async () => {
    const user = trusting(await provider((_request, response) => response.end(jwks(first, rsa))));
    expect(await user(await sign(second))).toBe('401 token is unauthorized');
    expect(await user(await sign({ ...second, kid: 'first' }))).toBe('401 token is unauthorized');
    expect(await user(await sign(rsa, 'PS256'))).toBe('401 token is unauthorized');
  });

  it('refuse whoever names one that can verify nothing, though the provider has it', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
    const weak = { kid: 'weak', publicKey };
    const user = trusting(await provider((_request, response) => response.end(jwks(first, weak))));
    const text = ['{"alg":"RS256","kid":"weak"}', '{"sub":"jane"}']
      .map((part) => Buffer.from(part).toString('base64url'))
      .join('.');
    const signature = createSign('sha256').update(text).sign(privateKey, 'base64url');
    expect(await user(`${text}.${signature}`)).toBe('401 token is unauthorized');
    expect(await user(await sign(first))).toBe('jane');
  });

  it.each<[string, RequestListener]>([
    ['has an error', (_request, response) => response.writeHead(500).end()],
    ['knows no such address', (_request, response) => response.writeHead(404).end('{"keys":[]}')],
    ['sends us elsewhere', (_request, response) => response.writeHead(302, { location: 'http://a/' }).end()],
    ['answers no JSON', (_request, response) => response.end('<html>')],
    ['answers no keys', (_request, response) => response.end('{"keys":"none"}')],
    ['hangs up', (request) => request.socket.destroy()],
  ])('say nothing of a token when the provider %s', async (_how, listener) => {
    expect(await trusting(await provider(listener))(await sign(first))).toBe(AWAY);
  });

  it.each([200, 500])('are cut off after 1 MiB of an answer without end, with status %d', async (status) => {
    const endless = await EndlessServer.open({ status });
    const user = trusting(new URL(endless.url), { ...LIMITS, timeoutDuration: 60_000 });
    expect(await user(await sign(first))).toBe(AWAY);
    await until('the connection is closed', () => endless.closedConnections === 1);
    // Two sockets' buffers on the way hold what was sent, and not read.
    expect(endless.sent).toBeLessThan(16 * MAX_KEYS_BYTES);
    endless.close();
  });

  it('may take 1 MiB, compressed or not, and no byte more of what they are decompressed to', async () => {
    let bytes = MAX_KEYS_BYTES;
    const user = trusting(
      await provider((_request, response) => {
        response.writeHead(200, { 'content-encoding': 'gzip' });
        response.end(gzipSync(jwks(first).padEnd(bytes)));
      }),
      { ...LIMITS, cacheMaxAge: 0 },
    );
    expect(await user(await sign(first))).toBe('jane');
    bytes += 1;
    expect(await user(await sign(first))).toBe(AWAY);
  });

  it('say nothing of a token when the provider does not answer in time', async () => {
    const user = trusting(await provider(() => undefined), { ...LIMITS, timeoutDuration: 50 });
    expect(await user(await sign(first))).toBe(AWAY);
  });

  it('that are known go on to count while the provider is away; that it was is not remembered', async () => {
    let away = false;
    const user = trusting(
      await provider((_request, response) => {
        if (away) response.writeHead(503).end();
        else response.end(jwks(first, second));
      }),
    );
    away = true;
    expect(await user(await sign(first))).toBe(AWAY);
    away = false;
    expect(await user(await sign(first))).toBe('jane');
    away = true;
    expect(await user(await sign(second))).toBe('jane');
  });

  it('are not asked for tokens that can never be good', async () => {
    let asked = 0;
    const user = trusting(
      await provider((_request, response) => {
        asked += 1;
        response.end(jwks(first));
      }),
    );
    const none = `${Buffer.from('{"alg":"none"}').toString('base64url')}.e30.`;
    expect([await user(none), await user('x.y.z'), asked]).toEqual([
      '401 token is unauthorized',
      '401 token is unauthorized',
      0,
    ]);
  });
});
