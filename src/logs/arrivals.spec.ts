import fc from 'fast-check';
import { addArrival, type Arrival, decodeArrivals, encodeArrivals } from './arrivals.js';

const steps = fc.array(fc.tuple(fc.nat(), fc.nat(2 ** 40), fc.nat(2 ** 41)), { maxLength: 50 });

it('come back as they were kept', () => {
  fc.assert(
    fc.property(fc.nat(2 ** 40), steps, (start, differences) => {
      let last: Arrival = { position: start, before: 0, at: 0 };
      const arrivals = differences.map(([position, before, at]) => {
        last = { position: last.position + position, before: last.before + before, at: last.at + at };
        return last;
      });
      expect(decodeArrivals(start, encodeArrivals(start, arrivals))).toEqual(arrivals);
    }),
  );
});

it('are one where a stream goes on at once, and another where the other stream or time has come between', () => {
  const arrivals: Arrival[] = [];
  for (const [position, before, at] of [
    [0, 0, 1000],
    [5, 0, 1009],
    [9, 0, 1010],
    [12, 3, 1010],
  ] as const)
    addArrival(arrivals, { position, before, at });
  expect(arrivals.map(({ position }) => position)).toEqual([0, 9, 12]);
});

it('are no more than so many of one piece, of which each takes some three bytes', () => {
  const arrivals: Arrival[] = [];
  for (let index = 0; index < 100_000; index += 1)
    addArrival(arrivals, { position: index, before: index, at: 1_800_000_000_000 + index });
  expect(arrivals).toHaveLength(16_384);
  expect(encodeArrivals(0, arrivals).length).toBeLessThan(50_000);
});
