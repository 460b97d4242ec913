/** A real nginx with deploy/nginx.conf, where this machine has one; what needs it is skipped, and says so, where not. */
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { hasNginx, startNginx } from './nginx.mjs';
import { until } from './wait.js';

const DEPLOY = join(__dirname, '..', '..', 'deploy');
const usersText = readFileSync(join(DEPLOY, 'users.conf'), 'utf8');

const isThere = hasNginx();
if (!isThere) process.stderr.write('there is no nginx here; what needs it is skipped\n');

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
  testWith('nginx', isThere, name, run, timeoutMs);
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
  async start(addresses: readonly string[], { users, ...options }: Options = {}): Promise<this> {
    if (users !== undefined) this.#ask(users);
    const listen = `unix:${this.#socket}`;
    this.#process = startNginx(this.#folder, { deploy: DEPLOY, listen, addresses, ...options });
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
