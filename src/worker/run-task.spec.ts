import { BashExecutor } from '../executor/bash-executor.js';
import { TaskOutput } from '../logs/task-output.js';
import { pipelineOf, taskOf } from '../../test/support/definition.js';
import { runTask, type Stop } from './run-task.js';

/** How a task ends that is told to before its script begins. */
function endOf(stop: Stop) {
  const claim = {
    ...{ taskId: '1', jobId: 'j', pipeline: 'p', definitionId: 'd', task: 'a', attempt: 1, worker: 'w#1' },
    ...{ variables: null, jobAgeMs: 0, readyMs: null, traceParent: null },
  };
  const abort = new AbortController();
  abort.abort(stop);
  return runTask({
    claim,
    definition: pipelineOf([taskOf('a')]),
    executor: new BashExecutor({ environment: {} }),
    output: new TaskOutput(claim, 1024, () => undefined),
    trace: null,
    variables: {},
    abort,
    force: new AbortController().signal,
    onGrace: () => undefined,
  });
}

describe('a task that is killed', () => {
  it('because its worker was called dead has no end of its own: it is rescued, and not called canceled', async () => {
    expect(await endOf('lost')).toBeNull();
  });

  it.each([
    ['stop', { status: 'canceled', error: null, reason: null }],
    [
      'shutdown',
      { status: 'error', error: 'the worker was shut down while the task ran', reason: 'worker_lost' },
    ],
  ] as const)('because of a %s says so', async (stop, end) => {
    expect(await endOf(stop)).toMatchObject(end);
  });
});
