import type { Timed } from './graph-shape.js';
import { rowsOf, spanOf } from './timeline-rows.js';

const at = (second: number) => new Date(second * 1000).toISOString();
const NOW = 100_000;

const a: Timed = { name: 'a', status: 'done', start: at(12), end: at(20) };
const piecesOf = (...tasks: (Timed & { retryAt?: string; carriedOver?: boolean })[]) =>
  rowsOf({ start: at(10), end: null, tasks: [a, ...tasks] }, NOW).map(({ pieces }) =>
    pieces.map(({ kind, from, to }) => [kind, from / 1000, to / 1000]),
  );

it('begins with the time that a task waited for a worker', () => {
  const b: Timed = { name: 'b', dependsOn: ['a'], status: 'running', start: at(23), end: null };
  expect(piecesOf(b)).toEqual([
    [
      ['waits', 10, 12],
      ['done', 12, 20],
    ],
    [
      ['waits', 20, 23],
      ['running', 23, 100],
    ],
  ]);
});

it('has nothing of a task that cannot begin yet, or never did', () => {
  const b: Timed = { name: 'b', dependsOn: ['c'], status: 'waiting', start: null, end: null };
  const c: Timed = { name: 'c', dependsOn: ['a'], status: 'skipped', start: null, end: null };
  expect(piecesOf(b, c).slice(1)).toEqual([[], []]);
});

it('shows each attempt, and the pauses between them', () => {
  const attempts = [1, 2].map((attempt) => ({
    attempt,
    start: at(20 + attempt * 10),
    end: at(25 + attempt * 10),
    exitCode: 1,
    error: 'exit status 1',
  }));
  const waits = { name: 'b', dependsOn: ['a'], status: 'waiting', start: null, end: null, attempts } as const;
  expect(piecesOf(waits)[1]).toEqual([
    ['waits', 20, 30],
    ['error', 30, 35],
    ['pauses', 35, 40],
    ['error', 40, 45],
    ['pauses', 45, 100],
  ]);
  const [, row] = rowsOf(
    { start: at(10), end: at(60), tasks: [a, { ...waits, status: 'done', start: at(50), end: at(60) }] },
    NOW,
  );
  expect(row).toMatchObject({ ranSeconds: 20, waitedSeconds: 10, attempts: 3 });
});

it('has no time of a task that was carried over from an earlier job', () => {
  const b: Timed = { name: 'b', status: 'done', start: at(1), end: at(5) };
  const carried = { ...b, carriedOver: true };
  expect(piecesOf(carried)[1]).toEqual([]);
  const [row] = rowsOf({ start: at(10), end: null, tasks: [carried] }, NOW);
  expect(row).toMatchObject({ carriedOver: true, ranSeconds: null, waitedSeconds: null });
});

it('lets a handler wait for those before it, and not for those after it', () => {
  const canceled: Timed = { name: 'a', status: 'canceled', start: at(10), end: at(20) };
  const onCancel: Timed = { name: 'on_cancel', status: 'done', start: at(21), end: at(25) };
  const last: Timed = { name: 'finally', status: 'done', start: at(27), end: at(29) };
  expect(piecesOf(canceled, onCancel, last).slice(-2)).toEqual([
    [
      ['waits', 20, 21],
      ['done', 21, 25],
    ],
    [
      ['waits', 25, 27],
      ['done', 27, 29],
    ],
  ]);
});

it('lets on_error wait for all others', () => {
  const failed: Timed = { name: 'b', status: 'error', start: at(10), end: at(30) };
  const handler: Timed = { name: 'on_error', status: 'done', start: at(31), end: at(33) };
  expect(piecesOf(failed, handler)[2]).toEqual([
    ['waits', 30, 31],
    ['done', 31, 33],
  ]);
});

it('spans from the start of the job to its end, or to now, and is never empty', () => {
  expect(spanOf({ start: at(10), end: null }, [], NOW)).toEqual({ from: 10_000, to: NOW });
  expect(spanOf({ start: at(10), end: at(10) }, [], NOW)).toEqual({ from: 10_000, to: 11_000 });
  expect(spanOf({ start: null, end: null }, [], NOW)).toBeNull();
});
