import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freshDatabase } from './support/database.js';
import { alive, parentOf } from './support/processes.js';
import { pipelinesFolder, TestService } from './support/service.js';
import { isRoot, openFolder, OTHER, rootTest, settingOf, USER } from './support/task-user.js';
import { until } from './support/wait.js';

const SECRET = 'a secret of enough characters';

/** In the second, tasks get a bash of their own. */
const PIPELINES = `
pipelines:
  run: { concurrency: 9, tasks: { t: { script: ['{{ .script | raw }}'] } } }
  own: { concurrency: 9, env: { LC_ALL: C }, tasks: { t: { script: ['{{ .script | raw }}'] } } }
`;

/** To be entered by everybody. */
function folderFor(text = PIPELINES): string {
  const folder = pipelinesFolder(text);
  chmodSync(folder, 0o755);
  return folder;
}

const environment = async (folder: string) => ({
  DATABASE_URL: await freshDatabase(),
  HOLDFAST_PATH: folder,
  HOLDFAST_TASK_USER: settingOf(USER),
});

/** What a task prints that does not fail. */
async function printed(service: TestService, script: string, pipeline = 'run'): Promise<string> {
  const id = await service.schedule(pipeline, { script });
  const job = await service.completed(id);
  const { stdout, stderr } = await service.logs(id, 't');
  expect([job.errored, stderr]).toEqual([false, '']);
  return stdout;
}

describe('the tasks of a service that names a user for them', () => {
  let service: TestService;
  let folder: string;
  beforeAll(async () => {
    if (!isRoot) return;
    folder = folderFor();
    for (const [name, text] of [
      ['.env', `FROM_FILE=yes\nHOLDFAST_JWT_ISSUER=x\n`],
      ['.prunner.yml', `jwt_secret: ${SECRET}\n`],
    ] as const)
      writeFileSync(join(folder, name), text, { mode: 0o600 });
    const env = { ...(await environment(folder)), HOLDFAST_AUTH: 'off', HOLDFAST_JWT_ISSUER: '' };
    service = new TestService(
      { ...env, XDG_CONFIG_HOME: '/root/.config', SUDO_USER: 'ada', KEPT: 'yes' },
      folder,
    );
    await service.greeting();
  });
  afterAll(async () => {
    if (isRoot) await service.stop();
  });

  describe.each(['run', 'own'])('by the pipeline %s', (pipeline) => {
    rootTest('have its ids, no other group and no capability', async () => {
      const said = await printed(
        service,
        'echo $(id -u) $(id -g) $(id -G); grep -E "^Cap(Prm|Eff|Amb)" /proc/self/status | tr -d "0\\n\\t"',
        pipeline,
      );
      expect(said).toBe(`${USER.uid} ${USER.gid} ${USER.gid}\nCapPrm:CapEff:CapAmb:`);
    });

    rootTest('find a HOME and a TMPDIR of its own, and nothing that was the service’s user’s', async () => {
      const said = await printed(
        service,
        'stat -c "%a %u %g" "$HOME" "$TMPDIR"; touch "$HOME/a" "$TMPDIR/a"; ' +
          'echo "${USER-} ${LOGNAME-} ${XDG_CONFIG_HOME-} ${SUDO_USER-} $KEPT $FROM_FILE $SHELL"; [ "$HOME" != "$TMPDIR" ]',
        pipeline,
      );
      const private_ = `700 ${USER.uid} ${USER.gid}\n`;
      const bash = execFileSync('bash', ['-c', 'type -P bash'], { encoding: 'utf8' });
      expect(said).toBe(`${private_}${private_}    yes yes ${bash}`);
    });

    rootTest('open their outputs by name', async () => {
      expect(await printed(service, 'echo a >/dev/stdout; echo b | tee -a /dev/stdout', pipeline)).toBe(
        'a\nb\nb\n',
      );
    });

    rootTest(
      'end with all that they have started when they are canceled, also if they do not listen',
      async () => {
        const mark = `1000.${process.pid}${pipeline === 'run' ? 1 : 2}`;
        const script = `trap '' INT; setsid sleep ${mark} & (env -i setsid sleep ${mark} 2>/dev/null &); sleep ${mark}`;
        const id = await service.schedule(pipeline, { script });
        const sleeping = () => alive(`sleep\0${mark}`, 'cmdline');
        await until('they sleep', () => sleeping().length === 3);
        expect(sleeping().map((pid) => statSync(`/proc/${pid}`).uid)).toEqual(Array(3).fill(USER.uid));
        await service.call('POST', `/job/cancel?id=${id}`);
        expect(await service.completed(id)).toMatchObject({ canceled: true });
        expect(sleeping()).toEqual([]);
      },
    );
  });

  rootTest('cannot read what the service keeps from them, nor end what starts them', async () => {
    const pid = Number(service.process.pid);
    const said = await printed(
      service,
      `exec 2>&1; cd /; for file in /proc/${pid}/environ /proc/$PPID/environ /proc/${pid}/fd ${folder}/.env ${folder}/.prunner.yml; do
         if [ -d "$file" ]; then ls "$file"; else cat "$file"; fi
       done
       kill -9 ${pid}; kill -9 $PPID; kill -9 $(pgrep -P $PPID -f holdfast-keeper)
       ls "\${TMPDIR%/*}"; touch "\${TMPDIR%/*}/a"; true`,
    );
    const denied = said.split('\n').filter((line) => line !== '');
    expect(denied.map((line) => /Permission denied|Operation not permitted/.exec(line)?.[0])).toEqual([
      ...Array<string>(5).fill('Permission denied'),
      ...Array<string>(3).fill('Operation not permitted'),
      ...Array<string>(2).fill('Permission denied'),
    ]);
    expect(said).not.toContain(SECRET);
  });

  rootTest('write into pipes that no other user can read', async () => {
    const id = await service.schedule('run', { script: 'echo $$; exec sleep 1000' });
    const pid = await until('it runs', async () => /\d+/.exec((await service.logs(id, 't')).stdout)?.[0]);
    const pipe = `/proc/${pid}/fd/1`;
    expect(statSync(pipe)).toMatchObject({ ...USER, mode: expect.any(Number) as number });
    expect(statSync(pipe).mode & 0o777).toBe(0o600);
    expect(spawnSync('head', ['-c1', pipe], { ...OTHER, encoding: 'utf8' }).stderr).toContain(
      'Permission denied',
    );
    await service.call('POST', `/job/cancel?id=${id}`);
    await service.completed(id);
  });

  rootTest('have an entry that is no shell text told as ever', async () => {
    const id = await service.schedule('run', { script: 'echo )' });
    expect((await service.completed(id)).lastError).toContain('syntax error near unexpected token');
  });
});

