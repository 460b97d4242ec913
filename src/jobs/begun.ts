/** An answer that is sent while it is read, so that its size is no matter. */
import { Readable } from 'node:stream';

/** An answer of up to so many bytes is whole before it is sent. */
export const SMALL_ANSWER_BYTES = 64 * 1024;

export interface Begun {
  readonly stream: Readable;
  /** Bytes, if all of them are known; null: there is more to come. */
  readonly length: number | null;
}

/** What fails at the beginning is an error like any other. After it the connection is cut, and nothing looks whole. */
export async function begun(pieces: AsyncGenerator<string | Uint8Array>): Promise<Begun> {
  const beginning: Buffer[] = [];
  let [size, isWhole] = [0, false];
  while (size <= SMALL_ANSWER_BYTES && !isWhole) {
    const next = await pieces.next();
    isWhole = next.done === true;
    if (next.done === true) break;
    const bytes = Buffer.from(next.value);
    beginning.push(bytes);
    size += bytes.length;
  }
  const all = async function* () {
    yield* beginning.splice(0);
    if (!isWhole) yield* pieces;
  };
  return { stream: Readable.from(all(), { objectMode: false }), length: isWhole ? size : null };
}
