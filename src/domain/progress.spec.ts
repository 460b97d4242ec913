import type { HandlerName } from './handlers.js';
import { progress, type Progress, type ProgressJob, type ProgressTask } from './progress.js';
import type { TaskStatus } from './status.js';

interface Sketch {
  readonly status: TaskStatus;
  readonly after?: readonly string[];
  readonly stopRequested?: boolean;
  readonly delayed?: boolean;
}

/** Tasks by name, in the order of their rows. */
function job(
  tasks: Readonly<Record<string, TaskStatus | Sketch>>,
  rest: Partial<ProgressJob> = {},
): ProgressJob {
  const rows = Object.entries(tasks).map(([name, task]): ProgressTask => {
    const {
      status,
      after = [],
      stopRequested = false,
      delayed = false,
    } = typeof task === 'string' ? { status: task } : task;
    return { name, dependsOn: after, status, stopRequested, delayed };
  });
  return {
    tasks: rows,
    started: true,
    cancelRequested: false,
    continueAfterFailure: false,
    handlers: [],
    ...rest,
  };
}

const waiting = (...after: string[]): Sketch => ({ status: 'waiting', after });
const stopping: Sketch = { status: 'running', stopRequested: true };
const delayed: Sketch = { status: 'waiting', delayed: true };

/** Exactly this follows, and nothing else. */
const only = (some: Partial<Progress>): Progress => ({
  ...{ ready: [], skipped: [], canceled: [], stop: [], added: [], end: null },
  ...some,
});

const goingOn = { continueAfterFailure: true };
const canceled = { cancelRequested: true };

describe('a job that goes well', () => {
  it('begins with the tasks that depend on nothing', () => {
    expect(progress(job({ a: 'waiting', b: 'waiting', c: waiting('a') }))).toEqual(
      only({ ready: ['a', 'b'] }),
    );
  });

  it('has nothing to do while its tasks are ready or run', () => {
    expect(progress(job({ a: 'ready', b: waiting('a') }))).toEqual(only({}));
    expect(progress(job({ a: 'running', b: waiting('a') }))).toEqual(only({}));
  });

  it('goes on with a task once all that it depends on is done', () => {
    const after = waiting('a', 'b');
    expect(progress(job({ a: 'done', b: 'running', c: after }))).toEqual(only({}));
    expect(progress(job({ a: 'done', b: 'done', c: after }))).toEqual(only({ ready: ['c'] }));
  });

  it('goes on with several tasks at once', () => {
    const tasks = job({ a: 'done', b: waiting('a'), c: waiting('a'), d: waiting('b') });
    expect(progress(tasks)).toEqual(only({ ready: ['b', 'c'] }));
  });

  it('counts a dependency once that is written twice', () => {
    expect(progress(job({ a: 'done', b: waiting('a', 'a') }))).toEqual(only({ ready: ['b'] }));
  });

  it('is done when all its tasks are', () => {
    expect(progress(job({ a: 'done', b: { status: 'done', after: ['a'] } }))).toEqual(only({ end: 'done' }));
  });

  it('is done at once without tasks', () => {
    expect(progress(job({}))).toEqual(only({ end: 'done' }));
    expect(progress(job({}, goingOn))).toEqual(only({ end: 'done' }));
  });

  it('goes the same way whatever it would do after a failure', () => {
    for (const tasks of [{ a: 'done', b: waiting('a') }, { a: 'ready' }, { a: 'done' }] as const) {
      expect(progress(job(tasks, goingOn))).toEqual(progress(job(tasks)));
    }
  });
});

describe('a task that waits for another attempt', () => {
  it('is not ready before its time, and keeps its job from ending', () => {
    expect(progress(job({ a: delayed }))).toEqual(only({}));
    expect(progress(job({ a: delayed, b: waiting('a'), c: 'done' }))).toEqual(only({}));
    expect(progress(job({ a: delayed, b: 'waiting' }))).toEqual(only({ ready: ['b'] }));
  });

  it('is skipped when another task fails for good', () => {
    expect(progress(job({ a: delayed, b: 'error' }))).toEqual(only({ skipped: ['a'], end: 'error' }));
  });

  it('is tried again all the same where independent branches go on', () => {
    expect(progress(job({ a: delayed, b: 'error', c: waiting('b') }, goingOn))).toEqual(
      only({ skipped: ['c'] }),
    );
  });

  it('is canceled with its job', () => {
    expect(progress(job({ a: delayed }, canceled))).toEqual(only({ canceled: ['a'], end: 'canceled' }));
  });
});

