import { Place } from './place.js';

it('is where the id of an event says, and each attempt begins anew', () => {
  const place = new Place();
  place.heard('2.10.3');
  expect([place.attempt, place.next]).toEqual([2, { stdout: 10, stderr: 3 }]);
  place.heard('end');
  place.begin(2);
  expect(place.id).toBe('2.10.3');
  place.isOver = true;
  expect(place.next).toEqual({ stdout: 10, stderr: 3 });
  place.begin(3);
  expect([place.attempt, place.next, place.isOver]).toEqual([3, { stdout: 0, stderr: 0 }, false]);
});
