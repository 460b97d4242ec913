import type { FastifyInstance } from 'fastify';
import { type Caller, callerNamed, type Scope } from '../../domain/caller.js';
import type { RouteRights } from '../../jobs/allows.js';
import type { CalledRequest } from '../../jobs/by.js';
import { fastifyAdapter } from '../fastify.js';
import { answerUnknown } from '../unknown.js';
import { authenticatorOf } from './authenticate.js';
import { guardDoor } from './door.js';

const SCOPES_HEADER = 'x-scopes';

function server(rateLimit = 0): FastifyInstance {
  const settings = { basePath: null, trustedProxies: [], corsOrigins: [], rateLimit };
  return fastifyAdapter(settings).adapter.getInstance();
}

/** A door at which callers say themselves what they may do. */
function open(): FastifyInstance {
  const fastify = server();
  answerUnknown(fastify);
  guardDoor(fastify, {
    challenge: 'Test',
    visitor: () => undefined,
    caller: ({ headers }): Caller => {
      const scopes = headers[SCOPES_HEADER] as string | undefined;
      return { ...callerNamed('jane'), scopes: scopes === undefined ? null : (scopes.split(' ') as Scope[]) };
    },
  });
  const config: RouteRights = { allows: 'read' };
  fastify.get('/read', { config }, (request) => (request as CalledRequest).caller?.user);
  fastify.get('/unsaid', () => 'unsaid');
  return fastify;
}

const status = async (fastify: FastifyInstance, url: string, headers = {}, method: 'GET' | 'HEAD' = 'GET') =>
  (await fastify.inject({ method, url, headers })).statusCode;

describe('the door', () => {
  let listening: FastifyInstance | undefined;
  afterEach(async () => {
    listening?.server.closeAllConnections();
    await listening?.close();
    listening = undefined;
  });

  test('lets a caller in whose scopes have what the route allows, by HEAD as well, and hands it on', async () => {
    const fastify = open();
    expect((await fastify.inject({ url: '/read', headers: { [SCOPES_HEADER]: 'read' } })).body).toBe('jane');
    for (const method of ['GET', 'HEAD'] as const)
      expect(await status(fastify, '/read', { [SCOPES_HEADER]: 'cancel' }, method)).toBe(403);
  });

  test('opens a route that says nothing to those alone who may do everything', async () => {
    const fastify = open();
    expect(await status(fastify, '/unsaid')).toBe(200);
    expect(await status(fastify, '/unsaid', { [SCOPES_HEADER]: 'read schedule cancel' })).toBe(403);
  });

  test('refuses before a body is read', async () => {
    const fastify = server();
    const by = {
      by: 'secret',
      secret: 'x'.repeat(16),
      source: 'test',
      issuer: null,
      audience: null,
      isStrict: false,
    } as const;
    guardDoor(fastify, await authenticatorOf(by, []));
    fastify.post('/', () => 'in');
    listening = fastify;
    const url = await fastify.listen({ host: '127.0.0.1', port: 0 });
    const answer = await fetch(url, { method: 'POST', body: 'x'.repeat(2 * 1024 * 1024) });
    expect([answer.status, answer.headers.get('www-authenticate'), await answer.json()]).toEqual([
      401,
      'Bearer',
      { error: 'no token found' },
    ]);
  });

  test('answers what is unknown as before, and fails closed when it fails itself', async () => {
    const fastify = server();
    answerUnknown(fastify);
    guardDoor(fastify, {
      challenge: 'Test',
      visitor: () => undefined,
      caller: () => Promise.reject(new TypeError('geheim')),
    });
    fastify.get('/read', () => 'in');
    expect(await status(fastify, '/unknown')).toBe(404);
    const answer = await fastify.inject({ url: '/read' });
    expect([answer.statusCode, answer.body]).toEqual([500, '{"error":"Internal server error"}']);
  });
});
