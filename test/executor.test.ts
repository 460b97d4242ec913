import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BashExecutor } from '../src/executor/bash-executor.js';
import { exited, LAUNCHER, PATH, type Ran, type RunOptions, runTask } from './support/executors.js';

let executor: BashExecutor;
beforeEach(() => {
  executor = new BashExecutor({ environment: { PATH }, file: LAUNCHER });
});
afterEach(() => executor.close());

const run = (entries: readonly string[], options?: RunOptions): Promise<Ran> =>
  runTask(executor, entries, options);

/** Processes that have the marker in their environment. */
function alive(marker: string): string[] {
  const files = execFileSync('bash', ['-c', 'for f in /proc/[0-9]*/environ; do echo "$f"; done'], {
    encoding: 'utf8',
  });
  return files.split('\n').filter((name) => {
    try {
      return readFileSync(name, 'latin1').includes(marker);
    } catch {
      return false;
    }
  });
}

describe('the entries of a script', () => {
  test.each(['break', 'continue', 'for one in 1; do break 5; done', 'for one in 1; do continue 2; done'])(
    'are all run, though one of them says %j outside of a loop of its own',
    async (entry) => {
      for (const allowFailure of [false, true]) {
        const { outcome, stdout } = await run(['echo before', entry, 'echo after'], { allowFailure });
        expect([outcome, stdout]).toEqual([exited(0), 'before\nafter\n']);
      }
    },
  );

  test('are run in their order, a thousand of them as well, in one bash that ends with none of their functions', async () => {
    const entries = [
      'exit() { builtin exit 3; }; sum=0',
      ...Array.from({ length: 998 }, (_, n) => `((sum += ${n})) || :`),
    ];
    const { outcome, stdout } = await run([...entries, 'echo $sum']);
    expect([outcome, stdout]).toEqual([exited(0), `${(997 * 998) / 2}\n`]);
  });

  test('have lines of their own, whichever of them it is', async () => {
    const lines = Array.from({ length: 70 }, () => 'echo $LINENO\necho $LINENO');
    expect((await run(lines)).stdout).toBe('1\n2\n'.repeat(70));
  });
});

