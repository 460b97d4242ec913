import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BashExecutor } from '../src/executor/bash-executor.js';
import { LAUNCHER, LoneWorker, PATH, READY, StartedTask, waitingIn } from './support/executors.js';
import type { TaskUser } from '../src/executor/task-user/as-user.js';
import { alive, parentOf } from './support/processes.js';
import { rootTest, USER } from './support/task-user.js';
import { until } from './support/wait.js';

/** A number that no other process has as an argument. */
const newMark = () => `1000.${randomInt(1e9, 1e10)}${randomInt(1e9, 1e10)}`;
/** A worker has its tasks in its arguments. */
const left = (mark: string) =>
  alive(mark, 'cmdline').filter((pid) => !alive('lone-worker.mjs', 'cmdline').includes(pid));
const kill = (...pids: number[]) => {
  for (const pid of pids) process.kill(pid, 'SIGKILL');
};

let executor: BashExecutor;
let mark: string;
beforeEach(() => {
  executor = new BashExecutor({ environment: { PATH }, file: LAUNCHER });
  mark = newMark();
});
afterEach(async () => {
  await executor.close();
  kill(...left(mark));
});

const QUIET = '</dev/null >/dev/null 2>&1';
/** Waits until they all run, and says so. `pgrep` may find itself, so it looks for the program `sleep`. */
const andWait = (count = 1) =>
  `\nuntil [ "$(pgrep -cf '^sleep ${mark}')" -ge ${count} ]; do sleep 0.01; done; echo up`;

async function run(entry: string): Promise<StartedTask> {
  const task = new StartedTask(executor, { entry });
  await task.outcome;
  return task;
}

