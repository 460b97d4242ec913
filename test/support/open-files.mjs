// Prints the soft limit of open files of two tasks: of a bash that waited, and of one of its own.
import { BashExecutor } from '../../dist/executor/bash-executor.js';

const executor = new BashExecutor({ environment: { PATH: process.env.PATH }, file: process.argv[2] });
for (const env of [{}, { 'B.C': 'own' }])
  await executor.execute(
    { entries: ['ulimit -Sn'], allowFailure: false },
    {
      env,
      signal: new globalThis.AbortController().signal,
      fenced: false,
      onOutput: (_, bytes) => process.stdout.write(bytes) && undefined,
    },
  );
await executor.close();
