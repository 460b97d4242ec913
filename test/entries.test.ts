import { BashExecutor } from '../src/executor/bash-executor.js';
import { exited, LAUNCHER, PATH, type Ran, runTask } from './support/executors.js';

let executor: BashExecutor;
beforeAll(() => {
  executor = new BashExecutor({ environment: { PATH }, file: LAUNCHER });
});
afterAll(() => executor.close());

/** The same in either bash. */
async function run(entries: readonly string[], { allowFailure = false } = {}): Promise<Ran> {
  const ran = await runTask(executor, entries, { allowFailure });
  // Of its own, because of a variable that bash cannot take over.
  expect(await runTask(executor, entries, { allowFailure, env: { 'B.C': 'own' } })).toEqual(ran);
  return ran;
}

describe('an exit ends its entry (8.7)', () => {
  test.each([
    ['after 0', ['if true; then echo nothing; exit 0; fi; echo no', 'echo notify'], 'nothing\nnotify\n'],
    ['in a function', ['f() { exit 0; }; f; echo no', 'echo on'], 'on\n'],
    ['again and again', ['exit 0', 'exit 0', 'exit 0', 'echo on'], 'on\n'],
    ['under set -e and -u', ['set -eu', 'exit 0', 'echo on'], 'on\n'],
    [
      'where builtin is a function',
      ['builtin() { :; }; exit 0', 'echo on', 'exit 0', 'echo too'],
      'on\ntoo\n',
    ],
    ['where exit is a function', ['exit() { echo own; builtin exit 0; }', 'exit', 'echo on'], 'own\non\n'],
    ['where all descriptors are closed', ['exec 3>&1 1>&- 2>&-', 'exit 0', 'exec 1>&3; echo on'], 'on\n'],
    ['in the POSIX mode', ['set -o posix; exit 0', 'echo on'], 'on\n'],
  ])('and the next one runs: %s', async (_what, entries, stdout) => {
    expect(await run(entries)).toMatchObject({ outcome: exited(0), stdout });
  });

  test('and the task with a code that is not 0', async () => {
    expect(await run(['exit 3', 'echo no'])).toMatchObject({ outcome: exited(3), stdout: '' });
    expect(await run(['exit 0', 'exit 3', 'echo no'])).toMatchObject({ outcome: exited(3), stdout: '' });
  });

  test.each([
    ['set -e', ['set -e', 'false; echo x', 'echo y'], 1],
    ['set -u', ['set -u', 'echo "$nope"; echo x', 'echo y'], 127],
    ['any code', ['exit 7; echo x', 'echo y'], 7],
    ['an exit of the last entry', ['exit 7', 'echo y; exit 0'], 7],
    ['a trap on EXIT', ['trap : EXIT; exit() { builtin exit 7; }', 'exit', 'echo y'], 7],
  ])(
    'under allow_failure after %s, and the last code that was not 0 is that of the task (6.3)',
    async (_what, entries, code) => {
      const { outcome, stdout } = await run(entries, { allowFailure: true });
      expect([outcome, stdout]).toEqual([exited(code), 'y\n']);
    },
  );

  test('and the shell is as it was but for its jobs', async () => {
    const { stdout } = await run([
      `cd /; x=1; export Y=2; readonly z=3; list=(a b); f() { echo "f $1"; }; set -- p q; umask 077; shopt -s extglob`,
      `exec 5>&1; set -f; trap 'echo usr1' USR1; exit 0`,
      'echo "$PWD $x $z ${list[1]} $* $(umask) $-" >&5; env | grep ^Y=; f g; [[ a == +(a) ]] && echo *; kill -USR1 $BASHPID; x=4; exit 0',
      'echo "$x"',
    ]);
    expect(stdout).toBe('/ 1 3 b p q 0077 fhBc\nY=2\nf g\n*\nusr1\n4\n');
  });

  test('and its trap on EXIT runs once, at the end of the script', async () => {
    const entries = ["trap 'echo bye $?' EXIT", 'exit 0', 'echo on', 'exit 0', '(exit 5)'];
    expect(await run(entries)).toMatchObject({ outcome: exited(5), stdout: 'on\nbye 5\n' });
    expect((await run(["trap 'echo bye $?' EXIT", '(exit 4)', 'echo no'])).stdout).toBe('bye 4\n');
    expect((await run(["trap 'echo bye $?' EXIT", 'trap - EXIT', 'echo on'])).stdout).toBe('on\n');
  });

  test('and it is said where the script cannot go on', async () => {
    const { outcome, stdout, stderr } = await run([
      'unset $(compgen -v) 2>/dev/null; exit 0',
      'echo no',
      'echo no',
    ]);
    expect([outcome, stdout]).toEqual([exited(1), '']);
    expect(stderr).toContain('holdfast: the script cannot go on after an exit\n');
  });

  test('but a syntax error the whole task, also under allow_failure (6.4)', async () => {
    const { outcome, stdout } = await run(['exit 0', 'echo )', 'echo no'], { allowFailure: true });
    expect([outcome.kind, stdout]).toEqual(['invalid', '']);
  });
});

describe('nothing of what is around entries shows', () => {
  test.each([
    ['set -v', ['set -v', 'echo a', 'echo b'], 'a\nb\n', 'echo a\necho b\n'],
    [
      'a trap on DEBUG',
      [`trap 'echo "D:$BASH_COMMAND"' DEBUG`, 'echo a', 'echo b'],
      'D:echo a\na\nD:echo b\nb\n',
      '',
    ],
    [
      'a trap on DEBUG that functions inherit',
      [`set -T; trap 'echo "D:$BASH_COMMAND"' DEBUG`, 'echo a', 'echo b'],
      'D:echo a\na\nD:echo b\nb\n',
      '',
    ],
    ['a trap on ERR', [`trap 'echo "E:$BASH_COMMAND"' ERR`, 'echo a', 'false'], 'a\nE:false\n', ''],
    [
      'a trap on EXIT',
      [`trap 'echo "$?"' EXIT`, 'true', 'trap -p EXIT'],
      `trap -- 'echo "$?"' EXIT\n0\n`,
      '',
    ],
  ])('under %s', async (_what, entries, stdout, stderr) => {
    expect(await run(entries)).toMatchObject({ stdout, stderr });
  });

  test.each([
    ['set -x', 'exit 0'],
    ['trap : ERR; set -x', 'exit 0'],
    ['set -xv', 'true'],
  ])('under %s, also with %s', async (set, entry) => {
    const { stderr } = await run([set, 'echo a', entry, 'echo b']);
    const lines = stderr.replace(/^\++ /gm, '').split('\n');
    // With both, a line is shown as it is read or as it is run, but for the first.
    expect([...new Set(lines)]).toEqual(['echo a', entry, 'echo b', '']);
  });
});

describe('entries run one after the other', () => {
  test.each([
    ['a function called builtin', 'builtin() { :; }'],
    [
      'functions called like all that could be needed',
      'builtin() { :; }; eval() { :; }; exit() { :; }; trap() { :; }; set() { :; }; printf() { :; }',
    ],
    ['no variables', 'unset $(compgen -v) 2>/dev/null || :'],
    ['no functions', 'unset -f $(compgen -A function)'],
    [
      'no descriptors',
      'exec 3>&1 1>&- 2>&-; for fd in {4..300}; do eval "exec $fd>&-"; done; echo() { printf "%s\\n" "$*" >&3; }',
    ],
  ])('with %s', async (_what, entry) => {
    const { outcome, stdout } = await run([entry, 'echo a', 'false', 'echo no']);
    expect([outcome, stdout]).toEqual([exited(1), 'a\n']);
  });
});
