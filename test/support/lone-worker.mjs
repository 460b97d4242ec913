// A worker without a database, to be killed: runs the tasks of its one argument, JSON, and says how each ended.
import { BashExecutor } from '../../dist/executor/bash-executor.js';
import { findTaskUser } from '../../dist/executor/task-user/task-user.js';

const { environment, lease, tasks, setting } = JSON.parse(process.argv[2]);
const { signal } = new globalThis.AbortController();
const user =
  setting === undefined ? null : await findTaskUser(setting, { environment, hidden: [], settings: [] });
const executor = new BashExecutor({ environment, user });
if (lease !== undefined) executor.lease(...lease);
await Promise.all(
  tasks.map(async ({ entry, fenced = false }) => {
    const outcome = await executor.execute(
      { entries: [entry], allowFailure: false },
      {
        env: {},
        fenced,
        signal,
        onOutput: (_, bytes) => void process.stdout.write(bytes),
      },
    );
    console.log(JSON.stringify(outcome));
  }),
);
await executor.close();