describe('a failed task (6.2)', () => {
  it('ends its job, and what has not run is skipped (5.5)', () => {
    const tasks = job({ a: 'error', b: 'ready', c: 'waiting', d: waiting('a'), e: 'done' });
    expect(progress(tasks)).toEqual(only({ skipped: ['b', 'c', 'd'], end: 'error' }));
  });

  it('stops its running siblings, and the job waits for them', () => {
    const tasks = job({ a: 'error', b: 'running', c: waiting('b') });
    expect(progress(tasks)).toEqual(only({ skipped: ['c'], stop: ['b'] }));
  });

  it('stops each sibling once', () => {
    expect(progress(job({ a: 'error', b: stopping }))).toEqual(only({}));
    expect(progress(job({ a: 'error', b: stopping, c: 'running' }))).toEqual(only({ stop: ['c'] }));
  });

  it('ends its job as failed once the stopped siblings are canceled (5.8)', () => {
    expect(progress(job({ a: 'error', b: 'canceled', c: 'skipped' }))).toEqual(only({ end: 'error' }));
  });

  it('ends its job as failed although a sibling was done before it could be stopped', () => {
    expect(progress(job({ a: 'error', b: 'done', c: waiting('b') }))).toEqual(
      only({ skipped: ['c'], end: 'error' }),
    );
  });

  it('counts when nothing else is left', () => {
    expect(progress(job({ a: 'done', b: 'error' }))).toEqual(only({ end: 'error' }));
  });
});

describe('a failed task of a pipeline that goes on after a failure (6.2)', () => {
  it('leaves independent branches alone', () => {
    const tasks = job({ a: 'error', b: 'running', c: waiting('b'), d: 'ready' }, goingOn);
    expect(progress(tasks)).toEqual(only({}));
  });

  it('has its dependents skipped, direct or not', () => {
    const tasks = {
      a: 'error',
      b: waiting('a'),
      c: waiting('b'),
      d: waiting('x', 'c'),
      x: 'running',
    } as const;
    expect(progress(job(tasks, goingOn))).toEqual(only({ skipped: ['b', 'c', 'd'] }));
  });

  it('has its dependents skipped even if all else that they depend on is done', () => {
    const tasks = { a: 'error', b: 'done', c: waiting('b', 'a'), d: waiting('b') } as const;
    expect(progress(job(tasks, goingOn))).toEqual(only({ ready: ['d'], skipped: ['c'] }));
  });

  it('ends its job as failed in the same step if nothing else is open', () => {
    const tasks = { a: 'error', b: waiting('a'), c: waiting('b'), d: 'done' } as const;
    expect(progress(job(tasks, goingOn))).toEqual(only({ skipped: ['b', 'c'], end: 'error' }));
  });

  it('ends its job as failed when the other branches have finished', () => {
    const tasks = { a: 'error', b: 'skipped', c: 'running' } as const;
    expect(progress(job(tasks, goingOn))).toEqual(only({}));
    expect(progress(job({ ...tasks, c: 'done' }, goingOn))).toEqual(only({ end: 'error' }));
  });

  it.each(['skipped', 'canceled'] as const)(
    'takes a %s task for one that never comes, like the failed one',
    (status) => {
      const tasks = { a: 'error', b: { status, after: ['a'] }, c: waiting('b'), d: 'running' } as const;
      expect(progress(job(tasks, goingOn))).toEqual(only({ skipped: ['c'] }));
      expect(progress(job({ ...tasks, d: 'done' }, goingOn))).toEqual(only({ skipped: ['c'], end: 'error' }));
    },
  );

  it('is one of several', () => {
    const tasks = { a: 'error', b: 'error', c: waiting('a', 'b'), d: waiting('c') } as const;
    expect(progress(job(tasks, goingOn))).toEqual(only({ skipped: ['c', 'd'], end: 'error' }));
  });
});

