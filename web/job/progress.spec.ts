import type { TaskStatus } from '../api/types.js';
import type { Timed } from './graph-shape.js';
import { progressOf } from './progress.js';

const at = (second: number) => new Date(second * 1000).toISOString();
const NOW = 100_000;

const task = (
  name: string,
  status: TaskStatus,
  dependsOn: string[] = [],
  start: number | null = null,
): Timed => ({
  name,
  status,
  dependsOn,
  start: start === null ? null : at(start),
  end: status === 'done' ? at(NOW / 1000) : null,
});

const progress = (tasks: Timed[], usual: Record<string, number>, start: string | null = at(60)) =>
  progressOf({ start, tasks }, usual, NOW);

it('counts the tasks that have ended, whatever became of them', () => {
  const tasks = [task('a', 'done'), task('b', 'error'), task('c', 'skipped'), task('d', 'running', [], 90)];
  expect(progress(tasks, {})).toMatchObject({
    ended: 3,
    done: 1,
    total: 4,
    secondsLeft: null,
    fraction: 0.75,
  });
});

it('adds up the longest way through what is left', () => {
  const tasks = [
    task('a', 'running', [], 90),
    task('b', 'waiting', ['a']),
    task('c', 'waiting', ['a']),
    task('d', 'waiting', ['b', 'c']),
  ];
  // 20 - 10 of a, then 30 of c, then 5 of d.
  expect(progress(tasks, { a: 20, b: 10, c: 30, d: 5 })).toMatchObject({ secondsLeft: 45 });
  expect(progress(tasks, { a: 20, b: 10, c: 30, d: 5 }).fraction).toBeCloseTo(40 / 85);
});

it('expects no less than nothing of a task that takes longer than usual, and is not done for it', () => {
  const { secondsLeft, fraction } = progress([task('a', 'running', [], 0)], { a: 20 });
  expect([secondsLeft, fraction]).toEqual([0, 0.99]);
});

it('does not know how long a task takes that it has never seen', () => {
  expect(
    progress([task('a', 'running', [], 90), task('b', 'waiting', ['a'])], { a: 5 }).secondsLeft,
  ).toBeNull();
});

it('does not take what every object has for a duration', () => {
  expect(progress([task('constructor', 'waiting')], {}).secondsLeft).toBeNull();
});

it('is over when all tasks are, and when there are none', () => {
  expect(progress([task('a', 'done')], {})).toMatchObject({ secondsLeft: 0, fraction: 1 });
  expect(progress([], {})).toMatchObject({ secondsLeft: 0, fraction: 1 });
});

it('gives up where tasks wait for each other', () => {
  expect(
    progress([task('a', 'waiting', ['b']), task('b', 'waiting', ['a'])], { a: 1, b: 1 }).secondsLeft,
  ).toBeNull();
});
