import { formatCursor, pageOf, parseCursor } from './listing.js';

const id = (digit: number) => `52a5cb79-7556-4c52-8e6f-00000000000${digit}`;
const places = (...micros: number[]) => micros.map((one, index) => ({ id: id(index), micros: BigInt(one) }));

describe('a page of jobs', () => {
  it('has all that was found, and nothing after it, where there is no more', () => {
    const found = places(3, 2, 1);
    expect(pageOf(found, null, 3)).toEqual({ jobs: found, end: null });
    expect(pageOf([], null, 3)).toEqual({ jobs: [], end: null });
  });

  it('ends with its last job where more was found', () => {
    const found = places(4, 3, 2, 1);
    expect(pageOf(found, null, 3)).toEqual({ jobs: found.slice(0, 3), end: found[2] });
  });

  it('ends where looking was given up, with fewer jobs or none', () => {
    const [edge] = places(1);
    expect(pageOf(places(4, 3), edge ?? null, 3)).toEqual({ jobs: places(4, 3), end: edge });
    expect(pageOf([], edge ?? null, 3)).toEqual({ jobs: [], end: edge });
  });

  it('does not pass over what was found when looking was given up as well', () => {
    const found = places(4, 3, 2, 1);
    expect(pageOf(found, { id: id(9), micros: 0n }, 3).end).toEqual(found[2]);
  });
});

describe('a cursor', () => {
  it('says where the next page begins', () => {
    const place = { id: id(1), micros: 1_746_351_720_000_000n };
    expect(formatCursor(place)).toBe(`1746351720000000_${id(1)}`);
    expect(parseCursor(formatCursor(place))).toEqual(place);
  });

  it.each(['', 'x', '1_2', `99999999999999999_${id(1)}`, `1_${id(1)}'`, `-1_${id(1)}`, `1_${id(1)}\0`])(
    'is not %j',
    (text) => {
      expect(parseCursor(text)).toBeNull();
    },
  );
});
