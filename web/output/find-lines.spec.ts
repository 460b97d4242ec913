import { firstFrom, LineSearch, MOST_FOUND } from './find-lines.js';
import { LineStore } from './line-store.js';

function search(text: string, wanted: string) {
  const store = new LineStore();
  store.append(text, 'stdout');
  const found = new LineSearch(store, wanted);
  while (!found.isDone) found.step();
  return { store, found };
}

it('finds lines whatever their case and their colours', () => {
  expect(search('an Error\nnone\n\x1b[31mer\x1b[1mror\x1b[0m\nERROR', 'error').found.found).toEqual([0, 2]);
});

it.each(['a.c', '(', '[a-z]', '\\', 'a*', '$', 'a-b', 'a/b'])('takes %j for what it is', (wanted) => {
  expect(search(`abc\n${wanted}\n`, wanted).found.found).toEqual([1]);
});

it('goes on with what has come since', () => {
  const { store, found } = search('x\n', 'x');
  store.append('y\nx\n', 'stderr');
  expect(found.isDone).toBe(false);
  found.step();
  expect([found.isDone, found.found]).toEqual([true, [0, 2]]);
});

it('stops where there are too many', () => {
  const { found } = search('x\n'.repeat(MOST_FOUND + 10), 'x');
  expect([found.isDone, found.isFull, found.found.length]).toEqual([true, true, MOST_FOUND]);
});

it('looks for nothing where nothing is wanted', () => {
  expect(search('a\n', '').found.isDone).toBe(true);
});

it('goes on at the line that is looked at, and then from the top', () => {
  expect([0, 3, 4, 8, 9].map((line) => firstFrom([3, 5, 8], line))).toEqual([0, 0, 1, 2, 0]);
});
