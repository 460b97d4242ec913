/** The page at /, which holds no data and asks the API for all: a closed set of files, read once. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { RouteRights } from '../jobs/allows.js';
import { isNamedIn } from '../jobs/unchanged.js';
import { refuse } from './refuse.js';

const FOLDER = fileURLToPath(new URL('../web/', import.meta.url));

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** Nothing inline, nothing from elsewhere, nothing made of text, no frame around it, no form that leaves. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

const HEADERS = {
  'content-security-policy': POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
};

/** Readable without a token, but only under the names that the API is asked by. */
const config: RouteRights = { allows: 'visitor' };

interface PageFile {
  readonly bytes: Buffer;
  readonly type: string;
  /** Weak, because the bytes may be compressed, here or by a gateway. */
  readonly tag: string;
}

export function servePage(fastify: FastifyInstance, basePath: string | null, folder = FOLDER): void {
  if (!existsSync(join(folder, 'index.html'))) return;
  const first = fileAt(join(folder, 'index.html'));
  const assets = new Map(
    readdirSync(join(folder, 'assets')).map((name) => [name, fileAt(join(folder, 'assets', name))] as const),
  );
  fastify.get('/', { config }, (request, reply) => {
    // What the page loads is named relative to it.
    const [path, query] = request.originalUrl.split('?');
    if (path === basePath)
      return reply.redirect(`${basePath}/${query === undefined ? '' : `?${query}`}`, 308);
    return send(reply, first, request.headers['if-none-match'], 'no-cache');
  });
  fastify.get<{ Params: { name: string } }>('/assets/:name', { config }, (request, reply) => {
    const file = assets.get(request.params.name);
    if (file === undefined) return refuse(reply, 404, 'Not found');
    // Its name says what is in it.
    return send(reply, file, request.headers['if-none-match'], 'public, max-age=31536000, immutable');
  });
}

function fileAt(path: string): PageFile {
  const bytes = readFileSync(path);
  const tag = `W/"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`;
  return { bytes, type: TYPES[extname(path)] ?? 'application/octet-stream', tag };
}

function send(reply: FastifyReply, { bytes, type, tag }: PageFile, known: string | undefined, kept: string) {
  void reply.headers({ ...HEADERS, etag: tag, 'cache-control': kept, 'content-type': type });
  if (known !== undefined && isNamedIn(known, tag)) return reply.code(304).send();
  return reply.send(bytes);
}