describe('a cancel (5.5, 5.9)', () => {
  it.each([{}, goingOn])('takes what has not run, stops what runs, and waits for it: %j', (mode) => {
    const tasks = job({ a: 'done', b: 'running', c: 'ready', d: waiting('b') }, { ...mode, ...canceled });
    expect(progress(tasks)).toEqual(only({ canceled: ['c', 'd'], stop: ['b'] }));
  });

  it('ends a job at once that runs nothing', () => {
    const tasks = job({ a: 'done', b: 'ready', c: waiting('b') }, canceled);
    expect(progress(tasks)).toEqual(only({ canceled: ['b', 'c'], end: 'canceled' }));
  });

  it('ends a job at once that has not started', () => {
    const tasks = job({ a: 'waiting', b: waiting('a') }, canceled);
    expect(progress(tasks)).toEqual(only({ canceled: ['a', 'b'], end: 'canceled' }));
  });

  it('ends a job without tasks', () => {
    expect(progress(job({}, canceled))).toEqual(only({ end: 'canceled' }));
  });

  it('stops each task once', () => {
    expect(progress(job({ a: stopping, b: 'canceled' }, canceled))).toEqual(only({}));
  });

  it('ends the job as canceled when the last task has ended', () => {
    expect(progress(job({ a: 'canceled', b: 'canceled' }, canceled))).toEqual(only({ end: 'canceled' }));
  });

  it.each([{}, goingOn])('wins over what the killed tasks answer: %j', (mode) => {
    const over = { ...mode, ...canceled };
    expect(progress(job({ a: 'error', b: 'canceled' }, over))).toEqual(only({ end: 'canceled' }));
    expect(progress(job({ a: 'done', b: 'done' }, over))).toEqual(only({ end: 'canceled' }));
  });

  it.each([{}, goingOn])('wins over a failure before it: %j', (mode) => {
    const tasks = job({ a: 'error', b: 'skipped', c: stopping, d: 'waiting' }, { ...mode, ...canceled });
    expect(progress(tasks)).toEqual(only({ canceled: ['d'] }));
  });

  it('makes nothing ready any more', () => {
    const tasks = job({ a: 'done', b: waiting('a'), c: 'running' }, canceled);
    expect(progress(tasks).ready).toEqual([]);
  });
});

describe('on_error (6.6)', () => {
  const handled: Partial<ProgressJob> = { handlers: ['on_error'] };
  const added = [{ name: 'on_error', status: 'ready' }] as const;

  it.each([{}, goingOn])('runs after the failed graph has come to rest: %j', (mode) => {
    const having = { ...handled, ...mode };
    expect(progress(job({ a: 'error', b: stopping }, having))).toEqual(only({}));
    expect(progress(job({ a: 'error', b: 'canceled' }, having))).toEqual(only({ added }));
    expect(progress(job({ a: 'error', b: waiting('a') }, having))).toEqual(only({ added, skipped: ['b'] }));
  });

  it('runs once', () => {
    for (const status of ['ready', 'running'] as const) {
      expect(progress(job({ a: 'error', on_error: status }, handled))).toEqual(only({}));
    }
    expect(progress(job({ a: 'error', on_error: 'error' }, handled))).toEqual(only({ end: 'error' }));
  });

  it('does not run where nothing failed, and not after a cancel', () => {
    expect(progress(job({ a: 'done' }, handled))).toEqual(only({ end: 'done' }));
    expect(progress(job({ a: 'error' }, { ...handled, ...canceled }))).toEqual(only({ end: 'canceled' }));
    expect(progress(job({ a: 'error', on_error: 'ready' }, { ...handled, ...canceled }))).toEqual(
      only({ canceled: ['on_error'], end: 'canceled' }),
    );
  });

  it.each([{}, goingOn])('keeps the job running until it ends: %j', (mode) => {
    expect(progress(job({ a: 'error', on_error: 'running' }, mode))).toEqual(only({}));
  });

  it('is not stopped by the failure that it is for, as a running sibling is', () => {
    const tasks = job({ a: 'error', b: 'running', on_error: 'running' });
    expect(progress(tasks)).toEqual(only({ stop: ['b'] }));
  });

  it('is stopped by a cancel', () => {
    const tasks = job({ a: 'error', b: 'skipped', on_error: 'running' }, canceled);
    expect(progress(tasks)).toEqual(only({ stop: ['on_error'] }));
  });

  it.each(['done', 'error'] as const)('leaves the job failed when it is %s', (status) => {
    expect(progress(job({ a: 'error', on_error: status }))).toEqual(only({ end: 'error' }));
    expect(progress(job({ a: 'error', on_error: status }, goingOn))).toEqual(only({ end: 'error' }));
  });

  it('leaves the job canceled when it was stopped', () => {
    expect(progress(job({ a: 'error', on_error: 'canceled' }, canceled))).toEqual(only({ end: 'canceled' }));
  });
});

