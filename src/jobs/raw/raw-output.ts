/** A stream of a task's output as it was written, whole or a part of it, sent while it is read. */
import { StreamableFile } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { Queryable } from '../../database/pool.js';
import { type ByteRange, wantedBytes } from '../../domain/byte-range.js';
import { noSuchRange, outputNotKept } from '../../domain/errors.js';
import type { Stream } from '../../executor/executor.js';
import { type OutputKey, readSize } from '../../logs/output.sql.js';
import { piecesFrom } from '../../logs/pieces.js';
import { begun } from '../begun.js';
import { contentDisposition } from './file-name.js';

/** For a browser that takes it for a page in spite of its type. */
const NOTHING = "default-src 'none'; sandbox; frame-ancestors 'none'";

export interface RawOutput {
  /** null: nothing has been started yet. */
  readonly key: OutputKey | null;
  readonly stream: Stream;
  readonly task: string;
  /** Its strong tag; null: it may still grow. */
  readonly tag: string | null;
}

/** All that there is when it is asked for; what a running task writes meanwhile is not part of it. */
export async function rawOutput(
  on: Queryable,
  { key, stream, task, tag }: RawOutput,
  reply: FastifyReply,
): Promise<StreamableFile> {
  const size = key === null ? 0 : await readSize(on, key, stream);
  const wanted = wantedBytes(rangeFor(reply, tag), size);
  if (wanted === 'none') {
    void reply.header('accept-ranges', 'bytes').header('content-range', `bytes */${size}`);
    throw noSuchRange();
  }
  const part = wanted === 'all' ? { first: 0, last: size - 1 } : wanted;
  const isRead = key !== null && size > 0 && reply.request.method !== 'HEAD';
  const bytes = (await begun(isRead ? bytesOf(on, key, stream, part) : nothing())).stream;
  void reply.header('accept-ranges', 'bytes').header('content-security-policy', NOTHING);
  if (wanted !== 'all')
    void reply.code(206).header('content-range', `bytes ${part.first}-${part.last}/${size}`);
  return new StreamableFile(bytes, {
    type: 'text/plain; charset=utf-8',
    length: part.last - part.first + 1,
    disposition: contentDisposition(`${task}.${stream}.txt`),
  });
}

/** A part is asked for by GET alone, and with If-Range only of the very bytes that it names (RFC 9110, 13.1.5, 14.2). */
function rangeFor({ request }: FastifyReply, tag: string | null): string | undefined {
  const { range, 'if-range': only } = request.headers;
  return request.method === 'GET' && (only === undefined || only === tag) ? range : undefined;
}

/** Of less than there was the first piece is missing, which is an error like any other, or the connection is cut. */
async function* bytesOf(on: Queryable, key: OutputKey, stream: Stream, { first, last }: ByteRange) {
  let at = first;
  for await (const { position, data } of piecesFrom(on, key, stream, first)) {
    if (position !== at) break;
    yield data.subarray(0, last - at + 1);
    at += data.length;
    if (at > last) return;
  }
  throw outputNotKept();
}

// eslint-disable-next-line @typescript-eslint/require-await -- of the same kind as what is read.
async function* nothing(): AsyncGenerator<never> {
  yield* [];
}
