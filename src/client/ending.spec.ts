import { endingOf } from './ending.js';

it.each([
  [{ status: 'error', exitCode: 1, error: 'exit status 1' }, 'exit status 1'],
  [
    { status: 'error', exitCode: 137, error: 'exit status 137' },
    'exit status 137 (SIGKILL, as where memory runs out)',
  ],
  [{ status: 'error', exitCode: 143, error: 'exit status 143' }, 'exit status 143 (SIGTERM)'],
  [
    { status: 'error', exitCode: 126, error: 'exit status 126' },
    'exit status 126 (a program could not be run)',
  ],
  [
    { status: 'error', exitCode: 127, error: 'exit status 127' },
    'exit status 127 (a command was not found, or a variable was not set)',
  ],
  [{ status: 'error', exitCode: 255, error: 'exit status 255' }, 'exit status 255'],
  [{ status: 'error', exitCode: -1, error: 'timed out after 3s' }, 'timed out after 3s'],
  [{ status: 'done', exitCode: 1 }, 'exit status 1, allowed'],
  [{ status: 'done', exitCode: 143 }, 'exit status 143, allowed (SIGTERM)'],
  [{ status: 'done', exitCode: 0 }, null],
  [{ status: 'canceled', exitCode: -1 }, null],
])('tells how a task ended: %j', (task, words) => {
  expect(endingOf(task)).toBe(words);
});
