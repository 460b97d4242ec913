import type { TaskStatus } from '../api/types.js';
import { criticalPath } from './critical-path.js';
import type { Timed } from './graph-shape.js';

const at = (second: number) => new Date(second * 1000).toISOString();
const NOW = 100_000;

/** Seconds; null: not yet. */
function task(
  name: string,
  dependsOn: readonly string[],
  start: number | null,
  end: number | null,
  status: TaskStatus = 'done',
): Timed {
  return {
    name,
    dependsOn,
    status,
    start: start === null ? null : at(start),
    end: end === null ? null : at(end),
  };
}

const pathOf = (...tasks: Timed[]) => [...criticalPath(tasks, NOW)].reverse();

it('goes along what each task waited for last', () => {
  expect(
    pathOf(
      task('a', [], 0, 2),
      task('b', [], 0, 9),
      task('c', ['a', 'b'], 9, 12),
      task('d', ['a'], 2, 11),
      task('e', ['c', 'd'], 12, 20),
    ),
  ).toEqual(['b', 'c', 'e']);
});

it('counts what runs as ending now', () => {
  expect(
    pathOf(task('a', [], 0, 90), task('b', [], 0, null, 'running'), task('c', ['b'], null, null, 'waiting')),
  ).toEqual(['b']);
});

it('leaves out what never began', () => {
  expect(pathOf(task('a', [], 0, 5, 'error'), task('b', ['a'], null, 6, 'skipped'))).toEqual(['a']);
});

it('is empty before anything has begun', () => {
  expect(pathOf(task('a', [], null, null, 'waiting'))).toEqual([]);
});

it('goes from on_error to the task that failed', () => {
  expect(pathOf(task('a', [], 0, 9), task('b', [], 0, 3, 'error'), task('on_error', [], 9, 12))).toEqual([
    'b',
    'on_error',
  ]);
});

it('goes from finally over on_error to the task that failed', () => {
  const graph = [task('a', [], 0, 3), task('b', [], 0, 9, 'error')];
  expect(pathOf(...graph, task('on_error', [], 9, 12), task('finally', [], 12, 15))).toEqual([
    'b',
    'on_error',
    'finally',
  ]);
});

it('ends where tasks wait for each other or for what is not there', () => {
  expect(pathOf(task('a', ['b', 'nope'], 0, 3), task('b', ['a'], 0, 2))).toEqual(['b', 'a']);
});

it('ends with what took no time after all else', () => {
  expect(pathOf(task('a', [], 0, 9), task('b', ['a'], 9, 9), task('c', ['b'], 9, 9))).toEqual([
    'a',
    'b',
    'c',
  ]);
});
