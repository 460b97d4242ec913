/** A gateway of the worst kind in front of a service: it has no streams, or loses answers. */
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sendEndlessly } from './endless.js';

export class Forward {
  /** Of these it knows nothing. */
  missing: readonly string[] = [];
  /** These it answers by itself, without end. */
  endless: readonly string[] = [];
  /** The answers to so many more POSTs it loses, after the service has given them. */
  answersToLose = 0;
  /** With these answers it breaks off after so many bytes, each time. */
  cut: { readonly path: string; readonly after: number } | null = null;
  readonly paths: string[] = [];

  private constructor(
    private readonly target: string,
    private readonly server: Server,
  ) {
    server.on('request', (asked: IncomingMessage, answer: ServerResponse) => {
      this.#pass(asked, answer);
    });
  }

  static async open(target: string): Promise<Forward> {
    const server = createServer();
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    return new Forward(target, server);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Ends whatever it is passing on. */
  breakOff(): void {
    this.server.closeAllConnections();
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  #pass(asked: IncomingMessage, answer: ServerResponse): void {
    const { method, headers, url = '/' } = asked;
    const { pathname } = new URL(url, this.target);
    this.paths.push(pathname);
    if (this.missing.includes(pathname)) {
      answer.writeHead(404, { 'content-type': 'application/json' }).end('{"error":"Not found"}');
      return;
    }
    if (this.endless.includes(pathname)) {
      sendEndlessly(answer.writeHead(200));
      return;
    }
    const passed = request(`${this.target}${url}`, { method, headers }, (given) => {
      if (method === 'POST' && this.answersToLose > 0) {
        this.answersToLose -= 1;
        given.resume().once('end', () => asked.socket.destroy());
        return;
      }
      answer.writeHead(given.statusCode ?? 500, given.headers);
      if (this.cut?.path === pathname) passUntil(this.cut.after, given, answer);
      else given.pipe(answer);
    });
    passed.once('error', () => answer.destroy());
    asked.pipe(passed);
  }
}

function passUntil(end: number, given: IncomingMessage, answer: ServerResponse): void {
  let left = end;
  given.on('data', (bytes: Buffer) => {
    const passed = bytes.subarray(0, left);
    left -= passed.length;
    // Once it has left: what is cut off at once takes along what was just said.
    answer.write(passed, () => {
      if (left === 0) setImmediate(() => answer.destroy());
    });
  });
  given.once('end', () => {
    if (left > 0) answer.end();
  });
}
