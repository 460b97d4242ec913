import fc from 'fast-check';
import { formatJobPlaces, parseJobPlaces } from './job-cursor.js';

const task = fc.nat(3_000);
const place = fc.record({
  attempt: fc.integer({ min: 1, max: 1e9 }),
  stdout: fc.nat(1e12),
  stderr: fc.nat(1e12),
});

it('comes back as it was written, and needs no escapes in an address', () => {
  fc.assert(
    fc.property(fc.array(task), fc.array(fc.tuple(task, place)), (read, begun) => {
      const places = { read: new Set(read), begun: new Map(begun) };
      const text = formatJobPlaces(places);
      expect(encodeURIComponent(text)).toBe(text);
      expect(parseJobPlaces(text)).toEqual(places);
    }),
  );
});

it('is short where many tasks in a row are read', () => {
  const read = new Set(Array.from({ length: 2_000 }, (_, index) => index));
  expect(formatJobPlaces({ read, begun: new Map() })).toBe('0-1jj~');
});

it.each([
  '',
  '1',
  '~~',
  'a b~',
  '5-1~',
  '0-zzzzzzzzzz~',
  '0-5_3-8~',
  '5_5~',
  '~1.2.3',
  '~1.2.3.4.5',
  '~-1.1.1.1',
  '~1.1.1.1_',
  '1.0.0',
])('is not %j', (text) => {
  expect(parseJobPlaces(text)).toBeNull();
});