describe('a script', () => {
  test('ends with the code of its last entry', async () => {
    expect(await run(['echo hello; echo oops >&2', 'true'])).toEqual({
      outcome: exited(0),
      stdout: 'hello\n',
      stderr: 'oops\n',
    });
  });

  test('ends with the first entry that fails (6.1)', async () => {
    expect(await run(['echo a', '(exit 7)', 'echo b'])).toMatchObject({ outcome: exited(7), stdout: 'a\n' });
  });

  test('goes on after a failure where it may, and ends with the last code that was not 0 (6.3)', async () => {
    const entries = ['(exit 3)', '(exit 4)', 'echo on'];
    expect(await run(entries, { allowFailure: true })).toMatchObject({ outcome: exited(4), stdout: 'on\n' });
  });

  test('may have no entries', async () => {
    expect(await run([])).toMatchObject({ outcome: exited(0) });
  });

  test('keeps variables, functions and options from entry to entry (8.7)', async () => {
    const entries = [
      'x=1; f() { echo "f $x $1"; }',
      'set -u; x=2',
      'f y',
      'echo "${nope}"',
      'echo unreached',
    ];
    const { outcome, stdout, stderr } = await run(entries);
    expect([outcome.kind, stdout]).toEqual(['exited', 'f 2 y\n']);
    expect(stderr).toContain('nope: unbound variable');
  });

  test('keeps the directory and redirections from entry to entry', async () => {
    expect(await run(['cd /', 'exec 2>&1', 'pwd; echo err >&2'])).toMatchObject({
      stdout: '/\nerr\n',
      stderr: '',
    });
  });

  test('has no implicit errexit or pipefail (8.7)', async () => {
    expect(await run(['false; false | true; echo on'])).toMatchObject({ outcome: exited(0), stdout: 'on\n' });
  });

  test('ends at a failing command under its own set -e', async () => {
    expect(await run(['set -e', 'echo a; (exit 5); echo b'])).toMatchObject({
      outcome: exited(5),
      stdout: 'a\n',
    });
  });

  test('traces its own commands alone under set -x', async () => {
    const { stderr } = await run(['set -x', 'echo a', 'echo b']);
    expect(stderr.replace(/^\++ /gm, '')).toBe('echo a\necho b\n');
  });

  test('ends with the code of exit (8.7)', async () => {
    expect(await run(['exit 9', 'echo b'])).toMatchObject({ outcome: exited(9), stdout: '' });
  });

  test('runs its EXIT trap', async () => {
    expect(await run(["trap 'echo bye' EXIT", 'false'])).toMatchObject({
      outcome: exited(1),
      stdout: 'bye\n',
    });
  });

  test('has an empty standard input (8.7)', async () => {
    expect(await run(['cat; echo end'])).toMatchObject({ outcome: exited(0), stdout: 'end\n' });
  });

  test('has no arguments', async () => {
    expect(await run(['echo "$# $0"'])).toMatchObject({ stdout: '0 bash\n' });
  });

  test('can open /dev/stdout and /dev/stderr', async () => {
    const ran = await run([
      'echo a > /dev/stdout; echo b > /dev/stderr; echo c | tee /dev/stderr >/dev/null',
    ]);
    expect(ran).toEqual({ outcome: exited(0), stdout: 'a\n', stderr: 'b\nc\n' });
  });

  test('says 127 and a reason for a command that is not there (5.6)', async () => {
    const { outcome, stderr } = await run(['nosuchcommand']);
    expect(outcome).toEqual(exited(127));
    expect(stderr).toContain('nosuchcommand: command not found');
  });

  test.each([
    ['a child', "bash -c 'kill -TERM $$'", 143],
    ['the shell itself', 'kill -KILL $$', 137],
  ])('says 128 and the number when a foreign signal kills %s (5.6)', async (_who, entry, code) => {
    expect(await run([entry])).toMatchObject({ outcome: exited(code) });
  });

  test('has the given environment and no other', async () => {
    const { stdout } = await run(['env'], { env: { A: 'x\ny', 'B.C': 'ü' } });
    expect(stdout).toMatch(/^A=x\ny$/m);
    expect(stdout).toMatch(/^B.C=ü$/m);
    expect(stdout).toMatch(/^HOLDFAST_TASK=[0-9a-f-]+\.\d+$/m);
    expect(stdout.replace(/^HOLDFAST_TASK=.*$/m, '')).not.toMatch(/^(NODE|HOLDFAST|npm_)/m);
  });

  test('may be longer than the longest argument of a process', async () => {
    const long = 'x'.repeat(300_000);
    expect((await run([`echo ${long}`])).stdout).toBe(`${long}\n`);
  });

  test('hands over output in order, and no faster than it is taken', async () => {
    const { stdout } = await run(['for i in {1..20000}; do echo $i; done']);
    expect(stdout).toBe(Array.from({ length: 20_000 }, (_, index) => `${index + 1}\n`).join(''));
  });
});

describe('an entry that is no shell text (6.4)', () => {
  test.each([
    ['echo )', "line 2: syntax error near unexpected token `)'; line 2: `echo )'"],
    ['echo a\nif true\necho b', 'line 5: syntax error: unexpected end of file'],
    ['echo "open', 'unexpected EOF while looking for matching `"\''],
    ['}; echo x; {', 'line 2: syntax error near unexpected token'],
    ['echo $(', "unexpected EOF while looking for matching `)'"],
    ['cat <(', "unexpected EOF while looking for matching `)'"],
    ['x=(', "unexpected EOF while looking for matching `)'"],
  ])(
    'ends the script with what bash says of %j; entries before it have run, nothing of it has',
    async (bad, said) => {
      const { outcome, stdout } = await run(['echo before', `echo none\n${bad}`, 'echo after'], {
        allowFailure: true,
      });
      expect(stdout).toBe('before\n');
      expect(outcome.kind).toBe('invalid');
      expect((outcome as { message: string }).message).toContain(said);
    },
  );

  test('is not seen in what needs extglob, turned on before or in it', async () => {
    expect(await run(['shopt -s extglob\n[[ a == !(b) ]] && echo yes'])).toMatchObject({ stdout: 'yes\n' });
    expect(await run(['shopt -s extglob', '[[ a == +(a|c) ]] && echo yes'])).toMatchObject({
      stdout: 'yes\n',
    });
  });

  test('is not seen in a here-document without its end, which is printed as bash does', async () => {
    const { outcome, stdout } = await run(['cat <<EOF\nhello', 'echo on']);
    expect([outcome, stdout]).toEqual([exited(0), 'hello\non\n']);
  });

  test('is told in the POSIX mode as well', async () => {
    const { outcome, stdout } = await run(['set -o posix', 'echo a', 'echo )'], { allowFailure: true });
    expect([outcome.kind, stdout]).toEqual(['invalid', 'a\n']);
  });

  test('is not what an alias makes of one: that fails when it is run, as a command does', async () => {
    const entries = ["shopt -s expand_aliases; alias broken='('", 'broken', 'echo after'];
    expect(await run(entries, { allowFailure: true })).toMatchObject({
      outcome: exited(2),
      stdout: 'after\n',
    });
    expect(await run(entries)).toMatchObject({ outcome: exited(2), stdout: '' });
  });

  test('is not confused with an exit code of 2', async () => {
    expect(await run(['exit 2'])).toMatchObject({ outcome: exited(2) });
  });
});

