// A worker without a database, to be killed: runs the tasks of its one argument, JSON, and says how each ended.
import { BashExecutor } from '../../dist/executor/bash-executor.js';

const { environment, lease, tasks } = JSON.parse(process.argv[2]);
const { signal } = new globalThis.AbortController();
const executor = new BashExecutor({ environment });
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
