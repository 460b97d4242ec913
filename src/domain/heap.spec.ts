import fc from 'fast-check';
import { Heap } from './heap.js';

const ascending = (a: number, b: number) => a - b;

function drain<T>(heap: Heap<T>): T[] {
  const items: T[] = [];
  for (let item = heap.pop(); item !== undefined; item = heap.pop()) items.push(item);
  return items;
}

describe('a heap', () => {
  it('has nothing to hand out when it is empty, before and after', () => {
    const heap = new Heap(ascending);
    expect(heap.pop()).toBeUndefined();
    heap.push(1);
    expect(heap.pop()).toBe(1);
    expect(heap.pop()).toBeUndefined();
    heap.push(2);
    expect(heap.pop()).toBe(2);
  });

  it('hands out its items smallest first', () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), (items) => {
        const heap = new Heap(ascending);
        for (const item of items) heap.push(item);
        expect(drain(heap)).toEqual([...items].sort(ascending));
      }),
    );
  });

  it('hands out the smallest of what is there, however pushes and pops follow each other', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.integer({ min: -5, max: 5 })), { maxLength: 200 }), (steps) => {
        const heap = new Heap(ascending);
        const sorted: number[] = [];
        for (const step of steps) {
          if (step === null) expect(heap.pop()).toBe(sorted.shift());
          else {
            heap.push(step);
            sorted.push(step);
            sorted.sort(ascending);
          }
        }
        expect(drain(heap)).toEqual(sorted);
      }),
    );
  });

  it('asks nobody but its comparison what is smaller', () => {
    const heap = new Heap<{ readonly rank: number }>((a, b) => b.rank - a.rank);
    const items = [1, 3, 2].map((rank) => ({ rank }));
    for (const item of items) heap.push(item);
    expect(drain(heap)).toEqual([{ rank: 3 }, { rank: 2 }, { rank: 1 }]);
  });

  it('keeps equals apart and falsy items for what they are', () => {
    const heap = new Heap<string>((a, b) => a.length - b.length);
    for (const item of ['b', '', 'a', '']) heap.push(item);
    const drained = drain(heap);
    expect(drained.slice(0, 2)).toEqual(['', '']);
    expect(drained.slice(2).sort()).toEqual(['a', 'b']);
  });

  it('holds a hundred thousand items', () => {
    const heap = new Heap(ascending);
    for (let item = 100_000; item > 0; item -= 1) heap.push(item);
    const items = drain(heap);
    expect(items).toHaveLength(100_000);
    expect(items.every((item, at) => item === at + 1)).toBe(true);
  });
});
