import { wantedBytes, type WantedBytes } from './byte-range.js';

describe('a Range header asks for', () => {
  it.each<[string | undefined, number, WantedBytes]>([
    [undefined, 10, 'all'],
    ['bytes=0-0', 10, { first: 0, last: 0 }],
    ['bytes=2-5', 10, { first: 2, last: 5 }],
    ['Bytes= 2-5 ', 10, { first: 2, last: 5 }],
    ['bytes=2-', 10, { first: 2, last: 9 }],
    ['bytes=2-99', 10, { first: 2, last: 9 }],
    ['bytes=-3', 10, { first: 7, last: 9 }],
    ['bytes=-99', 10, { first: 0, last: 9 }],
    ['bytes=9-', 10, { first: 9, last: 9 }],
    ['bytes=10-', 10, 'none'],
    ['bytes=10-12', 10, 'none'],
    ['bytes=-0', 10, 'none'],
    ['bytes=0-', 0, 'all'],
    ['bytes=-1', 0, 'all'],
    // Not to be understood, so as if it were not there.
    ['bytes=5-2', 10, 'all'],
    ['bytes=-', 10, 'all'],
    ['bytes=', 10, 'all'],
    ['bytes=0-1,4-5', 10, 'all'],
    ['lines=0-1', 10, 'all'],
    ['bytes=0-1x', 10, 'all'],
    ['bytes=1e3-', 10, 'all'],
    [`bytes=${'9'.repeat(400)}-`, 10, 'all'],
  ])('%s of %d: %j', (header, size, wanted) => {
    expect(wantedBytes(header, size)).toEqual(wanted);
  });
});
