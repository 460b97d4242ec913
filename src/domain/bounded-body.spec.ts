import { BodyTooLarge, readBounded, readBoundedText } from './bounded-body.js';

function bodyOf(pieces: Iterable<Uint8Array>) {
  const state = { read: 0, isClosed: false };
  async function* body() {
    try {
      for (const piece of pieces) {
        state.read += piece.length;
        yield await Promise.resolve(piece);
      }
    } finally {
      state.isClosed = true;
    }
  }
  return { state, body: body() };
}

function* endless() {
  for (;;) yield new Uint8Array(100);
}

describe('a body that is read up to a limit', () => {
  it('is the whole one, however it was cut, up to the very limit', async () => {
    const { body } = bodyOf([Buffer.from('gr'), Buffer.from([0xc3]), Buffer.from([0xbc, 0x6e])]);
    expect(await readBoundedText(body, 5)).toBe('grün');
    expect(await readBounded(null, 5)).toHaveLength(0);
  });

  it('is left at the first piece past the limit, and closed', async () => {
    const { body, state } = bodyOf(endless());
    await expect(readBounded(body, 250)).rejects.toThrow(new BodyTooLarge(250));
    expect(state).toEqual({ read: 300, isClosed: true });
  });
});
