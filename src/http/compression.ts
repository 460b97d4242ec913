/**
 * Answers of some size are compressed for who accepts it, streamed ones while they are sent. Streams of events are not:
 * each event has to leave at once. No danger of BREACH: no answer of such a size repeats what its request says.
 */
import { pipeline, Readable, type Transform } from 'node:stream';
import { promisify } from 'node:util';
import { brotliCompress, constants, createBrotliCompress, createGzip, gzip } from 'node:zlib';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { type Encoding, encodingFor } from './accept-encoding.js';

/** Below, it costs more than it saves. */
const LEAST_BYTES = 1024;
const TYPES = /^(application\/(json|javascript|yaml|x-yaml)|text\/(?!event-stream)|image\/svg\+xml)\b/;

const GZIP = { level: 5 };
/** Brotli's own defaults take a hundred times as long, and 16 MiB of memory for each answer under way. */
const BROTLI = {
  params: { [constants.BROTLI_PARAM_QUALITY]: 4, [constants.BROTLI_PARAM_LGWIN]: 18 },
};

const whole = {
  gzip: (bytes: Uint8Array) => promisify(gzip)(bytes, GZIP),
  br: (bytes: Uint8Array) => promisify(brotliCompress)(bytes, BROTLI),
};
const streamed: Readonly<Record<Encoding, () => Transform>> = {
  gzip: () => createGzip(GZIP),
  br: () => createBrotliCompress(BROTLI),
};

export function compressAnswers(fastify: FastifyInstance): void {
  fastify.addHook('onSend', async (request, reply, payload) => {
    const encoding = encodingFor(request.headers['accept-encoding']);
    // Of nothing that is sent by HEAD: the length of what GET would send is in the headers already, or in `payload`.
    if (encoding === null || request.method === 'HEAD' || !isCompressible(reply)) return payload;
    return compressed(reply, payload, encoding);
  });
}

async function compressed(reply: FastifyReply, payload: unknown, encoding: Encoding): Promise<unknown> {
  if (typeof payload === 'string' || payload instanceof Uint8Array) {
    const bytes = typeof payload === 'string' ? Buffer.from(payload) : payload;
    if (bytes.length < LEAST_BYTES) return payload;
    encodedAs(reply, encoding);
    return whole[encoding](bytes);
  }
  return payload instanceof Readable ? compressStream(reply, payload, encoding) : payload;
}

function isCompressible(reply: FastifyReply): boolean {
  return (
    TYPES.test(String(reply.getHeader('content-type'))) &&
    reply.getHeader('content-encoding') === undefined &&
    // A part of something has its place in that, not in what it is compressed to.
    reply.getHeader('content-range') === undefined
  );
}

/** Not the very bytes any more that a strong tag is of. */
function encodedAs(reply: FastifyReply, encoding: Encoding): void {
  const tag = reply.getHeader('etag');
  if (typeof tag === 'string' && tag.startsWith('"')) void reply.header('etag', `W/${tag}`);
  void reply
    .header('content-encoding', encoding)
    .removeHeader('content-length')
    .removeHeader('accept-ranges');
}

/** Its beginning is waited for, which tells whether it is worth it. */
async function compressStream(reply: FastifyReply, source: Readable, encoding: Encoding) {
  const beginning = await beginningOf(source);
  if (beginning.ended && beginning.bytes.length < LEAST_BYTES) return beginning.bytes;
  encodedAs(reply, encoding);
  const encoder = streamed[encoding]();
  // An error on either side is the other's, too: the connection is cut, and nothing looks complete that is not.
  pipeline(beginning.all, encoder, () => undefined);
  return encoder;
}

interface Beginning {
  readonly bytes: Buffer;
  /** Whether that is all. */
  readonly ended: boolean;
  /** `bytes` and what follows them. */
  readonly all: AsyncGenerator<Uint8Array>;
}

async function beginningOf(source: Readable): Promise<Beginning> {
  const chunks = source[Symbol.asyncIterator]() as AsyncIterator<Uint8Array, undefined>;
  const first: Buffer[] = [];
  let [size, ended] = [0, false];
  let failure: unknown = null;
  while (size < LEAST_BYTES && !ended) {
    try {
      const next = await chunks.next();
      ended = next.done === true;
      if (next.done !== true) first.push(Buffer.from(next.value));
      size += next.value?.length ?? 0;
    } catch (error) {
      failure = error;
      break;
    }
  }
  const bytes = Buffer.concat(first);
  const all = async function* () {
    yield bytes;
    if (failure !== null) throw failure as Error;
    yield* { [Symbol.asyncIterator]: () => chunks };
  };
  return { bytes, ended, all: all() };
}