describe('on_cancel and finally (6.8)', () => {
  const all: Partial<ProgressJob> = { handlers: ['on_error', 'on_cancel', 'finally'] };
  const stopped: Partial<ProgressJob> = { ...all, ...canceled };
  const again: Partial<ProgressJob> = { ...stopped, cancelHandlers: true };
  const ready = (name: HandlerName) => only({ added: [{ name, status: 'ready' }] });

  it('run after the canceled graph has come to rest, one after the other', () => {
    expect(progress(job({ a: stopping, b: 'canceled' }, stopped))).toEqual(only({}));
    expect(progress(job({ a: 'canceled' }, stopped))).toEqual(ready('on_cancel'));
    for (const status of ['ready', 'running'] as const)
      expect(progress(job({ a: 'canceled', on_cancel: status }, stopped))).toEqual(only({}));
    for (const status of ['done', 'error'] as const)
      expect(progress(job({ a: 'canceled', on_cancel: status }, stopped))).toEqual(ready('finally'));
    expect(progress(job({ a: 'canceled', on_cancel: 'done', finally: 'error' }, stopped))).toEqual(
      only({ end: 'canceled' }),
    );
  });

  it('finally runs after a success, and after on_error; on_cancel does not', () => {
    expect(progress(job({ a: 'done' }, all))).toEqual(ready('finally'));
    expect(progress(job({}, all))).toEqual(ready('finally'));
    expect(progress(job({ a: 'done', finally: 'running' }, all))).toEqual(only({}));
    expect(progress(job({ a: 'done', finally: 'done' }, all))).toEqual(only({ end: 'done' }));
    expect(progress(job({ a: 'error' }, all))).toEqual(ready('on_error'));
    expect(progress(job({ a: 'error', on_error: 'running' }, all))).toEqual(only({}));
    expect(progress(job({ a: 'error', on_error: 'error' }, all))).toEqual(ready('finally'));
    expect(progress(job({ a: 'error', on_error: 'done', finally: 'done' }, all))).toEqual(
      only({ end: 'error' }),
    );
  });

  it('a finally that fails makes a job errored that was done', () => {
    expect(progress(job({ a: 'done', finally: 'error' }, all))).toEqual(only({ end: 'error' }));
  });

  it('run after an on_error that the cancel has stopped', () => {
    expect(progress(job({ a: 'error', on_error: 'running' }, stopped))).toEqual(only({ stop: ['on_error'] }));
    expect(progress(job({ a: 'error', on_error: 'ready' }, stopped))).toEqual({
      ...ready('on_cancel'),
      canceled: ['on_error'],
    });
    expect(progress(job({ a: 'error', on_error: 'canceled' }, stopped))).toEqual(ready('on_cancel'));
  });

  it('do not run for a job that never started', () => {
    const waited = { ...stopped, started: false };
    expect(progress(job({ a: 'waiting' }, waited))).toEqual(only({ canceled: ['a'], end: 'canceled' }));
  });

  it('finally goes on after a first cancel, and no on_cancel comes after it', () => {
    expect(progress(job({ a: 'done', finally: 'running' }, stopped))).toEqual(only({}));
    expect(progress(job({ a: 'done', finally: 'done' }, stopped))).toEqual(only({ end: 'canceled' }));
    expect(progress(job({ a: 'done', finally: 'running' }, again))).toEqual(only({ stop: ['finally'] }));
  });

  it('end by a second cancel, and those that have not begun never do', () => {
    const dropped = [{ name: 'finally', status: 'canceled' }] as const;
    expect(progress(job({ a: 'canceled', on_cancel: 'running' }, again))).toEqual(
      only({ stop: ['on_cancel'], added: dropped }),
    );
    expect(progress(job({ a: 'canceled', on_cancel: 'ready' }, again))).toEqual(
      only({ canceled: ['on_cancel'], added: dropped, end: 'canceled' }),
    );
    expect(progress(job({ a: 'canceled', on_cancel: stopping, finally: 'canceled' }, again))).toEqual(
      only({}),
    );
    expect(progress(job({ a: 'canceled', on_cancel: 'canceled', finally: 'canceled' }, stopped))).toEqual(
      only({ end: 'canceled' }),
    );
  });

  it('are left to run by a second cancel that comes before them', () => {
    expect(progress(job({ a: stopping }, again))).toEqual(only({}));
    expect(progress(job({ a: stopping, on_error: 'canceled' }, again))).toEqual(only({}));
  });

  it('are tasks like others where the definition has them as tasks, as in older versions', () => {
    const old: Partial<ProgressJob> = { handlers: ['on_error'] };
    expect(progress(job({ a: 'done', finally: waiting('a'), on_cancel: 'waiting' }, old))).toEqual(
      only({ ready: ['finally', 'on_cancel'] }),
    );
    expect(progress(job({ finally: 'error', b: 'running' }, old))).toEqual(only({ stop: ['b'] }));
    expect(progress(job({ finally: 'running', on_cancel: 'ready' }, { ...old, ...canceled }))).toEqual(
      only({ stop: ['finally'], canceled: ['on_cancel'] }),
    );
  });
});

