import { parentsFirst } from './search.js';

const processes = (...pairs: (readonly [pid: number, parent: number])[]) =>
  pairs.map(([pid, parent]) => ({ pid, parent, session: 1, started: 1, ended: false }));

describe('processes whose pids have come round again', () => {
  it('are put behind their parents', () => {
    const found = processes([5, 30], [7, 40], [30, 40], [40, 1], [50, 40]);
    expect(parentsFirst(found).map(({ pid }) => pid)).toEqual([40, 30, 5, 7, 50]);
  });

  it('are each there once where a pid has become another parent’s meanwhile', () => {
    expect(parentsFirst(processes([5, 6], [6, 5], [7, 7])).map(({ pid }) => pid)).toEqual([6, 5, 7]);
  });
});