describe('what a task leaves behind ends with it (6.5)', () => {
  const ways: [string, () => string][] = [
    ['in a session of its own', () => `setsid sleep ${mark} ${QUIET} &`],
    ['in a process group of its own', () => `set -m; sleep ${mark} ${QUIET} & disown`],
    [
      'by a double fork, deaf to the usual signals',
      () => `( ( setsid nohup sleep ${mark} ${QUIET} & ) & ); trap '' TERM HUP INT`,
    ],
    ['without its environment, in its session', () => `set -m; (env -i sleep ${mark} ${QUIET} &)`],
    [
      'without its environment and outside its session, with a parent that is known',
      () => `setsid bash -c 'env -i setsid sleep ${mark} & env -i setsid sleep ${mark} & wait' ${QUIET} &`,
    ],
    [
      'without its environment, in the session of one that is known by its parent',
      () =>
        `setsid bash -c 'env -i setsid bash -c "(sleep ${mark} &) ; sleep ${mark}; true" & wait' ${QUIET} &`,
    ],
    [
      'without its environment, outside its session and without a parent, with the output of the task',
      () => `(env -i setsid sleep ${mark} 2>/dev/null &)`,
    ],
  ];
  test.each(ways)('%s', async (_how, script) => {
    const count = script().split(`sleep ${mark}`).length - 1;
    const task = await run(script() + andWait(count));
    expect(task.output).toBe('up\n');
    expect(left(mark)).toEqual([]);
    expect(await task.outcome).toEqual({ kind: 'exited', code: 0 });
  });

  test('after a task that lived long enough for all pids to be used up', async () => {
    const task = await run(`sleep 0.3; setsid sleep ${mark} ${QUIET} &` + `sleep 0.3${andWait()}`);
    expect([task.output, left(mark)]).toEqual(['up\n', []]);
  });

  test('also where each starts the next and ends', async () => {
    // Not for ever: four that are not found would take the whole machine.
    const relay = `relay() { (($2 < 3000)) && setsid bash -c "$(declare -f relay); relay ${mark} $(($2 + 1)) &" ${QUIET}; }`;
    const task = await run(`${relay}; for i in 1 2 3 4; do relay ${mark} 0; done; sleep 0.1; echo up`);
    expect([task.output, left(mark)]).toEqual(['up\n', []]);
  });

  test('also where one goes on starting others that are known by it alone', async () => {
    const loop = `while :; do env -i setsid sleep ${mark} & sleep 0.005; done`;
    const task = await run(`setsid bash -c '${loop}' ${QUIET} &${andWait(10)}`);
    expect([task.output, left(mark)]).toEqual(['up\n', []]);
  });

  test('when it is killed, with those who are known by their parent alone', async () => {
    const task = new StartedTask(executor, {
      entry: `trap '' INT; env -i setsid sleep ${mark} ${QUIET} &${andWait()}; while :; do sleep 1; done`,
    });
    await task.says('up');
    task.cancel();
    expect([await task.outcome, left(mark)]).toEqual([{ kind: 'killed' }, []]);
  });

  test('and nothing of other tasks does, whatever their numbers', async () => {
    const go = join(mkdtempSync(join(tmpdir(), 'leftovers-')), 'go');
    const first = new StartedTask(executor, { entry: `until [ -e ${go} ]; do sleep 0.02; done` });
    for (let count = 2; count < 10; count += 1) await run(`(setsid sleep 1000 &)`);
    const tenth = new StartedTask(executor, { entry: `setsid sleep ${mark} &${andWait()}; wait` });
    await tenth.says('up');
    writeFileSync(go, '');
    expect(await first.outcome).toEqual({ kind: 'exited', code: 0 });
    expect(left(mark)).toHaveLength(1);
    kill(...left(mark));
    expect(await tenth.outcome).toEqual({ kind: 'exited', code: 0 });
  });

  test('and leaves nothing open in the service and its launcher', async () => {
    const pid = Number((await run('echo $PPID')).output);
    const open = () => [readdirSync('/proc/self/fd').length, readdirSync(`/proc/${pid}/fd`).length];
    await until('as many bashes wait as may', () => {
      const waiting = waitingIn(tmpdir()).filter((one) => parentOf(one) === pid);
      return waiting.length === READY;
    });
    const before = open();
    for (let count = 0; count < 200; count += 1) await run(count % 10 === 0 ? 'setsid sleep 1000 &' : 'true');
    await until('what was open is closed', () => JSON.stringify(open()) === JSON.stringify(before));
  });
});

