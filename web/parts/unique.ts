/** A name that nobody else has; `crypto.randomUUID` is there in secure contexts only. */
export const unique = (): string =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
