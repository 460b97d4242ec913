/** Where bytes of UTF-8 can be cut. */

/** Bytes of the longest character. */
const LONGEST = 4;

/** How many of these bytes come before a character that has begun at their end and is not whole; no UTF-8 counts as whole. */
export function wholeCharacters(bytes: Uint8Array): number {
  for (let back = 1; back < LONGEST && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    const isContinuation = (byte & 0xc0) === 0x80;
    if (isContinuation) continue;
    return lengthFrom(byte) > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}

/** Of the character that begins with this byte. */
function lengthFrom(first: number): number {
  if (first >= 0xf5) return 1;
  if (first >= 0xf0) return 4;
  if (first >= 0xe0) return 3;
  return first >= 0xc2 ? 2 : 1;
}
