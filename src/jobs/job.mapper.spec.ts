import { TASK_STATUSES, type TaskStatus } from '../domain/status.js';
import { toJob } from './job.mapper.js';
import type { JobRow, TaskRow } from './job.row.js';

const ID = '52a5cb79-7556-4c52-8e6f-dd6aaf1bc4c8';
const CREATED = '2025-05-04T09:41:59Z';
const START = '2025-05-04T09:42:00Z';
const END = '2025-05-04T09:42:30Z';

function jobRow(row: Partial<JobRow> = {}): JobRow {
  return {
    id: ID,
    pipeline: 'release',
    status: 'running',
    cancelRequested: false,
    created: CREATED,
    start: START,
    end: null,
    endedMicros: null,
    user: 'j.doe',
    variables: null,
    rerunOf: null,
    tasks: [],
    ...row,
  };
}

function taskRow(name: string, row: Partial<TaskRow> = {}): TaskRow {
  return {
    name,
    dependsOn: [],
    status: 'waiting',
    start: null,
    end: null,
    ended: null,
    exitCode: 0,
    error: null,
    attempts: null,
    retryAt: null,
    attempt: 0,
    carriedOver: false,
    ...row,
  };
}

const failed = (name: string, error: string, ended: number, row: Partial<TaskRow> = {}) =>
  taskRow(name, { status: 'error', start: START, end: END, ended, exitCode: 1, error, ...row });

describe('a job as answered (3.2)', () => {
  it('has its keys in the documented order', () => {
    const row = jobRow({
      status: 'error',
      end: END,
      variables: { tag: 'v1', list: [1, null] },
      tasks: [failed('test', 'exit status 2', 1, { dependsOn: ['build'], exitCode: 2 }), taskRow('build')],
    });
    expect(JSON.stringify(toJob(row), null, 1)).toBe(
      JSON.stringify(
        {
          id: ID,
          pipeline: 'release',
          tasks: [
            {
              name: 'build',
              status: 'waiting',
              start: null,
              end: null,
              skipped: false,
              exitCode: 0,
              errored: false,
            },
            {
              name: 'test',
              dependsOn: ['build'],
              status: 'error',
              start: START,
              end: END,
              skipped: false,
              exitCode: 2,
              errored: true,
              error: 'exit status 2',
            },
          ],
          completed: true,
          canceled: false,
          errored: true,
          created: CREATED,
          start: START,
          end: END,
          lastError: 'exit status 2',
          variables: { tag: 'v1', list: [1, null] },
          user: 'j.doe',
        },
        null,
        1,
      ),
    );
  });

  it('has nothing that is not documented', () => {
    const keys = [
      'id',
      'pipeline',
      'tasks',
      'completed',
      'canceled',
      'errored',
      'created',
      'start',
      'end',
      'user',
    ];
    expect(Object.keys(toJob(jobRow()))).toEqual(keys);
  });

  it('has its tasks in topological order, on_error last (3.5)', () => {
    const tasks = [
      taskRow('on_error'),
      taskRow('zeta'),
      taskRow('alpha', { dependsOn: ['zeta'] }),
      taskRow('beta'),
      taskRow('mid', { dependsOn: ['beta', 'zeta'] }),
    ];
    expect(toJob(jobRow({ tasks })).tasks.map(({ name }) => name)).toEqual([
      ...['beta', 'zeta', 'alpha', 'mid', 'on_error'],
    ]);
  });

  it('has times as they were read, to the letter', () => {
    const job = toJob(
      jobRow({ status: 'done', end: END, tasks: [taskRow('a', { start: START, end: END })] }),
    );
    expect([job.created, job.start, job.end]).toEqual([CREATED, START, END]);
    expect(job.tasks[0]).toMatchObject({ start: START, end: END });
  });
});

