/** A stream of a task's output as it was written, whole or a part of it, sent while it is read. */
import { Readable } from 'node:stream';
import { StreamableFile } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { Queryable } from '../../database/pool.js';
import { type ByteRange, wantedBytes } from '../../domain/byte-range.js';
import { noSuchRange } from '../../domain/errors.js';
import type { Stream } from '../../executor/executor.js';
import { type OutputKey, readFrom, readSize } from '../../logs/output.sql.js';

/** For a browser that takes it for a page in spite of its type. */
const NOTHING = "default-src 'none'; sandbox; frame-ancestors 'none'";

export interface RawOutput {
  /** null: nothing has been started yet. */
  readonly key: OutputKey | null;
  readonly stream: Stream;
  readonly task: string;
}

/** All that there is when it is asked for; what a running task writes meanwhile is not part of it. */
export async function rawOutput(
  on: Queryable,
  { key, stream, task }: RawOutput,
  reply: FastifyReply,
): Promise<StreamableFile> {
  const size = key === null ? 0 : await readSize(on, key, stream);
  const { range, 'if-range': unless } = reply.request.headers;
  // No tag of ours is a strong one, and If-Range asks for no other.
  const wanted = wantedBytes(unless === undefined ? range : undefined, size);
  void reply.header('accept-ranges', 'bytes').header('content-security-policy', NOTHING);
  if (wanted === 'none') {
    void reply.header('content-range', `bytes */${size}`);
    throw noSuchRange();
  }
  const part = wanted === 'all' ? { first: 0, last: size - 1 } : wanted;
  if (wanted !== 'all')
    void reply.code(206).header('content-range', `bytes ${part.first}-${part.last}/${size}`);
  const isAsked = reply.request.method !== 'HEAD' && key !== null;
  const bytes = isAsked ? bytesOf(on, key, stream, part) : [];
  return new StreamableFile(Readable.from(bytes, { objectMode: false }), {
    type: 'text/plain; charset=utf-8',
    length: part.last - part.first + 1,
    disposition: `inline; ${fileName(`${task}.${stream}.txt`)}`,
  });
}

/** Where there is less than there was, the connection is cut, so that nobody takes it for all. */
async function* bytesOf(on: Queryable, key: OutputKey, stream: Stream, { first, last }: ByteRange) {
  for (let at = first; at <= last;) {
    const data = await readFrom(on, key, stream, at);
    if (data.length === 0) throw new Error('output was removed while it was read');
    yield data.subarray(0, last - at + 1);
    at += data.length;
  }
}

/** For all, and for those who know RFC 8187, too. */
const fileName = (name: string) =>
  `filename="${name.replace(/[^\w.-]/g, '_')}"; filename*=UTF-8''${encodeURIComponent(name).replace(/['()*]/g, asHex)}`;

const asHex = (character: string) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
