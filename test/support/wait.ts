/** Waiting for a state, with an end to the patience. */

const PATIENCE_MS = 60_000;

/** The first answer that is neither null, undefined nor false. */
export async function until<T>(
  what: string,
  look: () => Promise<T> | T,
): Promise<NonNullable<Exclude<T, false>>> {
  const end = Date.now() + PATIENCE_MS;
  let last: unknown;
  while (Date.now() < end) {
    try {
      last = await look();
      if (last !== null && last !== undefined && last !== false)
        return last as NonNullable<Exclude<T, false>>;
    } catch (error) {
      last = error;
    }
    await new Promise((done) => setTimeout(done, 20));
  }
  throw new Error(`waited in vain until ${what}; last: ${String(last)}`);
}