describe('what is not there (3.3)', () => {
  it('is null where it is a time', () => {
    const json = JSON.stringify(toJob(jobRow({ status: 'waiting', start: null, tasks: [taskRow('a')] })));
    expect(JSON.parse(json)).toMatchObject({ start: null, end: null, tasks: [{ start: null, end: null }] });
  });

  it('is left out where it is lastError, variables, dependsOn or error', () => {
    const job = toJob(jobRow({ tasks: [taskRow('a')] }));
    expect(job).not.toHaveProperty('lastError');
    expect(job).not.toHaveProperty('variables');
    expect(job.tasks[0]).not.toHaveProperty('dependsOn');
    expect(job.tasks[0]).not.toHaveProperty('error');
  });

  it('is left out where it is an empty error', () => {
    const job = toJob(jobRow({ status: 'error', tasks: [failed('a', '', 1)] }));
    expect(job.tasks[0]).not.toHaveProperty('error');
    expect(job).not.toHaveProperty('lastError');
  });

  it('is left out where it is variables without any', () => {
    expect(toJob(jobRow({ variables: {} }))).not.toHaveProperty('variables');
  });

  it('is an empty list where it is the tasks', () => {
    expect(toJob(jobRow({ tasks: [] })).tasks).toEqual([]);
  });

  it('is an empty text where it is the user', () => {
    expect(toJob(jobRow({ user: '' })).user).toBe('');
  });

  it('is said by every boolean and exit code', () => {
    const job = toJob(jobRow({ tasks: [taskRow('a')] }));
    expect(job).toMatchObject({ completed: false, canceled: false, errored: false });
    expect(job.tasks[0]).toMatchObject({ skipped: false, errored: false, exitCode: 0 });
  });
});

describe('a task as answered', () => {
  const answered: Record<TaskStatus, string> = {
    waiting: 'waiting',
    ready: 'waiting',
    running: 'running',
    skipped: 'skipped',
    done: 'done',
    error: 'error',
    canceled: 'canceled',
  };

  it.each(TASK_STATUSES)(
    'in status %s has the documented one, and the booleans that follow from it (5.1)',
    (status) => {
      const [task] = toJob(jobRow({ tasks: [taskRow('a', { status })] })).tasks;
      expect(task).toMatchObject({
        status: answered[status],
        skipped: status === 'skipped',
        errored: status === 'error',
      });
    },
  );

  it.each([-1, 0, 1, 127, 137, 255])('has the exit code that was stored: %i (5.4)', (exitCode) => {
    expect(toJob(jobRow({ tasks: [taskRow('a', { exitCode })] })).tasks[0]).toHaveProperty(
      'exitCode',
      exitCode,
    );
  });

  it('that was let fail is done, with the exit code that it had, and not errored (6.3)', () => {
    const tasks = [taskRow('a', { status: 'done', start: START, end: END, exitCode: 3 })];
    const job = toJob(jobRow({ status: 'done', end: END, tasks }));
    expect(job).toMatchObject({ completed: true, errored: false });
    expect(job).not.toHaveProperty('lastError');
    expect(job.tasks[0]).toMatchObject({ status: 'done', exitCode: 3, errored: false });
  });

  it('has dependsOn as written, order and repetitions included (3.6)', () => {
    const tasks = [taskRow('a'), taskRow('b'), taskRow('c', { dependsOn: ['b', 'a', 'b', 'nowhere'] })];
    expect(toJob(jobRow({ tasks })).tasks[2]).toHaveProperty('dependsOn', ['b', 'a', 'b', 'nowhere']);
  });

  it('that was canceled before it ran has an end and no start (5.3)', () => {
    const tasks = [taskRow('a', { status: 'canceled', end: END })];
    expect(toJob(jobRow({ tasks })).tasks[0]).toMatchObject({ status: 'canceled', start: null, end: END });
  });
});

