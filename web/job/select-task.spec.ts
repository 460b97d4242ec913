import type { Task, TaskStatus } from '../api/types.js';
import { taskToShow } from './select-task.js';

const task = (name: string, status: TaskStatus, start: string | null = '2026-01-01T00:00:00Z'): Task => ({
  name,
  status,
  start,
  end: null,
  exitCode: 0,
});
const shown = (tasks: Task[], wanted: string | null = null) => taskToShow(tasks, wanted)?.name;

it('is the chosen one, if there is one of this name', () => {
  expect(shown([task('a', 'error'), task('b', 'done')], 'b')).toBe('b');
  expect(shown([task('a', 'error'), task('b', 'done')], 'c')).toBe('a');
});

it('is what failed, then what runs, then what came last', () => {
  expect(shown([task('a', 'running'), task('b', 'error'), task('on_error', 'error')])).toBe('b');
  expect(shown([task('a', 'done'), task('b', 'running')])).toBe('b');
  expect(
    shown([task('a', 'done', '2026-01-01T00:00:09Z'), task('b', 'done'), task('c', 'skipped', null)]),
  ).toBe('a');
  expect(shown([task('a', 'waiting', null), task('b', 'waiting', null)])).toBe('a');
  expect(shown([])).toBeUndefined();
});