describe('rows that something else wrote', () => {
  it.each([{}, goingOn])('end in an error if they wait for each other: %j', (mode) => {
    const tasks = job({ a: waiting('b'), b: waiting('a'), c: 'done' }, mode);
    expect(progress(tasks)).toEqual(only({ skipped: ['a', 'b'], end: 'error' }));
  });

  it('end in an error if one waits for itself', () => {
    expect(progress(job({ a: waiting('a') }))).toEqual(only({ skipped: ['a'], end: 'error' }));
  });

  it('end in an error if one waits for what is not there', () => {
    expect(progress(job({ a: waiting('nowhere'), b: waiting('a') }))).toEqual(
      only({ skipped: ['a', 'b'], end: 'error' }),
    );
  });

  it('do not keep the others from running to their end first', () => {
    expect(progress(job({ a: waiting('a'), b: 'waiting' }))).toEqual(only({ ready: ['b'] }));
    expect(progress(job({ a: waiting('a'), b: 'ready' }))).toEqual(only({}));
    expect(progress(job({ a: waiting('a'), b: 'running' }))).toEqual(only({}));
    expect(progress(job({ a: waiting('a'), b: 'done' }))).toEqual(only({ skipped: ['a'], end: 'error' }));
  });

  it('are skipped once, also where a circle hangs on a failed task', () => {
    const tasks = job({ a: 'error', b: waiting('a', 'c'), c: waiting('b') }, goingOn);
    expect(progress(tasks)).toEqual(only({ skipped: ['b', 'c'], end: 'error' }));
  });

  it('are still an error once they are skipped, so that it may be asked again', () => {
    const tasks = job({ a: { status: 'skipped', after: ['nowhere'] }, b: 'done' });
    expect(progress(tasks)).toEqual(only({ end: 'error' }));
  });

  it('are canceled like all others', () => {
    const tasks = job({ a: waiting('b'), b: waiting('a'), c: waiting('nowhere') }, canceled);
    expect(progress(tasks)).toEqual(only({ canceled: ['a', 'b', 'c'], end: 'canceled' }));
  });
});
