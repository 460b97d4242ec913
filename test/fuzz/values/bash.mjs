// Runs many scripts in real bash, each in a subshell, and says of each whether a value has run in it and what it printed.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const BATCH_MS = 20_000;

/** Prints its words so that their bytes and bounds can be told. Not in the script, so that it is a program to its reader. */
const SHOW = String.raw`show() { local w; for w in "$@"; do printf '<%s>' "$w"; done; }`;

export class Bash {
  constructor() {
    this.folder = mkdtempSync(join(tmpdir(), 'holdfast-values-'));
    this.canary = join(this.folder, 'k');
    this.batch = 0;
  }

  /** Each of `tasks` is its entries and its environment; answers for each `{ sang, out }`, or null where the batch broke off. */
  async run(tasks) {
    const home = join(this.folder, `b${(this.batch += 1)}`);
    mkdirSync(join(home, 'cwd'), { recursive: true });
    const env = {};
    tasks.forEach(({ entries, env: own }, n) => {
      const names = new Map();
      for (const [name, value] of Object.entries(own)) {
        const fresh = `${name}_${n}`;
        names.set(name, fresh);
        env[fresh] = value;
      }
      const renamed = (text) =>
        text.replace(/\$\{(HOLDFAST_VALUE_[0-9]+)\?\}/g, (all, name) =>
          names.has(name) ? `\${${names.get(name)}?}` : all,
        );
      entries.forEach((entry, i) => writeFileSync(join(home, `${n}.${i}`), renamed(entry)));
      writeFileSync(
        join(home, `${n}`),
        entries.map((_entry, i) => `eval "$(<'${home}/${n}.${i}')"`).join('\n'),
      );
    });
    writeFileSync(
      join(home, 'driver'),
      `${SHOW}
cd '${home}/cwd'
for ((hfn = 0; hfn < ${tasks.length}; hfn++)); do
  ( FUNCNEST=15; ulimit -t 2; readonly hfn; . '${home}'/$hfn ) >'${home}'/$hfn.out 2>/dev/null </dev/null
  if [ -e '${this.canary}' ]; then rm -f '${this.canary}'; : >'${home}'/$hfn.sang; fi
  : >'${home}'/$hfn.end
done`,
    );
    const child = spawn(
      'setsid',
      ['timeout', '-k', '1', String(BATCH_MS / 1000), 'bash', '--norc', join(home, 'driver')],
      {
        env: { PATH: '/usr/bin:/bin', LC_ALL: 'C.UTF-8', ...env },
        stdio: 'ignore',
      },
    );
    await once(child, 'close');
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // Nothing of it is left.
    }
    const results = tasks.map((_task, n) => {
      const file = join(home, String(n));
      if (!existsSync(`${file}.end`)) return null;
      return { sang: existsSync(`${file}.sang`), out: readFileSync(`${file}.out`, 'latin1') };
    });
    rmSync(home, { recursive: true, force: true });
    return results;
  }

  close() {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
