import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Reach, tryAsUser } from '../src/executor/task-user/trial.js';
import { PATH } from './support/executors.js';
import { TestService } from './support/service.js';
import { isRoot, openFolder, OTHER, rootTest, settingOf, USER } from './support/task-user.js';

const MAIN = join(__dirname, '..', 'dist', 'main.js');
const SETTING = settingOf(USER);
/** Nothing is there that would answer. */
const DATABASE_URL = 'postgresql://u@127.0.0.1:1/never';

/** What a start says that is refused. */
async function refused(env: Record<string, string>, cwd = openFolder()): Promise<string> {
  const service = new TestService({ DATABASE_URL, HOLDFAST_PATH: cwd, ...env }, cwd);
  expect(await service.exited).toBe(1);
  return service.output.trim();
}

const cannotBe = (setting: string, why: string) =>
  `holdfast: HOLDFAST_TASK_USER: tasks cannot be run as ${setting}: ${why}`;

describe('a service does not start, and says why, where HOLDFAST_TASK_USER', () => {
  test.each(['a b', ':a', 'a:', 'a:b:c', '-a', 'a:-b', '/a', ' '])('is %j', async (setting) => {
    expect(await refused({ HOLDFAST_TASK_USER: setting })).toBe(
      `holdfast: HOLDFAST_TASK_USER: expected a user, or user:group, by names or numbers; found ${JSON.stringify(setting)}`,
    );
  });

  test.each([
    ['root', 'it is root'],
    ['0', 'it is root'],
    ['0:4712', 'it is root'],
    ['root:4712', 'it is root'],
    ['4711:0', "its group is root's"],
    ['nobody:root', "its group is root's"],
    ['nobody-at-all', 'there is no such user'],
    ['nobody:nobodies-at-all', 'there is no such group'],
    ['4711', 'there is no account with this number: name its group, too, such as 4711:4711'],
    ['4711:4294967296', 'numbers end at 2147483647'],
    ['99999999999:4712', 'there is no such user'],
  ])('is %s', async (setting, why) => {
    expect(await refused({ HOLDFAST_TASK_USER: setting })).toBe(cannotBe(setting, why));
  });

  test('is another user, and the service may not change its own', () => {
    const args = [
      '--inh-caps=-all',
      '--bounding-set=-all,+setuid,+setgid,+chown',
      '--',
      process.execPath,
      MAIN,
    ];
    const [program = '', ...rest] = isRoot ? ['setpriv', ...args] : [process.execPath, MAIN];
    const cwd = openFolder();
    const env = { PATH, DATABASE_URL, HOLDFAST_TASK_USER: SETTING, HOLDFAST_LOG_FORMAT: 'text' };
    const { status, stderr } = spawnSync(program, rest, { cwd, env, encoding: 'utf8' });
    expect(status).toBe(1);
    expect(stderr).toMatch(
      isRoot
        ? /: the service is root, but lacks CAP_KILL, CAP_SYS_PTRACE, CAP_DAC_READ_SEARCH \(or CAP_DAC_OVERRIDE\)\n$/
        : /: the service is not root/,
    );
  });

  rootTest('names one who can read a file with the service’s own settings', async () => {
    const folder = openFolder();
    writeFileSync(join(folder, '.env'), 'A=b\n');
    writeFileSync(join(folder, '.env.local'), 'HOLDFAST_JWT_ISSUER=x\n');
    writeFileSync(join(folder, '.prunner.yml'), 'jwt_secret: "a secret of enough characters"\n');
    const canRead = (file: string) =>
      `it can read ${join(folder, file)}, in which there are settings that tasks must not see`;
    expect(await refused({ HOLDFAST_TASK_USER: SETTING, HOLDFAST_ROLE: 'worker' }, folder)).toBe(
      cannotBe(SETTING, `${canRead('.env.local')}; ${canRead('.prunner.yml')}`),
    );
  });

  rootTest('names the one whom the embedded Postgres runs as', async () => {
    const cwd = openFolder();
    const name = spawnSync('getent', ['passwd', 'postgres']).status === 0 ? 'postgres' : 'nobody';
    expect(await refused({ DATABASE_URL: '', HOLDFAST_TASK_USER: name }, cwd)).toContain(
      `the embedded Postgres runs as ${name}, so tasks could change its data`,
    );
  });
});

