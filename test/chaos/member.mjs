// One place in the crew: the process that fills it now, what was done to it, and whether it has ended by itself.
import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const LOOK_MS = 50;
const START_MS = 120_000;

export class Member {
  #options;
  #lives = 0;
  #process = null;
  #asked = false;
  /** What was done to it that may cost tasks: `{from, to, what}`, by the epoch in milliseconds. */
  disturbed = [];
  /** Every worker's id begins with one of these. */
  names = [];
  troubles = [];
  exited = Promise.resolve(null);

  constructor(options) {
    this.#options = options;
  }

  get name() {
    return this.#options.name;
  }

  /** Resolves once it serves; one that finds no database ends at once, and is started again. */
  async start() {
    for (const end = Date.now() + START_MS; Date.now() < end; await sleep(10 * LOOK_MS)) {
      if (await this.#spawn()) return;
    }
    throw new Error(`${this.name} does not start`);
  }

  async #spawn() {
    const { name, env, folder, logs } = this.#options;
    this.#lives += 1;
    const file = join(logs, `${name}.${this.#lives}.log`);
    const log = openSync(file, 'w');
    this.#asked = false;
    const child = spawn(process.execPath, [MAIN], { env, cwd: folder, stdio: ['ignore', log, log] });
    closeSync(log);
    this.#process = child;
    this.names.push(env.HOLDFAST_WORKER_NAME ?? `-${child.pid}-`);
    let serves = false;
    this.exited = new Promise((done) => {
      child.once('exit', (code, signal) => {
        if (serves && !this.#asked)
          this.troubles.push(`${name} ended by itself: ${signal ?? code}, see ${file}`);
        done(code);
      });
    });
    while (child.exitCode === null && child.signalCode === null) {
      if (/^Holdfast /m.test(readFileSync(file, 'utf8'))) return (serves = true);
      await sleep(LOOK_MS);
    }
    return false;
  }

  async kill() {
    await this.#end('SIGKILL', 'killed');
  }

  /** Answers its exit code. */
  async end() {
    return this.#end('SIGTERM', 'ended');
  }

  async #end(signal, what) {
    const disturbance = { from: Date.now(), to: Infinity, what };
    this.disturbed.push(disturbance);
    this.#asked = true;
    this.#process.kill(signal);
    const code = await this.exited;
    disturbance.to = Date.now();
    return code;
  }

  async standStill(milliseconds) {
    const disturbance = { from: Date.now(), to: Infinity, what: 'stopped' };
    this.disturbed.push(disturbance);
    this.#process.kill('SIGSTOP');
    await sleep(milliseconds);
    this.#process.kill('SIGCONT');
    disturbance.to = Date.now();
  }

  /** A life that begins while this one goes on, in the same place. */
  successor() {
    const next = new Member(this.#options);
    Object.assign(next, { disturbed: this.disturbed, names: this.names, troubles: this.troubles });
    next.#lives = this.#lives;
    return next;
  }
}
