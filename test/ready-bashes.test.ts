import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BashExecutor } from '../src/executor/bash-executor.js';
import type { Outcome } from '../src/executor/executor.js';
import { LAUNCHER, LoneWorker, PATH, READY, waitingIn } from './support/executors.js';
import { parentOf } from './support/processes.js';
import { until } from './support/wait.js';

const DONE: Outcome = { kind: 'exited', code: 0 };
const LOST_TOUCH = { kind: 'lost', message: 'its worker had lost touch with the database' };
/** Sends the task to a bash of its own. */
const DOUBTFUL = { 'B.C': 'd' };

let folder: string;
let executor: BashExecutor;
const open = (environment: Record<string, string> = {}) => {
  inherited = { PATH, TMPDIR: folder, ...environment };
  executor = new BashExecutor({ environment: inherited, file: LAUNCHER });
};
let inherited: Record<string, string>;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ready-bashes-'));
  open();
});
afterEach(() => executor.close());

interface Options {
  readonly env?: Record<string, string>;
  readonly fenced?: boolean;
  readonly signal?: AbortSignal;
}

const waiting = () => waitingIn(folder);
const ready = async () => {
  await executor.open();
  return until('bashes wait', () => {
    const pids = waiting();
    return pids.length === READY && pids;
  });
};
const send = (signal: NodeJS.Signals, pids: readonly number[]) => {
  for (const pid of pids) process.kill(pid, signal);
};

async function run(entries: string | string[], { env, fenced = false, signal }: Options = {}) {
  const output = { stdout: '', stderr: '' };
  const outcome = await executor.execute(
    { entries: [entries].flat(), allowFailure: true },
    {
      env: env ?? {},
      fenced,
      signal: signal ?? new AbortController().signal,
      onOutput: (stream, bytes) => {
        output[stream] += bytes.toString();
      },
    },
  );
  return { outcome, ...output };
}

/** Whether the task's bash was there before it. */
const HAS_WAITED = `[[ $(tr '\\0' '|' </proc/$$/cmdline) == *'|wait|'* ]] && echo waited || echo own`;
/** What may differ: numbers, and the variable that makes the difference. */
const plain = (text: string) =>
  text
    .replace(/^.*(B\\.C|HOLDFAST_TASK|__holdfast).*\n/gm, '')
    .replace(/\/(\d+) \(deleted\)/g, '/N (deleted)')
    .replace(/^\d+$/gm, 'N');

async function both(entries: string | string[], env: Record<string, string> = {}) {
  await ready();
  const ahead = await run([HAS_WAITED, ...[entries].flat()], { env });
  const own = await run([HAS_WAITED, ...[entries].flat()], { env: { ...env, ...DOUBTFUL } });
  expect([ahead.stdout.split('\n')[0], own.stdout.split('\n')[0]]).toEqual(['waited', 'own']);
  const rest = ({ outcome, stdout, stderr }: typeof own) => [
    outcome,
    plain(stdout.replace(/^.*\n/, '')),
    plain(stderr),
  ];
  return [rest(ahead), rest(own)] as const;
}

describe('a task in a bash that was started before', () => {
  const ENV = { TASK_NAME: 'a b', lower: 'ü"\'`$(id)\\ € 😀\n\t*', EMPTY: '', HOME: '/tmp', TILDE: '~/x:~' };

  test.each([
    ['environment', 'env -0 | sort -z | tr "\\0" "|"'],
    [
      'variables, options, functions, aliases and traps',
      'declare -p | grep -v " SECONDS"; set -o; shopt; declare -F; alias; trap -p; ulimit -a',
    ],
    [
      'arguments, directory and depth',
      'echo "$0 $# <$*> $- $PPID $BASH_SUBSHELL $((BASHPID - $$)) $SECONDS"; pwd; umask; dirs',
    ],
    [
      'open files',
      'for file in /proc/self/fd/*; do readlink "$file"; done; ls /proc/$$/fd; grep -h flags /proc/$$/fdinfo/[012]',
    ],
    ['input', 'readlink /proc/self/fd/0; cat; echo end'],
    ['outputs by name', 'echo a >/dev/stdout; echo b >/dev/stderr; echo c | tee /dev/stderr'],
    ['signals', "grep -E 'Sig(Ign|Cgt)' /proc/self/status"],
    [
      'limits and rights',
      'grep -E "Uid|Gid|Groups|Cap|NoNew|Umask" /proc/self/status; cat /proc/self/limits; ps -o tty=,ni= -p $$',
    ],
    ['trace', ['set -x', 'echo a; f() { echo "$LINENO"; }; f', 'echo b']],
    ['errors with their lines', ['true\nnosuchcommand', 'echo )', 'echo more']],
    ['last words', 'echo a; exec 2>&1; echo b >&2; trap "echo bye" EXIT; exit 9'],
  ])('has the same %s as in one of its own', async (_what, entries) => {
    const [ahead, own] = await both(entries, ENV);
    expect(ahead).toEqual(own);
  });

  test('has in its environment what was asked for, over what all inherit', async () => {
    await executor.close();
    open({ INHERITED: 'a', 'X.Y': 'dot', OVER: 'a' });
    await ready();
    const env = { ...ENV, OVER: 'b' };
    const { stdout } = await run('env -0');
    const told = await run('env -0', { env });
    const without = (text: string) =>
      text.split('\0').filter((one) => !/^(_|SHLVL|PWD|HOLDFAST_TASK)=|^$/.test(one));
    const asked = (own: Record<string, string>) =>
      Object.entries({ ...inherited, ...own }).map(([name, value]) => `${name}=${value}`);
    expect(without(stdout).sort()).toEqual(asked({}).sort());
    expect(without(told.stdout).sort()).toEqual(asked(env).sort());
  });

  test('has what bash warned of at its start, where it inherits that', async () => {
    await executor.close();
    open({ LC_ALL: 'xx_XX' });
    const [ahead, own] = await both('echo a');
    expect(ahead).toEqual([DONE, 'a\n', expect.stringContaining('cannot change locale (xx_XX)')]);
    expect(own).toEqual(ahead);
  });
});

