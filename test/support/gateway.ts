/** A real nginx with deploy/nginx.conf, where this machine has one; what needs it is skipped, and says so, where not. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { until } from './wait.js';

const DEPLOY = join(__dirname, '..', '..', 'deploy');
const gatewayText = readFileSync(join(DEPLOY, 'nginx.conf'), 'utf8');
const usersText = readFileSync(join(DEPLOY, 'users.conf'), 'utf8');

const hasNginx = spawnSync('nginx', ['-v']).status === 0;
if (!hasNginx) process.stderr.write('there is no nginx here; what needs it is skipped\n');

/** A test that needs a program says so where the program is missing. */
export function testWith(
  program: string,
  available: boolean,
  name: string,
  run: jest.ProvidesCallback,
  timeoutMs?: number,
): void {
  if (available) test(name, run, timeoutMs);
  else test.skip(`${name} (skipped: there is no ${program} on this machine)`, run);
}

export const gatewayTest = (name: string, run: () => Promise<void>, timeoutMs?: number) => {
  testWith('nginx', hasNginx, name, run, timeoutMs);
};

export interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Asking {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

interface Options {
  readonly readTimeout?: string;
  readonly location?: string;
  /** Lines of name and hash, where the gateway asks who calls. */
  readonly users?: string;
}

/** nginx with the project's configuration, on a socket in a folder of its own. */
export class Gateway {
  readonly #folder = mkdtempSync(join(tmpdir(), 'holdfast-gateway-'));
  readonly #socket = join(this.#folder, 'gateway.sock');
  #process: ChildProcess | undefined;

  /** `addresses`: where the API is, as nginx writes it. */
  async start(
    addresses: readonly string[],
    { readTimeout = '60s', location = '/', users }: Options = {},
  ): Promise<this> {
    const changes: readonly (readonly [string, string])[] = [
      ['/tmp/', `${this.#folder}/`],
      ['/etc/nginx/', `${this.#folder}/`],
      ['/dev/stdout', join(this.#folder, 'access.log')],
      ['worker_processes auto;', 'worker_processes 1;'],
      ['listen 8080 default_server;', `listen unix:${this.#socket} default_server;`],
      [
        'server api:8080 resolve max_fails=0;',
        addresses.map((address) => `server ${address} max_fails=0;`).join(' '),
      ],
      ['location / {', `location ${location} {`],
      ['proxy_read_timeout 60s;', `proxy_read_timeout ${readTimeout};`],
    ];
    let conf = gatewayText;
    for (const [from, to] of changes) {
      if (!conf.includes(from))
        throw new Error(`deploy/nginx.conf no longer says "${from}"; this test changes that`);
      conf = conf.replaceAll(from, to);
    }
    if (users !== undefined) this.#ask(users);
    // As every nginx has one, beside its configuration.
    mkdirSync(join(this.#folder, 'html'));
    writeFileSync(join(this.#folder, 'html', 'index.html'), 'Welcome to nginx!');
    const file = join(this.#folder, 'nginx.conf');
    writeFileSync(file, conf);
    // Started as root, its workers would be somebody who may not enter the folder.
    const options = ['-p', this.#folder, '-c', file, '-g', process.getuid?.() === 0 ? 'user root;' : ''];
    const check = spawnSync('nginx', ['-t', ...options], { encoding: 'utf8' });
    if (check.status !== 0) throw new Error(`nginx does not accept deploy/nginx.conf: ${check.stderr}`);

    this.#process = spawn('nginx', [...options.slice(0, -1), `${String(options.at(-1))} daemon off;`], {
      stdio: 'ignore',
    });
    await until('nginx listens', () => this.raw('').then(() => true));
    return this;
  }

  /** As deploy/compose.users.yml does. */
  #ask(users: string): void {
    mkdirSync(join(this.#folder, 'holdfast'));
    writeFileSync(
      join(this.#folder, 'holdfast', 'users.conf'),
      usersText.replace('/etc/nginx', this.#folder),
    );
    writeFileSync(join(this.#folder, 'users'), users);
  }

  ask(path: string, { method = 'GET', headers = {}, body }: Asking = {}): Promise<Answer> {
    return new Promise((done, fail) => {
      const asked = request({ socketPath: this.#socket, path, method, headers, agent: false }, (response) => {
        text(response).then((said) => {
          done({ status: response.statusCode, headers: response.headers, body: said });
        }, fail);
      });
      asked.once('error', fail).end(body);
    });
  }

  /** The head of an answer, as soon as it is there. */
  open(path: string): Promise<IncomingMessage> {
    return new Promise((done, fail) => {
      request({ socketPath: this.#socket, path, agent: false }, done).once('error', fail).end();
    });
  }

  /** What comes back for these bytes before the end of the connection. */
  async raw(bytes: string): Promise<string> {
    const socket = connect(this.#socket);
    await new Promise<void>((done, fail) => {
      socket.once('connect', done).once('error', fail);
    });
    if (bytes === '') socket.destroy();
    else socket.write(bytes);
    return bytes === '' ? '' : text(socket);
  }

  accessLog(): string {
    return readFileSync(join(this.#folder, 'access.log'), 'utf8');
  }

  async stop(): Promise<void> {
    const nginx = this.#process;
    if (nginx !== undefined && nginx.exitCode === null) {
      const gone = new Promise((done) => nginx.once('exit', done));
      nginx.kill('SIGTERM');
      await gone;
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