describe('what a script writes is not taken for the word of its bash', () => {
  /** The second gets a bash of its own, the first one that has waited. */
  const environments: Record<string, string>[] = [{}, { 'B.C': 'own' }];
  const both = async (entries: string[]) => {
    const ran: Ran[] = [];
    for (const env of environments) {
      await executor.open();
      ran.push(await run(entries, { env }));
    }
    return ran.map(({ outcome }) => outcome);
  };

  test.each([
    ['one byte to descriptor 10', "printf '\\6' >&10; exit 3"],
    [
      'to every descriptor that it can find',
      'for fd in {3..1100}; do { printf "\\6$$ 1\\n$$ 2\\n" >&$fd; } 2>/dev/null; done; exit 3',
    ],
    ['a syntax error of its own making', 'echo "bash: line 1: syntax error" >&2; exit 3'],
  ])('where it writes %s', async (_what, entry) => {
    expect(await both([entry, 'true'])).toEqual([exited(3), exited(3)]);
  });

  test.each([
    ['exit 3', 3],
    ['exit 2', 2],
  ])(
    'where it looks up in which file bashes report, and says there that each of its entries is invalid; %s',
    async (exit, code) => {
      const entry = `outputs=$(readlink /proc/$$/fd/1); found=\${outputs%/*}/invalid
        printf '%s\\n' "$$ 1" "$$ 2" "$$ 3" "$$ 0" "$$ x" '' "$$ 1" >>"$found" || exit 9
        ${exit}`;
      expect(await both([entry, 'true'])).toEqual([exited(code), exited(code)]);
    },
  );

  test('and its descriptors are its own, from entry to entry', async () => {
    const entries = ['exec 10>&1 198>&1', 'echo a >&10; echo b >&198', 'echo )'];
    for (const env of environments) {
      const { outcome, stdout } = await run(entries, { env });
      expect([outcome.kind, stdout]).toEqual(['invalid', 'a\nb\n']);
    }
  });

  test('nor what its EXIT trap makes of an entry that is no shell text', async () => {
    const outcomes = await both(["trap 'exit 0' EXIT", 'echo )']);
    expect(outcomes.map(({ kind }) => kind)).toEqual(['invalid', 'invalid']);
  });

  test('and tells of an entry that is none, however much others have written there', async () => {
    const entry = `outputs=$(readlink /proc/$$/fd/1); found=\${outputs%/*}/invalid
      yes "$$ 1" | head -c 3000000 >>"$found"`;
    for (const env of environments)
      expect((await run([entry, 'echo )'], { env })).outcome.kind).toBe('invalid');
    expect(await run(['true'])).toMatchObject({ outcome: exited(0) });
  });
});

describe('a script that is to be killed', () => {
  const killWhen = (seen: string) => {
    const controller = new AbortController();
    return {
      signal: controller.signal,
      onText: (text: string) => {
        if (text.includes(seen)) controller.abort();
      },
    };
  };

  test('gets SIGINT and may clean up (6.5)', async () => {
    const entries = ["trap 'echo cleaning; exit 0' INT; echo go; while :; do sleep 0.01; done"];
    const { outcome, stdout } = await run(entries, killWhen('go'));
    expect([outcome, stdout]).toEqual([{ kind: 'killed' }, 'go\ncleaning\n']);
  });

  test('is killed if it does not listen (6.5)', async () => {
    const { outcome } = await run(["trap '' INT; echo go; while :; do sleep 1; done"], killWhen('go'));
    expect(outcome).toEqual({ kind: 'killed' });
  });

  test('is not started any more', async () => {
    expect(await run(['echo x'], { signal: AbortSignal.abort() })).toMatchObject({
      outcome: { kind: 'killed' },
      stdout: '',
    });
  });
});

