// One Postgres of a pair: primary or standby, stopped, killed or copied as a machine could be.
import { execFile } from 'node:child_process';
import {
  appendFileSync,
  chownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { findBinaries } from '../../../dist/database/embedded/binaries.js';
import { initialise, PASSWORD_FILE, ROLE } from '../../../dist/database/embedded/initialise.js';
import { clusterUser, run } from '../../../dist/database/embedded/program.js';
import { freePort, startOn } from '../../../dist/database/embedded/start.js';

const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '200',
  /** No power fails here, so nothing has to be on disk; but what is committed has to be in the log. */
  fsync: 'off',
  synchronous_commit: 'on',
  log_lock_waits: 'on',
  /** For a standby that is behind. */
  wal_keep_size: '1GB',
};

/** What a copy must not have of its original. */
const OWN = ['postmaster.pid', 'postmaster.opts', 'start.log', 'standby.signal'];

export class Server {
  #cluster;
  #binaries = findBinaries();
  #user;

  constructor(cluster, user, port) {
    this.#cluster = cluster;
    this.#user = user;
    this.port = port;
  }

  /** A new cluster, which is not started. */
  static async create(folder) {
    mkdirSync(folder, { recursive: true });
    const cluster = join(folder, 'postgres');
    const user = clusterUser(cluster);
    await initialise(findBinaries(), cluster, user);
    return new Server(cluster, user, await freePort());
  }

  /** Its address without the pair's. */
  url(database = 'postgres') {
    return `postgresql://${ROLE}:${this.#password}@127.0.0.1:${this.port}/${database}`;
  }

  get #password() {
    return readFileSync(join(this.#cluster, PASSWORD_FILE), 'utf8').trim();
  }

  /** `through` takes the place of pg_ctl. */
  async start(through = this.#binaries.pgCtl) {
    const place = {
      binaries: { ...this.#binaries, pgCtl: through },
      cluster: this.#cluster,
      user: this.#user,
      settings: SETTINGS,
    };
    await startOn(place, this.port);
  }

  /** `immediate` is a crash of Postgres alone. */
  async stop(mode) {
    await run(this.#binaries.pgCtl, ['stop', '-w', '-m', mode, '-D', this.#cluster], this.#user);
  }

  /** Ends it if it runs, and removes its cluster. */
  async close() {
    await this.stop('immediate').catch(() => undefined);
    rmSync(this.#cluster, { recursive: true, force: true });
  }

  /** Kills all its processes with -9. */
  kill() {
    const [postmaster] = readFileSync(join(this.#cluster, 'postmaster.pid'), 'utf8').split('\n').map(Number);
    // Stopped first, so that it starts no other meanwhile.
    process.kill(postmaster, 'SIGSTOP');
    for (const pid of [...childrenOf(postmaster), postmaster]) killNow(pid);
  }

  async query(text, values = []) {
    const client = new pg.Client({ connectionString: this.url() });
    await client.connect();
    try {
      return (await client.query(text, values)).rows;
    } finally {
      await client.end();
    }
  }

  async set(name, value) {
    await this.query(`ALTER SYSTEM SET ${name} = '${value}'`);
    await this.query('SELECT pg_reload_conf()');
  }

  /** Makes `copy`'s cluster a standby of this one, by a base backup while both serve as they may. */
  async copyTo(copy) {
    rmSync(copy.#cluster, { recursive: true, force: true });
    const client = new pg.Client({ connectionString: this.url() });
    await client.connect();
    try {
      await client.query(`SELECT pg_backup_start('standby', true)`);
      await copyFolder(this.#cluster, copy.#cluster);
      const { rows } = await client.query('SELECT labelfile FROM pg_backup_stop(false)');
      copy.#write('backup_label', rows[0].labelfile);
    } finally {
      await client.end();
    }
    for (const name of OWN) rmSync(join(copy.#cluster, name), { force: true });
    for (const name of readdirSync(join(copy.#cluster, 'pg_wal'))) {
      if (/^[0-9A-F]{24}/.test(name)) rmSync(join(copy.#cluster, 'pg_wal', name));
    }
    copy.follow(this);
  }

  /** From its next start on it is a standby, which nothing waits for once it is promoted. */
  follow(primary) {
    const from = `host=127.0.0.1 port=${primary.port} user=${ROLE} password=${primary.#password} application_name=standby`;
    const lines = [`primary_conninfo = '${from}'`, `synchronous_standby_names = ''`];
    appendFileSync(join(this.#cluster, 'postgresql.auto.conf'), `${lines.join('\n')}\n`);
    this.#write('standby.signal', '');
  }

  /** As a file of Postgres's own, which it opens for writing. */
  #write(name, text) {
    const file = join(this.#cluster, name);
    writeFileSync(file, text);
    if (this.#user !== null) chownSync(file, this.#user.uid, this.#user.gid);
  }

  /** A place for a standby of this one. */
  async sibling(folder) {
    mkdirSync(folder, { recursive: true });
    return new Server(join(folder, 'postgres'), this.#user, await freePort());
  }
}

/** With owners and rights. Files of a running server may go away meanwhile, which the backup's log makes up for. */
async function copyFolder(from, to) {
  try {
    await promisify(execFile)('cp', ['-a', from, to]);
  } catch (error) {
    if (!/No such file/.test(String(error.stderr))) throw error;
  }
}

const childrenOf = (parent) =>
  readFileSync(`/proc/${parent}/task/${parent}/children`, 'utf8')
    .trim()
    .split(' ')
    .filter(Boolean)
    .map(Number);

function killNow(pid) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}