describe('a task with a doubtful environment gets a bash of its own', () => {
  test.each([
    ['UID', '77'],
    ['B.C', 'd'],
    ['LC_ALL', 'C'],
    ['SHLVL', '7'],
    ['__holdfast_x', 'x'],
    ['CONTROL', 'a\u0001\u007Fb'],
    ['LONG', 'x'.repeat(50_000)],
  ])('with %s', async (name, value) => {
    await ready();
    const { stdout } = await run([HAS_WAITED, 'env -0'], { env: { [name]: value } });
    expect(stdout.startsWith('own\n')).toBe(true);
    // Each bash counts itself.
    const given = name === 'SHLVL' ? '8' : value;
    expect(stdout.slice('own\n'.length).split('\0')).toContain(`${name}=${given}`);
  });

  test('where bash would run something of the inherited one before it waits', async () => {
    await executor.close();
    open({ BASH_ENV: '/dev/null', X: 'a' });
    expect(await run(HAS_WAITED)).toMatchObject({ outcome: DONE, stdout: 'own\n' });
    expect(waiting()).toEqual([]);
  });
});

describe('many tasks at once', () => {
  test('each have a bash, whether one waits for them or not', async () => {
    await ready();
    const tasks = await Promise.all(
      Array.from({ length: 3 * READY }, () => run('echo $$; env | grep HOLDFAST_TASK')),
    );
    expect(tasks.filter(({ outcome }) => outcome.kind !== 'exited')).toEqual([]);
    const numbers = tasks.map(({ stdout }) => stdout.split('\n'));
    expect(new Set(numbers.map(([pid]) => pid)).size).toBe(3 * READY);
    expect(new Set(numbers.map(([, mark]) => mark)).size).toBe(3 * READY);
    await ready();
  });

  test('one after the other, have a new one each', async () => {
    await ready();
    const pids: string[] = [];
    for (let count = 0; count < 3 * READY; count += 1) pids.push((await run('echo $$')).stdout);
    expect(new Set(pids).size).toBe(3 * READY);
  });
});

describe('a bash that waits', () => {
  test('costs no task when it is killed, and there is another', async () => {
    for (let round = 0; round < 5; round += 1) {
      send('SIGKILL', await ready());
      const tasks = await Promise.all(Array.from({ length: READY }, () => run('echo once')));
      expect(tasks).toEqual(Array(READY).fill({ outcome: DONE, stdout: 'once\n', stderr: '' }));
    }
    await ready();
  });

  test('costs no task when it is killed after it was given one and before it took it', async () => {
    const pids = await ready();
    send('SIGSTOP', pids);
    const tasks = Array.from({ length: READY }, () => run('echo once'));
    // The fifth is through when the launcher has given the others away.
    expect(await run(HAS_WAITED)).toMatchObject({ outcome: DONE, stdout: 'own\n' });
    send('SIGKILL', pids);
    expect(await Promise.all(tasks)).toEqual(
      Array(READY).fill({ outcome: DONE, stdout: 'once\n', stderr: '' }),
    );
  });

  test('does not hand on a task that was to be killed meanwhile', async () => {
    const pids = await ready();
    send('SIGSTOP', pids);
    const controller = new AbortController();
    const task = run(`echo begun`, { signal: controller.signal });
    await run('true', { env: DOUBTFUL });
    controller.abort();
    expect(await task).toEqual({ outcome: { kind: 'killed' }, stdout: '', stderr: '' });
    send('SIGKILL', waiting());
  });

  test('does not begin a task whose lease is over before it took it, nor hands it on', async () => {
    const pids = await ready();
    send('SIGSTOP', pids);
    executor.lease(600_000, 600_000);
    const tasks = [run('echo begun', { fenced: true }), run('echo begun', { fenced: true })];
    await run('true', { env: DOUBTFUL });
    // One is killed by the launcher; the other by somebody, at the same time.
    executor.lease(0, 600_000);
    send('SIGKILL', pids);
    const lost = { outcome: LOST_TOUCH, stdout: '', stderr: '' };
    expect(await Promise.all(tasks)).toEqual([lost, lost]);
  });

  test('ends with the executor', async () => {
    await ready();
    await executor.close();
    expect(waiting()).toEqual([]);
  });

  test.each(['worker', 'launcher'])('ends when the %s is killed', async (who) => {
    const worker = new LoneWorker([{ entry: 'echo up; sleep 300' }]);
    await worker.says(/(up)/);
    const [pid] = await until('bashes wait', () => {
      const pids = waitingIn(worker.folder);
      return pids.length > 1 && pids;
    });
    process.kill(who === 'worker' ? worker.pid : parentOf(Number(pid)), 'SIGKILL');
    await until('none waits', () => waitingIn(worker.folder).length === 0);
  });

  test('ends when worker and launcher are killed while it stands still', async () => {
    const worker = new LoneWorker([{ entry: 'echo up; sleep 300' }]);
    await worker.says(/(up)/);
    const pids = await until('bashes wait', () => {
      const found = waitingIn(worker.folder);
      return found.length > 1 && found;
    });
    send('SIGSTOP', pids);
    process.kill(worker.pid, 'SIGSTOP');
    send('SIGKILL', [parentOf(Number(pids[0])), worker.pid]);
    await until('none waits', () => waitingIn(worker.folder).length === 0);
  });
});