describe('the processes of a script', () => {
  test('end with it, also those that it left in the background (6.5)', async () => {
    const marker = `MARK=${Math.random()}`;
    const [name, value] = marker.split('=') as [string, string];
    const { outcome } = await run(['sleep 300 & (trap "" INT TERM HUP; sleep 300) &', 'echo ok'], {
      env: { [name]: value },
    });
    expect(outcome).toEqual(exited(0));
    expect(alive(marker)).toEqual([]);
  });

  test('end when the launcher is lost, and a later script gets a new one', async () => {
    const marker = `MARK=${Math.random()}`;
    const [name, value] = marker.split('=') as [string, string];
    const { outcome } = await run(['echo "$PPID"; sleep 300'], {
      env: { [name]: value },
      onText: (text) => {
        if (text.endsWith('\n')) process.kill(Number(text), 'SIGKILL');
      },
    });
    expect(outcome).toEqual({ kind: 'lost', message: 'the launcher of the tasks was lost' });
    expect(alive(marker)).toEqual([]);
    expect(await run(['echo again'])).toMatchObject({ outcome: exited(0), stdout: 'again\n' });
  });

  test('cannot be started with an environment that is too large, and that is said', async () => {
    const { outcome } = await run(['true'], { env: { BIG: 'x'.repeat(200_000) } });
    expect(outcome).toMatchObject({ kind: 'lost', message: expect.stringContaining('E2BIG') as string });
  });
});

describe('what bash says of an entry', () => {
  test('counts its lines from 1', async () => {
    const { stderr } = await run(['true\nnosuchcommand']);
    expect(stderr).toBe('bash: line 2: nosuchcommand: command not found\n');
  });

  test.each([
    ['braces', 'f() { echo "${1:-x}"; }; f; { echo y; }', 'x\ny\n'],
    ['a comment at its end', 'echo a # }', 'a\n'],
    ['a backslash at its end', 'echo a \\', 'a\n'],
    ['nothing', '', ''],
    ['only a comment', '# nothing', ''],
    ['a here-document', 'cat <<EOF\n)\nEOF', ')\n'],
    ['a return, which it cannot', 'return 0 2>/dev/null; echo after', 'after\n'],
  ])('is nothing where it has %s', async (_what, entry, stdout) => {
    expect(await run([entry], { allowFailure: true })).toMatchObject({
      outcome: { kind: 'exited' },
      stdout,
      stderr: '',
    });
  });
});

describe('the executor', () => {
  test('makes new pipes where somebody has cleaned up its folder', async () => {
    const own = mkdtempSync(join(tmpdir(), 'holdfast-pipes-'));
    const other = new BashExecutor({ environment: { PATH, TMPDIR: own }, file: LAUNCHER });
    const once = () =>
      other.execute(
        { entries: ['true'], allowFailure: false },
        { env: {}, signal: new AbortController().signal, fenced: false, onOutput: () => undefined },
      );
    expect(await once()).toEqual(exited(0));
    for (const name of readdirSync(own)) rmSync(join(own, name), { recursive: true });
    for (let count = 0; count < 100; count += 1) expect(await once()).toEqual(exited(0));
    await other.close();
    expect(readdirSync(own)).toEqual([]);
  });

  test('says what a script came to before it was told to kill it, however long its output takes', async () => {
    const controller = new AbortController();
    let release: () => void = () => undefined;
    const held = new Promise<void>((done) => (release = done));
    const outcome = executor.execute(
      { entries: ['echo x'], allowFailure: false },
      {
        env: {},
        signal: controller.signal,
        fenced: false,
        onOutput: async () => {
          await held;
        },
      },
    );
    // The exit has long been told when this one, started after it, is through.
    await run(['true']);
    await run(['true']);
    controller.abort();
    release();
    expect(await outcome).toEqual(exited(0));
  });

  test('does not wait for a process that has escaped its task and goes on writing', async () => {
    const { outcome, stdout } = await run([
      'file=$(mktemp)',
      `(env -i setsid bash -c 'echo $$ > "$0"; while :; do echo tick >&5; sleep 0.05; done' "$file" 5>&1 >/dev/null 2>&1 &)`,
      'until [ -s "$file" ]; do sleep 0.01; done; echo "pid $(cat "$file")"; rm "$file"',
    ]);
    expect(outcome).toEqual(exited(0));
    process.kill(Number(/pid (\d+)/.exec(stdout)?.[1]), 'SIGKILL');
  });
});
