import fc from 'fast-check';
import { FairQueue } from './fair-queue.js';

const LIMITS = { maxItems: 6, maxItemsOfOwner: 4 };

function queueOf(...items: string[]): FairQueue<string> {
  const queue = new FairQueue<string>(LIMITS);
  for (const item of items) queue.push(item.charAt(0), item);
  return queue;
}

function drained(queue: FairQueue<string>): string {
  const items: string[] = [];
  for (let item = queue.shift(); item !== undefined; item = queue.shift()) items.push(item);
  return items.join(' ');
}

describe('a fair queue', () => {
  it('serves its owners in turn, and each in the order in which it came', () => {
    expect(drained(queueOf('a1', 'a2', 'a3', 'b1', 'c1', 'b2'))).toBe('a1 b1 c1 a2 b2 a3');
    expect(drained(queueOf())).toBe('');
  });

  it('has an owner that comes while another is served wait for its turn only', () => {
    const queue = queueOf('a1', 'a2', 'a3');
    expect(queue.shift()).toBe('a1');
    queue.push('b', 'b1');
    expect(drained(queue)).toBe('a2 b1 a3');
  });

  it('has room for so many items of one owner', () => {
    const queue = queueOf('a1', 'a2', 'a3', 'a4');
    expect(queue.push('a', 'a5')).toBe('a5');
    expect(queue.push('b', 'b1')).toBeNull();
  });

  it('makes room for an owner with few items at the cost of the one with the most', () => {
    const queue = queueOf('a1', 'a2', 'a3', 'a4', 'b1', 'b2');
    expect(queue.push('c', 'c1')).toBe('a4');
    expect(queue.push('c', 'c2')).toBe('a3');
    expect(queue.push('c', 'c3')).toBe('c3');
    expect(queue.push('d', 'd1')).toBe('a2');
    expect(drained(queue)).toBe('a1 b1 c1 d1 b2 c2');
  });

  it('passes over owners that may not be served now, who keep their place', () => {
    const queue = queueOf('a1', 'b1', 'c1');
    expect(queue.shift((owner) => owner !== 'a')).toBe('b1');
    expect(queue.shift(() => false)).toBeUndefined();
    expect(drained(queue)).toBe('a1 c1');
  });

  it('has room again for what is taken out', () => {
    const queue = queueOf('a1', 'a2', 'a3', 'a4');
    queue.remove('a', 'a2');
    queue.remove('a', 'a2');
    queue.remove('b', 'a3');
    expect([queue.size, queue.push('a', 'a5'), queue.push('a', 'a6')]).toEqual([3, null, 'a6']);
    expect(drained(queue)).toBe('a1 a3 a4 a5');
  });

  it('loses and invents nothing, keeps its limits, and has each wait for one item of every other at most', () => {
    const pushes = fc.array(fc.constantFrom('a', 'b', 'c', 'd', null), { maxLength: 40 });
    fc.assert(
      fc.property(pushes, (owners) => {
        const queue = new FairQueue<string>(LIMITS);
        const inside = new Set<string>();
        /** By owner that waits: who was served since it began to wait, or was served itself. */
        const before = new Map<string, string[]>();
        for (const [at, owner] of owners.entries()) {
          if (owner === null) {
            const item = queue.shift();
            if (item === undefined) continue;
            const served = item.charAt(0);
            for (const [waiting, others] of before) {
              if (waiting !== served) expect(others).not.toContain(served);
              others.push(served);
            }
            inside.delete(item);
            before.delete(served);
          } else {
            inside.add(`${owner}${at}`);
            inside.delete(queue.push(owner, `${owner}${at}`) ?? '');
          }
          expect(queue.size).toBe(inside.size);
          expect(queue.size).toBeLessThanOrEqual(LIMITS.maxItems);
          for (const one of 'abcd') {
            const items = [...inside].filter((item) => item.startsWith(one)).length;
            expect(items).toBeLessThanOrEqual(LIMITS.maxItemsOfOwner);
            if (items > 0 && !before.has(one)) before.set(one, []);
          }
        }
        const left = drained(queue);
        expect(new Set(left === '' ? [] : left.split(' '))).toEqual(inside);
      }),
    );
  });
});
