import { BashExecutor } from '../src/executor/bash-executor.js';
import type { Outcome } from '../src/executor/executor.js';
import { DEFAULT_STOPPING, type Stopping } from '../src/domain/stopping.js';
import { exited, LAUNCHER, PATH, type Ran, runTask } from './support/executors.js';

let executor: BashExecutor;
beforeAll(() => {
  executor = new BashExecutor({ environment: { PATH }, file: LAUNCHER });
});
afterAll(() => executor.close());

interface Options extends Partial<Stopping> {
  readonly allowFailure?: boolean;
  /** Stopped as soon as its stdout has this. */
  readonly stopAt?: string;
  /** Killed without grace as soon as its stdout has this. */
  readonly forceAt?: string;
  readonly env?: Record<string, string>;
}

function run(entries: string[], options: Options = {}): Promise<Ran> {
  const { allowFailure = false, stopAt, forceAt, env = {}, ...stopping } = options;
  const [stop, force] = [new AbortController(), new AbortController()];
  return runTask(executor, entries, {
    allowFailure,
    env,
    signal: stop.signal,
    force: force.signal,
    stopping: { ...DEFAULT_STOPPING, killGraceMs: 60_000, ...stopping },
    onText: (text, stream) => {
      if (stream !== 'stdout') return;
      if (stopAt !== undefined && text.includes(stopAt)) stop.abort();
      if (forceAt !== undefined && text.includes(forceAt)) force.abort();
    },
  });
}

const KILLED: Outcome = { kind: 'killed' };

/** Ends well when it is asked to end, as many servers do. */
const POLITE = `node -e 'process.on("SIGINT", () => process.exit(0)); setTimeout(() => {}, 60000); console.log("ready")'`;
/** The task's bash waits for it, or has none of its own. */
const environments = [{}, { 'B.C': 'own' }] as const;

describe('after a stop no further command of the script starts (6.5)', () => {
  test.each([
    ['a further entry', [POLITE, 'echo NEXT']],
    ['the next line', [`${POLITE}\necho NEXT`]],
    ['what follows a failure', [`${POLITE} && exit 1 || echo NEXT`]],
    ['the next round of a loop', [`for i in 1 2 3; do ${POLITE}; echo NEXT; done`]],
    ['what follows its own trap on the signal', [`trap 'echo trapped' INT; ${POLITE}; echo NEXT`]],
    [
      'what follows a trap that returns from its function',
      [`f() { trap 'echo trapped; return' INT; ${POLITE}; echo NEXT; }; f; echo NEXT`],
    ],
    ['the next command of a subshell', [`( ${POLITE}; echo NEXT ); echo NEXT`]],
    [
      'the next command of a part of a pipeline',
      [`{ ${POLITE}; echo NEXT; } | { trap '' INT TERM; cat; }; echo NEXT`],
    ],
    ['what follows a command substitution', [`{ x=$(${POLITE} >&3; echo NEXT >&3); } 3>&1; echo NEXT`]],
    ['the next command in the background', [`( ${POLITE}; echo NEXT ) & wait; echo NEXT`]],
    ['the next command where its shell ignores the signal', [`trap '' INT; ${POLITE}; echo NEXT`]],
    ['the next command under set -m', [`set -m; ${POLITE}; echo NEXT`]],
    [
      'the next command where builtin is a function',
      [`builtin() { :; }; exit() { :; }; ${POLITE}; echo NEXT`],
    ],
  ])('not %s', async (_what, entries) => {
    for (const allowFailure of [false, true])
      for (const env of environments) {
        const { outcome, stdout } = await run(entries, { allowFailure, env, stopAt: 'ready\n' });
        expect([outcome, stdout.replace('trapped\n', '')]).toEqual([KILLED, 'ready\n']);
      }
  });

  test.each([
    ['trap on the signal', `trap 'echo cleaned' INT`],
    ['trap on EXIT', `trap 'sleep 0.1; echo cleaned' EXIT`],
  ])('but its %s runs', async (_what, trap) => {
    const { outcome, stdout } = await run([trap, POLITE, 'echo NEXT'], { stopAt: 'ready\n' });
    expect([outcome, stdout]).toEqual([KILLED, 'ready\ncleaned\n']);
  });

  test('but the EXIT trap of a subshell runs', async () => {
    const { stdout } = await run([`(trap 'echo cleaned' EXIT; ${POLITE}; echo NEXT)`], { stopAt: 'ready\n' });
    expect(stdout).toBe('ready\ncleaned\n');
  });

  test('and its traps run once, with its arguments and without a trace of what runs them', async () => {
    const entries = ['set -- a b; set -x', `trap 'echo "$# $1"' INT; trap 'echo exit' EXIT`, POLITE];
    const { stdout, stderr } = await run(entries, { stopAt: 'ready\n' });
    expect(stdout).toBe('ready\n2 a\nexit\n');
    expect(stderr).not.toContain('__holdfast');
  });

  test('for any signal that it is to be asked by', async () => {
    const entries = [`trap 'echo term' TERM; trap 'echo int' INT; sleep 60; echo NEXT`];
    const { stdout } = await run(['echo ready', ...entries], { killSignal: 'SIGTERM', stopAt: 'ready\n' });
    // The signal may come before the trap is there.
    expect(['ready\nterm\n', 'ready\n']).toContain(stdout);
  });

  test('a hundred times, however the signal and the end of a program fall together', async () => {
    for (let round = 0; round < 25; round += 1) {
      const ran = await Promise.all(
        Array.from({ length: 4 }, () => run([`${POLITE}; echo NEXT`, 'echo NEXT'], { stopAt: 'ready\n' })),
      );
      expect(ran).toEqual(Array(4).fill({ outcome: KILLED, stdout: 'ready\n', stderr: '' }));
    }
  });
});

