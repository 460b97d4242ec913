/** Reads the body of an answer up to a limit, so that a peer that sends without end costs no more memory than that. */

export class BodyTooLarge extends Error {
  constructor(maxBytes: number) {
    super(`its answer is larger than ${maxBytes} bytes`);
  }
}

/** Returns the whole body. Throws a `BodyTooLarge` past `maxBytes`, and then reads no further. */
export async function readBounded(
  body: AsyncIterable<Uint8Array> | null,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop by an error cancels the body, which closes its connection.
  for await (const piece of body ?? []) {
    size += piece.length;
    if (size > maxBytes) throw new BodyTooLarge(maxBytes);
    pieces.push(piece);
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** The same as text. Bytes that are no UTF-8 become U+FFFD. */
export const readBoundedText = async (
  body: AsyncIterable<Uint8Array> | null,
  maxBytes: number,
): Promise<string> => new TextDecoder().decode(await readBounded(body, maxBytes));