describe('HOME and TMPDIR of another user’s tasks', () => {
  const FILL =
    'mkdir -p "$TMPDIR/a/b" "$HOME/c"; touch "$TMPDIR/a/b/f" "$HOME/c/f"; ln -s "$VICTIM" "$TMPDIR/a/link"; ' +
    'chmod 000 "$TMPDIR/a/b" "$TMPDIR/a" "$HOME/c"; echo done';

  async function filled() {
    const own = openFolder();
    const victim = openFolder();
    writeFileSync(join(victim, 'kept'), '');
    const folder = folderFor();
    const service = new TestService({ ...(await environment(folder)), TMPDIR: own, VICTIM: victim }, folder);
    expect(await printed(service, FILL)).toBe('done\n');
    return { service, own, victim };
  }

  rootTest('are gone when the service has ended, and nothing that they lead to is', async () => {
    const { service, own, victim } = await filled();
    expect(await service.stop()).toBe(0);
    expect([readdirSync(own), readdirSync(victim)]).toEqual([[], ['kept']]);
  });

  rootTest('are gone when it was killed', async () => {
    const { service, own, victim } = await filled();
    await service.stop('SIGKILL');
    await until('they are gone', () => readdirSync(own).length === 0);
    expect(readdirSync(victim)).toEqual(['kept']);
  });

  rootTest('are others after the launcher was killed, and the first ones are gone', async () => {
    const { service, own } = await filled();
    const [before] = readdirSync(own);
    const [launcher = 0] = alive('/launcher.js', 'cmdline').filter(
      (pid) => parentOf(pid) === service.process.pid,
    );
    process.kill(launcher, 'SIGKILL');
    await until('the first ones are gone', () => !existsSync(join(own, String(before))));
    expect(await printed(service, 'touch "$HOME/a" "$TMPDIR/a"; echo done')).toBe('done\n');
    expect(await service.stop()).toBe(0);
    expect(readdirSync(own)).toEqual([]);
  });

  rootTest('are gone with all that ran when another service starts there, as another user’s', async () => {
    const { service, own } = await filled();
    const mark = `1000.${process.pid}3`;
    await service.schedule('run', { script: `setsid sleep ${mark}` });
    const sleeping = () => alive(`sleep\0${mark}`, 'cmdline');
    const launcher = await until('it sleeps', () => {
      const [pid] = sleeping();
      return pid !== undefined && parentOf(parentOf(pid));
    });
    const keepers = alive('holdfast-keeper', 'cmdline').filter((pid) => parentOf(pid) === launcher);
    for (const pid of [Number(service.process.pid), launcher]) process.kill(pid, 'SIGSTOP');
    for (const pid of [...keepers, launcher, Number(service.process.pid)]) process.kill(pid, 'SIGKILL');
    expect([sleeping().length, readdirSync(own).length]).toEqual([1, 1]);
    const folder = folderFor();
    const other = { HOLDFAST_TASK_USER: settingOf(OTHER), TMPDIR: own };
    const next = new TestService({ ...(await environment(folder)), ...other }, folder);
    expect(await printed(next, 'id -u')).toBe(`${OTHER.uid}\n`);
    expect(sleeping()).toEqual([]);
    expect(await next.stop()).toBe(0);
    expect(readdirSync(own)).toEqual([]);
  });
});
