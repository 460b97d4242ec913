import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Shell, SHELL_OPTIONS, type ShellOption } from '../src/domain/shell.js';
import { BashExecutor } from '../src/executor/bash-executor.js';
import { freshDatabase } from './support/database.js';
import { exited, LAUNCHER, PATH, type Ran, runTask } from './support/executors.js';
import { TestService } from './support/service.js';

let executor: BashExecutor;
beforeAll(() => {
  executor = new BashExecutor({ environment: { PATH }, file: LAUNCHER });
});
afterAll(() => executor.close());

interface Options {
  readonly shell: Partial<Shell>;
  readonly allowFailure?: boolean;
}

/** The same in either bash. */
async function run(entries: readonly string[], { shell, allowFailure = false }: Options): Promise<Ran> {
  const options = { allowFailure, shell: { workingDir: null, options: [], ...shell } };
  const ran = await runTask(executor, entries, options);
  // Of its own, because of a variable that bash cannot take over.
  expect(await runTask(executor, entries, { ...options, env: { 'B.C': 'own' } })).toEqual(ran);
  return ran;
}

describe('working_dir', () => {
  test.each(['plain', "it's a $(touch x) folder\n\\", '-n', 'ünïcode'])(
    'is where all entries of a task begin: %j',
    async (name) => {
      const folder = join(mkdtempSync(join(realpathSync(tmpdir()), 'folder-')), name);
      mkdirSync(folder);
      const { outcome, stdout, stderr } = await run(['pwd; echo a > f', 'cat f; pwd -P'], {
        shell: { workingDir: folder },
      });
      expect([outcome, stdout, stderr]).toEqual([exited(0), `${folder}\na\n${folder}\n`, '']);
    },
  );

  test.each([
    ['/nowhere', 'No such file or directory'],
    ['/etc/passwd', 'Not a directory'],
  ])('that cannot be entered fails the task before its first entry: %s', async (workingDir, reason) => {
    for (const allowFailure of [false, true]) {
      const { outcome, stdout, stderr } = await run(['echo no', 'echo no'], {
        shell: { workingDir },
        allowFailure,
      });
      expect([outcome, stdout, stderr]).toEqual([
        exited(1),
        '',
        `holdfast: working_dir ${workingDir}: ${reason}\n`,
      ]);
    }
  });
});

describe('shell_options', () => {
  const outcomeWith = async (options: readonly ShellOption[], entries: string[], allowFailure = false) => {
    const { outcome, stdout } = await run(entries, { shell: { options }, allowFailure });
    return [outcome, stdout];
  };

  test('are none unless they are set', async () => {
    const entries = ['false; false | true; echo "$nope"; set -o | grep -c "on$"', 'echo b'];
    expect(await outcomeWith([], entries)).toEqual([
      exited(0),
      expect.stringMatching(/^\n\d+\nb\n$/) as string,
    ]);
  });

  test('end an entry as set -o at its beginning would', async () => {
    expect(await outcomeWith(['errexit'], ['echo a; false; echo no', 'echo no'])).toEqual([exited(1), 'a\n']);
    expect(await outcomeWith(['pipefail'], ['(exit 3) | true', 'echo no'])).toEqual([exited(3), '']);
    expect(await outcomeWith(['nounset'], ['echo "$nope"; echo no'])).toEqual([exited(127), '']);
  });

  test('hold for all entries, also behind one that failed under allow_failure', async () => {
    const entries = ['false; echo no', 'false; echo no', 'set +e; false; echo on'];
    expect(await outcomeWith(['errexit'], entries, true)).toEqual([exited(1), 'on\n']);
  });

  test('leave nothing of the wrapper in what is traced', async () => {
    const entries = ['set -xv; echo a', 'echo b'];
    const plain = await run(entries, { shell: {} });
    expect(await run(entries, { shell: { workingDir: '/', options: SHELL_OPTIONS } })).toEqual(plain);
    expect(plain.stdout).toBe('a\nb\n');
  });
});

describe('the shell of a task', () => {
  test('has the folder and the options of its pipeline, or its own, and Python does not buffer', async () => {
    const folder = mkdtempSync(join(realpathSync(tmpdir()), 'pipelines-'));
    mkdirSync(join(folder, 'app'));
    writeFileSync(
      join(folder, 'pipelines.yml'),
      `
pipelines:
  p:
    working_dir: app
    shell_options: [errexit]
    tasks:
      a: { script: ['pwd; echo "$PYTHONUNBUFFERED"; shopt -qo errexit'] }
      b: { script: ['pwd; echo "[$PYTHONUNBUFFERED]"; ! shopt -qo errexit'], working_dir: /, shell_options: [], env: { PYTHONUNBUFFERED: '' } }
      c: { script: [exit 1], depends_on: [a, b] }
    on_error: { script: [pwd] }
`,
    );
    const service = new TestService({ DATABASE_URL: await freshDatabase(), HOLDFAST_PATH: folder });
    const id = await service.schedule('p');
    await service.completed(id);
    const stdout = async (task: string) => {
      const { body } = await service.get<{ stdout: string }>(`/job/logs?id=${id}&task=${task}`);
      return body.stdout;
    };
    expect(await Promise.all(['a', 'b', 'on_error'].map(stdout))).toEqual([
      `${folder}/app\n1\n`,
      '/\n[]\n',
      `${folder}/app\n`,
    ]);
    expect(await service.stop()).toBe(0);
  });

  test('has the soft limit of open files with which the service was started', () => {
    // Two shells, so that the inner one is not what Node takes the place of.
    const program = join(__dirname, 'support', 'open-files.mjs');
    const ran = spawnSync('bash', [
      '-c',
      `ulimit -Sn 1000; bash -c '"$@"; exit $?' bash ${process.execPath} ${program} ${LAUNCHER}`,
    ]);
    expect(String(ran.stdout)).toBe('1000\n1000\n');
    expect(String(ran.stderr)).toBe('');
  });
});