describe('tasks are not run as a user', () => {
  const NOTHING: Reach = {
    ...{ bash: 'bash', path: PATH, folder: '/', temporary: '/tmp', home: null },
    ...{ hidden: [], trusted: [] },
  };
  const problems = async (reach: Partial<Reach>) =>
    (await tryAsUser(USER, { ...NOTHING, ...reach })).problems;
  const owned = (path: string, mode: number, { uid, gid } = USER) => {
    chownSync(path, uid, gid);
    chmodSync(path, mode);
    return path;
  };
  const file = (mode: number, owner = { uid: 0, gid: 0 }, folder = openFolder()) => {
    const path = join(folder, 'file');
    writeFileSync(path, '');
    return owned(path, mode, owner);
  };

  rootTest(
    'who can enter what has to be entered, and read and change nothing else: nothing speaks against it',
    async () => {
      expect(
        await problems({ hidden: [file(0o600), '/nowhere'], trusted: [file(0o644), file(0o640)] }),
      ).toEqual([]);
    },
  );

  rootTest('who cannot enter the working directory, or the folder of temporary files', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'task-user-closed-'));
    expect(await problems({ folder })).toEqual([`it cannot enter ${folder}`]);
    expect(await problems({ temporary: folder })).toEqual([`it cannot enter ${folder}`]);
  });

  rootTest('who could put something else in the place of the pipes', async () => {
    const why = (path: string) => [
      `it could replace what the service keeps in ${path}, which is not sticky, or its own`,
    ];
    const open = owned(openFolder(), 0o777, { uid: 0, gid: 0 });
    const own = owned(openFolder(), 0o1755);
    expect([await problems({ temporary: open }), await problems({ temporary: own })]).toEqual([
      why(open),
      why(own),
    ]);
    expect(await problems({ temporary: owned(openFolder(), 0o1777, { uid: 0, gid: 0 }) })).toEqual([]);
  });

  rootTest('who can read what is hidden, or could let itself', async () => {
    const hidden = [file(0o604), file(0o640, { uid: 0, gid: USER.gid }), file(0o000, USER)];
    const why = hidden.map(
      (one) => `it can read ${one}, in which there are settings that tasks must not see`,
    );
    expect(await problems({ hidden: [...hidden, file(0o640, OTHER)] })).toEqual(why);
  });

  rootTest('who can change what the service trusts, or a folder above it, or could let itself', async () => {
    const inOwnFolder = file(0o600, OTHER, owned(openFolder(), 0o755));
    const below = owned(openFolder(), 0o777, { uid: 0, gid: 0 });
    const deep = mkdtempSync(join(below, 'deep-'));
    const trusted = [file(0o602), file(0o400, USER), inOwnFolder, file(0o644, OTHER, deep)];
    expect(await problems({ trusted })).toEqual(trusted.map((one) => `it can change or replace ${one}`));
  });

  rootTest('whose bash does not start', async () => {
    await expect(problems({ bash: file(0o700) })).rejects.toThrow('EACCES');
  });

  rootTest('with a home of an account that is not its own: it gets another one', async () => {
    const usesHome = async (home: string) => (await tryAsUser(USER, { ...NOTHING, home })).usesHome;
    const own = owned(openFolder(), 0o700);
    expect(await usesHome(own)).toBe(true);
    const link = join(openFolder(), 'link');
    symlinkSync('/nowhere', link);
    for (const home of ['/', '/tmp', '/nowhere', link, owned(openFolder(), 0o500), openFolder()])
      expect([home, await usesHome(home)]).toEqual([home, false]);
  });
});
