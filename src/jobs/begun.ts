/** An answer that is sent while it is read, so that its size is no matter. */
import { Readable } from 'node:stream';

/** What fails before the first piece is an error like any other; after it the connection is cut, and nothing looks whole. */
export async function begun(pieces: AsyncGenerator<string | Uint8Array>): Promise<Readable> {
  const first = await pieces.next();
  const all = async function* () {
    if (first.done !== true) yield first.value;
    yield* pieces;
  };
  return Readable.from(all(), { objectMode: false });
}
