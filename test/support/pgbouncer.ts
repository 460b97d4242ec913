/** A real PgBouncer in front of a Postgres, where this machine has one; what needs it is skipped, and says so, where not. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clusterUser } from '../../src/database/embedded/program.js';
import { freePort } from '../../src/database/embedded/start.js';
import { testWith } from './gateway.js';
import { until } from './wait.js';

const hasPgBouncer = spawnSync('pgbouncer', ['--version']).status === 0;
if (!hasPgBouncer) process.stderr.write('there is no PgBouncer here; what needs it is skipped\n');

export const pgBouncerTest = (name: string, run: () => Promise<void>) => {
  testWith('PgBouncer', hasPgBouncer, name, run);
};

/** All others are as PgBouncer has them. */
type Settings = Readonly<Record<string, string>>;

const started: PgBouncer[] = [];
afterAll(() => {
  for (const one of started.splice(0)) one.close();
});

export class PgBouncer {
  /** Of the same database, through it. */
  readonly url: string;
  log = '';
  readonly #process: ChildProcess;
  readonly #folder: string;

  private constructor(url: string, folder: string, process_: ChildProcess) {
    this.url = url;
    this.#folder = folder;
    this.#process = process_;
    process_.stderr?.on('data', (bytes: Buffer) => (this.log += bytes.toString()));
    started.push(this);
  }

  static async open(url: string, settings: Settings = {}): Promise<PgBouncer> {
    const own = new URL(url);
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-pgbouncer-'));
    const port = await freePort();
    const all = {
      listen_addr: '127.0.0.1',
      listen_port: String(port),
      unix_socket_dir: '',
      auth_type: 'plain',
      auth_file: join(folder, 'users'),
      ...settings,
    };
    const lines = Object.entries(all).map(([name, value]) => `${name} = ${value}`);
    const config = `[databases]\n* = host=${own.hostname} port=${own.port}\n[pgbouncer]\n${lines.join('\n')}\n`;
    writeFileSync(join(folder, 'users'), `"${own.username}" "${decodeURIComponent(own.password)}"\n`);
    writeFileSync(join(folder, 'config'), config);
    // It refuses to run as root.
    const user = clusterUser(folder);
    if (user !== null)
      for (const file of ['.', 'users', 'config']) chownSync(join(folder, file), user.uid, user.gid);
    const process_ = spawn('pgbouncer', [join(folder, 'config')], {
      stdio: ['ignore', 'ignore', 'pipe'],
      ...user,
    });
    own.port = String(port);
    const pgBouncer = new PgBouncer(own.href, folder, process_);
    await until('PgBouncer listens', () => {
      if (process_.exitCode !== null) throw new Error(`it ended: ${pgBouncer.log}`);
      return pgBouncer.log.includes('process up');
    });
    return pgBouncer;
  }

  close(): void {
    this.#process.kill('SIGKILL');
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
