import type { Task } from '../api/types.js';
import { cancelWords } from './cancel-words.js';

const task = (name: string, status: Task['status']): Task =>
  ({ name, status, start: null, end: null, exitCode: 0, errored: false, skipped: false }) as Task;

it('asks before the tasks of a job are ended', () => {
  const tasks = [task('a', 'running'), task('b', 'running'), task('c', 'waiting')];
  expect(cancelWords({ canceled: false, tasks })).toEqual({
    button: 'Cancel…',
    question: {
      title: 'Cancel this job?',
      yes: 'Cancel the job',
      text: 'The 2 tasks that run are ended, and the others do not begin.',
    },
  });
  expect(cancelWords({ canceled: false, tasks: tasks.slice(1) }).question?.text).toMatch(
    /^The task that runs is /,
  );
  expect(cancelWords({ canceled: false, tasks: tasks.slice(2) }).question?.text).toMatch(/will not run any/);
});

it('has nothing left to cancel while the tasks of a canceled job end', () => {
  expect(cancelWords({ canceled: true, tasks: [task('a', 'running')] })).toEqual({
    button: 'Canceling…',
    question: null,
  });
});

it.each(['waiting', 'running'] as const)(
  'offers to cancel a handler of a canceled job that is %s',
  (status) => {
    const tasks = [task('a', 'canceled'), task('on_cancel', status)];
    expect(cancelWords({ canceled: true, tasks })).toMatchObject({
      button: 'Cancel on_cancel…',
      question: { title: 'Cancel on_cancel, too?' },
    });
  },
);

it('says that a first cancel leaves finally to run', () => {
  const tasks = [task('a', 'done'), task('finally', 'running')];
  expect(cancelWords({ canceled: false, tasks }).question?.text).toContain('once its finally has ended');
});
