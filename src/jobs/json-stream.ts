/** An answer that is sent while it is read, so that its size is no matter. */
import { Readable } from 'node:stream';
import { StreamableFile } from '@nestjs/common';

/** What fails before the first piece is an error like any other; after it the connection is cut, and no JSON ends. */
export async function streamJson(pieces: AsyncGenerator<string>): Promise<StreamableFile> {
  const first = await pieces.next();
  const all = async function* () {
    if (first.done !== true) yield first.value;
    yield* pieces;
  };
  return new StreamableFile(Readable.from(all(), { objectMode: false }), {
    type: 'application/json; charset=utf-8',
  });
}
