/** A server whose answers never end: it sends as fast as its client reads. */
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const PIECE = Buffer.alloc(64 * 1024, ' ');

/** Goes on until the client closes the connection. */
export function sendEndlessly(
  response: ServerResponse,
  onSent: (bytes: number) => void = () => undefined,
): void {
  let isOpen = true;
  const send = () => {
    for (let goesOn = true; isOpen && goesOn;) {
      goesOn = response.write(PIECE);
      onSent(PIECE.length);
    }
  };
  response.once('close', () => (isOpen = false)).on('drain', send);
  send();
}

export interface EndlessAnswer {
  readonly status: number;
  readonly type?: string;
}

export class EndlessServer {
  /** Bytes handed to sockets. What lies in their buffers on both sides is part of it. */
  sent = 0;
  closedConnections = 0;

  private constructor(private readonly server: Server) {}

  static async open({ status, type = 'application/json' }: EndlessAnswer): Promise<EndlessServer> {
    const server = createServer();
    const endless = new EndlessServer(server);
    server.on('request', (request, response) => {
      request.socket.once('close', () => (endless.closedConnections += 1));
      response.writeHead(status, { 'content-type': type });
      sendEndlessly(response, (bytes) => (endless.sent += bytes));
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    return endless;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.server.close().closeAllConnections();
  }
}