describe('what tasks have started', () => {
  /** In every way that is found without the launcher's help. */
  const entry = () =>
    `echo "launcher <$PPID>"; setsid sleep ${mark} & set -m; env -i sleep ${mark} & ` +
    `setsid bash -c 'env -i setsid sleep ${mark} & wait' ${QUIET} &${andWait(3)}; wait`;
  const running = async () => {
    const worker = new LoneWorker([{ entry: entry() }]);
    await worker.says(/^(up)$/m);
    return { worker, launcher: Number(await worker.says(/<(\d+)>/)) };
  };
  const keeperOf = ({ folder }: LoneWorker) => alive(folder, 'cmdline').filter((pid) => isKeeper(pid));
  const isKeeper = (pid: number) => alive('holdfast-keeper', 'cmdline').includes(pid);
  const ended = (worker: LoneWorker) =>
    until('nothing of it is left', () => {
      const rest = [...left(mark), ...alive(worker.folder, 'environ', 'cmdline')];
      return rest.length === 0 && readdirSync(worker.folder).length === 0;
    });

  test('ends when the worker is killed, with its launcher and its folder', async () => {
    const { worker } = await running();
    kill(worker.pid);
    await ended(worker);
  });

  test('ends when the launcher is killed, before that is said', async () => {
    const task = new StartedTask(executor, { entry: entry() });
    await task.says('up');
    kill(Number(/<(\d+)>/.exec(task.output)?.[1]));
    expect(await task.outcome).toEqual({ kind: 'lost', message: 'the launcher of the tasks was lost' });
    expect(left(mark)).toEqual([]);
  });

  test('ends when worker and launcher are killed at once', async () => {
    const { worker, launcher } = await running();
    process.kill(worker.pid, 'SIGSTOP');
    kill(launcher, worker.pid);
    await ended(worker);
  });

  test('ends before the next worker starts any, with its folder, when nobody was left to see to it', async () => {
    const { worker, launcher } = await running();
    const other = new LoneWorker([{ entry: `echo "<$$>"; echo up; setsid sleep ${mark}; true` }]);
    await other.says(/^(up)$/m);
    process.kill(worker.pid, 'SIGSTOP');
    process.kill(launcher, 'SIGSTOP');
    kill(...keeperOf(worker), launcher, worker.pid);
    expect(left(mark).length).toBeGreaterThanOrEqual(4);
    const next = new BashExecutor({ environment: { PATH, TMPDIR: worker.folder }, file: LAUNCHER });
    await next.open();
    expect(left(mark)).toHaveLength(1);
    await next.close();
    expect(readdirSync(worker.folder)).toEqual([]);
    expect(parentOf(Number(left(mark)[0]))).toBe(Number(await other.says(/<(\d+)>/)));
    kill(other.pid);
    await ended(other);
  });

  describe('goes on where a process says that it is of a dead launcher of theirs, which ends', () => {
    /** Ticks of the clock since the machine's start. */
    const startOf = (pid: number) =>
      Number(
        readFileSync(`/proc/${pid}/stat`, 'latin1')
          .replace(/^.*\) /, '')
          .split(' ')[19],
      );

    /** The liar is in a session of its own, whose leader has no mark. `before`: what starts it. */
    async function lie(since: (leader: number) => number, before: string[], user: TaskUser | null) {
      const script = 'read -r mark; HOLDFAST_TASK=$mark "$@" & wait; echo alone; sleep 1000';
      const leader = spawn('bash', ['-c', script, 'bash', ...before, 'sleep', '1000'], {
        ...{ detached: true, env: { PATH } },
        stdio: ['pipe', 'pipe', 'ignore'],
      });
      const pid = Number(leader.pid);
      const said = once(leader.stdout, 'data').then(String);
      const { worker } = await running();
      const [, token, namespace] = /^holdfast-(\w+)-(\d+)-/.exec(readdirSync(worker.folder)[0] ?? '') ?? [];
      leader.stdin.end(`${token}-${namespace}-1-${since(startOf(pid))}.1\n`);
      await until('the liar runs', () => alive('sleep\x001000', 'cmdline').map(parentOf).includes(pid));
      chmodSync(worker.folder, 0o755);
      const environment = { PATH, TMPDIR: worker.folder };
      const next = new BashExecutor({ environment, user, file: LAUNCHER });
      await next.open();
      expect([await said, leader.signalCode]).toEqual(['alone\n', null]);
      expect(left(mark).length).toBeGreaterThanOrEqual(3);
      await next.close();
      kill(pid, worker.pid);
      await ended(worker);
    }

    test('alone, if the session that it is in is older than that launcher', async () => {
      await lie((leader) => leader + 1, [], null);
    });

    rootTest('alone, if the session that it is in was begun by another user', async () => {
      const before = ['setpriv', `--reuid=${USER.uid}`, `--regid=${USER.gid}`, '--clear-groups', '--'];
      await lie(() => 1, before, { ...USER, name: null, home: null });
    });
  });

  test('has a new keeper when that was killed', async () => {
    const { worker, launcher } = await running();
    const [first] = await until('there is a keeper', () => {
      const found = keeperOf(worker);
      return found.length > 0 && found;
    });
    kill(Number(first));
    const next = await until('there is another', () => keeperOf(worker).find((pid) => pid !== first));
    expect(parentOf(next)).toBe(launcher);
    process.kill(worker.pid, 'SIGSTOP');
    kill(launcher, worker.pid);
    await ended(worker);
  });
});
