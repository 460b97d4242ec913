import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { PATH } from './support/executors.js';
import { alive } from './support/processes.js';
import { isRoot, openFolder, OTHER, settingOf, USER } from './support/task-user.js';
import { testWith } from './support/gateway.js';

const ROOT = join(__dirname, '..');
const hasSetpriv = spawnSync('setpriv', ['--version']).status === 0;

/** The executor where every user can read it, wherever this checkout is. */
function copied(): string {
  const folder = openFolder();
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  for (const part of ['domain', 'executor', 'telemetry'])
    cpSync(join(ROOT, 'dist', part), join(folder, 'dist', part), { recursive: true });
  copyPackage('pino', folder);
  mkdirSync(join(folder, 'test', 'support'), { recursive: true });
  cpSync(join(__dirname, 'support', 'lone-worker.mjs'), join(folder, 'test', 'support', 'lone-worker.mjs'));
  spawnSync('chmod', ['-R', 'a+rX', folder]);
  return join(folder, 'test', 'support', 'lone-worker.mjs');
}

/** A package and all that it needs. */
function copyPackage(name: string, folder: string): void {
  const place = join('node_modules', name);
  if (existsSync(join(folder, place))) return;
  cpSync(join(ROOT, place), join(folder, place), { recursive: true, dereference: true });
  const { dependencies = {} } = JSON.parse(read(join(place, 'package.json'))) as {
    dependencies?: Record<string, string>;
  };
  for (const needed of Object.keys(dependencies)) copyPackage(needed, folder);
}

const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');
/** As setpriv names them. */
const added = (names: readonly string[]) =>
  names.map((name) => `+${name.replace(/^CAP_/, '').toLowerCase()}`).join();

const compose = parse(read('docker-compose.yml'), { merge: true }) as {
  services: { worker: { cap_add: string[] } };
};
const ambient = /^AmbientCapabilities=(.*)$/m.exec(read('deploy/holdfast.service'))?.[1]?.split(' ') ?? [];

const ofCompose = added(compose.services.worker.cap_add);
const ofUnit = added(ambient);
const WAYS: readonly (readonly [string, readonly string[]])[] = [
  [
    'root with the capabilities of the compose file alone',
    ['--no-new-privs', '--inh-caps=-all', `--bounding-set=-all,${ofCompose}`],
  ],
  [
    'another user with the capabilities of the systemd unit, which tasks do not keep',
    [
      ...[`--reuid=${OTHER.uid}`, `--regid=${OTHER.gid}`, '--clear-groups', '--no-new-privs'],
      ...[`--inh-caps=${ofUnit}`, `--ambient-caps=${ofUnit}`, `--bounding-set=-all,${ofUnit}`],
    ],
  ],
];

describe.each(WAYS)('a worker that is %s', (_who, rights) => {
  testWith(
    'setpriv, or right to use it,',
    isRoot && hasSetpriv,
    'runs tasks as a third one, and ends all of them',
    () => {
      const mark = `1000.${process.pid}${rights.length}`;
      const own = openFolder();
      spawnSync('chmod', ['1777', own]);
      const entry =
        'echo ids $(id -u) $(id -g) $(id -G); grep -E "^Cap(Prm|Eff|Amb)" /proc/self/status | tr -d "0\\n\\t"; echo; ' +
        'echo a >"$TMPDIR/a"; echo "<by name>" >/dev/stderr; kill -9 $PPID 2>/dev/null; ' +
        `setsid sleep ${mark} & env -i setsid sleep ${mark} & (env -i setsid sleep ${mark} 2>/dev/null &)`;
      const tasks = Array.from({ length: 6 }, () => ({ entry }));
      const options = { environment: { PATH, TMPDIR: own }, tasks, setting: settingOf(USER) };
      const program = ['--', process.execPath, copied(), JSON.stringify(options)];
      const { stdout, stderr } = spawnSync('setpriv', [...rights, ...program], {
        cwd: '/',
        encoding: 'utf8',
      });
      expect(stderr).toBe('');
      const said = [`ids ${USER.uid} ${USER.gid} ${USER.gid}`, 'CapPrm:CapEff:CapAmb:', '<by name>'];
      for (const one of [...said, '{"kind":"exited","code":0}'])
        expect([one, stdout.split(one).length - 1]).toEqual([one, tasks.length]);
      expect(alive(`sleep\0${mark}`, 'cmdline')).toEqual([]);
      expect(readdirSync(own)).toEqual([]);
    },
  );
});