describe('each process of a task that is stopped', () => {
  const python = (text: string) => `python3 -u -c '${text}'`;
  /** Asks for a second; its parent has none. */
  const slow = (before = '') =>
    python(`
import os, signal, time
if os.fork() == 0:
    ${before}
    def h(*a):
        print("asked to stop"); time.sleep(1); print("cleaned up"); os._exit(0)
    signal.signal(signal.SIGINT, h); print("ready"); time.sleep(60)
signal.signal(signal.SIGINT, signal.SIG_DFL); time.sleep(60)`);

  test.each([
    ['though its parent and its shell have ended', slow()],
    ['in a session of its own', slow('os.setsid()')],
    ['in a process group of its own', slow('os.setpgid(0, 0)')],
    [
      'where nothing but its parent tells whose it is',
      slow('os.setsid()').replace('python3', 'env -i $(command -v python3)'),
    ],
  ])('is asked once and has its whole grace, %s', async (_how, entry) => {
    const { outcome, stdout } = await run([entry], { stopAt: 'ready\n' });
    expect([outcome, stdout]).toEqual([KILLED, 'ready\nasked to stop\ncleaned up\n']);
  });

  test('is killed when its grace is over, whatever it does', async () => {
    const entry = python(`
import signal, time
for name in (signal.SIGINT, signal.SIGTERM): signal.signal(name, lambda *a: print("no"))
print("ready")
while True: time.sleep(60)`);
    const { outcome, stdout } = await run([entry], { stopAt: 'ready\n', killGraceMs: 300 });
    expect([outcome, stdout]).toEqual([KILLED, 'ready\nno\n']);
  });

  test('is killed at once where it has no grace', async () => {
    const entry = `trap 'echo asked' INT; echo ready; sleep 60`;
    expect(await run([entry], { forceAt: 'ready' })).toMatchObject({ outcome: KILLED, stdout: 'ready\n' });
  });

  test('gets SIGTERM where it ignores SIGINT, as background jobs of bash do', async () => {
    const entry = `${python('import signal, time\ndef h(*a): print("terminated"); exit(0)\nsignal.signal(signal.SIGTERM, h)\nprint("ready"); time.sleep(60)')} & wait; echo NEXT`;
    const { outcome, stdout } = await run([entry], { stopAt: 'ready\n' });
    expect([outcome, stdout]).toEqual([KILLED, 'ready\nterminated\n']);
  });

  test('gets the signal that its task asks for', async () => {
    const entry = python(
      'import signal, time\ndef h(*a): print("hup"); exit(0)\nsignal.signal(signal.SIGHUP, h)\nprint("ready"); time.sleep(60)',
    );
    const { stdout } = await run([entry], { stopAt: 'ready\n', killSignal: 'SIGHUP' });
    expect(stdout).toBe('ready\nhup\n');
  });
});

describe('a process that holds the output of a script that has ended', () => {
  const TEE = `bash -c 'exec > >(sleep 0.2; tee /dev/null) 2>&1; echo starting; echo REASON; exit 1'`;

  test('is waited for until it has written all', async () => {
    for (const env of environments)
      expect(await run([TEE], { env })).toMatchObject({ outcome: exited(1), stdout: 'starting\nREASON\n' });
  });

  test('is waited for in a session of its own, and where its standard output is not the one it holds', async () => {
    const { stdout } = await run([`setsid bash -c 'sleep 0.3; echo late >&5' 5>&1 >/dev/null 2>&1 &`]);
    expect(stdout).toBe('late\n');
  });

  test('is not waited for any longer than it may take', async () => {
    const { outcome, stdout } = await run(['(sleep 0.1; echo in time; sleep 60; echo late) & true'], {
      outputGraceMs: 1_000,
    });
    expect([outcome, stdout]).toEqual([exited(0), 'in time\n']);
  });

  test('is not waited for where it holds no output, or may not', async () => {
    const began = performance.now();
    await run(['sleep 60 >/dev/null 2>&1 &'], { outputGraceMs: 60_000 });
    await run(['sleep 60 & true'], { outputGraceMs: 0 });
    // Far from both.
    expect(performance.now() - began).toBeLessThan(30_000);
  });

  test('does not change what the script came to when the task is stopped meanwhile', async () => {
    const ran = await run([`(trap '' INT TERM; sleep 0.3; echo late; sleep 60) & exit 3`], {
      outputGraceMs: 60_000,
      killGraceMs: 100,
      stopAt: 'late',
    });
    expect(ran).toMatchObject({ outcome: exited(3), stdout: 'late\n' });
  });
});