describe("a job's booleans", () => {
  it.each([
    ['waiting', false],
    ['running', false],
    ['done', true],
    ['error', true],
    ['canceled', true],
  ] as const)('call a job in status %s completed: %j (5.2)', (status, completed) => {
    expect(toJob(jobRow({ status })).completed).toBe(completed);
  });

  it('call it canceled from the cancel on, and completed when it has ended', () => {
    const before = jobRow({ status: 'running', cancelRequested: true });
    expect(toJob(before)).toMatchObject({ canceled: true, completed: false });
    const after = jobRow({ status: 'canceled', cancelRequested: true, end: END });
    expect(toJob(after)).toMatchObject({ canceled: true, completed: true, errored: false });
  });

  it('call a job canceled that never started', () => {
    const row = jobRow({ status: 'canceled', start: null, end: END });
    expect(toJob(row)).toMatchObject({
      canceled: true,
      completed: true,
      errored: false,
      start: null,
      end: END,
    });
  });

  it('call a job errored as soon as one task failed, although others still run', () => {
    const tasks = [
      failed('a', 'exit status 1', 1),
      taskRow('b', { status: 'running', start: START, exitCode: -1 }),
    ];
    expect(toJob(jobRow({ tasks }))).toMatchObject({ errored: true, completed: false });
  });

  it('call a job errored whose on_error failed (5.7)', () => {
    const tasks = [taskRow('a', { status: 'done' }), failed('on_error', 'exit status 1', 1)];
    expect(toJob(jobRow({ tasks })).errored).toBe(true);
  });

  it.each(['on_cancel', 'finally'])('do not call a canceled job errored whose %s failed (6.8)', (name) => {
    const tasks = [taskRow('a', { status: 'canceled' }), failed(name, 'exit status 1', 1)];
    const canceling = jobRow({ status: 'running', cancelRequested: true, tasks });
    const canceled = jobRow({ status: 'canceled', cancelRequested: true, end: END, tasks });
    for (const row of [canceling, canceled]) expect(toJob(row).errored).toBe(false);
    const own = failed('b', 'exit status 2', 1);
    expect(toJob({ ...canceled, tasks: [...tasks, own] })).toMatchObject({
      errored: true,
      lastError: 'exit status 2',
    });
  });

  it('call a job errored whose finally alone failed, without a last error (5.7, 6.8)', () => {
    const tasks = [taskRow('a', { status: 'done' }), failed('finally', 'exit status 1', 1)];
    const job = toJob(jobRow({ status: 'error', end: END, tasks }));
    expect(job.errored).toBe(true);
    expect(job).not.toHaveProperty('lastError');
  });

  it('do not call it canceled for siblings that its own failure killed (5.8)', () => {
    const tasks = [
      failed('a', 'exit status 1', 1),
      taskRow('b', { status: 'canceled', start: START, end: END }),
    ];
    expect(toJob(jobRow({ status: 'error', end: END, tasks }))).toMatchObject({
      canceled: false,
      errored: true,
    });
  });

  it.each(TASK_STATUSES.filter((status) => status !== 'error'))(
    'do not call it errored for a task that is %s',
    (status) => {
      expect(toJob(jobRow({ tasks: [taskRow('a', { status })] })).errored).toBe(false);
    },
  );
});

describe('lastError (5.8)', () => {
  const lastError = (...tasks: TaskRow[]) => toJob(jobRow({ tasks })).lastError;

  it('is the error of the task that failed last, wherever it stands', () => {
    expect(lastError(failed('a', 'first', 10), failed('b', 'second', 20))).toBe('second');
    expect(lastError(failed('a', 'second', 20), failed('b', 'first', 10))).toBe('second');
  });

  it('knows which came last by less than a second', () => {
    expect(
      lastError(failed('a', 'second', 1_746_351_720.000002), failed('b', 'first', 1_746_351_720.000001)),
    ).toBe('second');
  });

  it('is that of the later one in the list if both failed at once, however the rows came', () => {
    const tasks = [failed('a', 'of a', 10), failed('b', 'of b', 10)];
    expect(lastError(...tasks)).toBe('of b');
    expect(lastError(...tasks.toReversed())).toBe('of b');
  });

  it('is not that of a sibling which was killed', () => {
    const killed = taskRow('b', { status: 'canceled', start: START, end: END, ended: 20, exitCode: -1 });
    expect(lastError(failed('a', 'exit status 1', 10), killed)).toBe('exit status 1');
  });

  it('is never that of on_error (6.6)', () => {
    expect(lastError(failed('a', 'exit status 1', 10), failed('on_error', 'exit status 9', 20))).toBe(
      'exit status 1',
    );
    expect(lastError(failed('on_error', 'exit status 9', 20))).toBeUndefined();
  });

  it('is not there after a cancel that killed everything (5.9)', () => {
    const killed = taskRow('a', { status: 'canceled', start: START, end: END, ended: 20, exitCode: -1 });
    const job = toJob(jobRow({ status: 'canceled', cancelRequested: true, end: END, tasks: [killed] }));
    expect(job).not.toHaveProperty('lastError');
  });
});
