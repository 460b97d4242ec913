/**
 * Hands the requests of a connection to their routes one at a time. Node parses all that a client pipelines as it
 * arrives, so a megabyte of short requests would become thousands of answers in memory at once.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { guarded } from '../telemetry/guarded.js';
import { PIPELINED } from './limits.js';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;
type Exchange = readonly [request: IncomingMessage, response: ServerResponse];

interface Connection {
  isBusy: boolean;
  /** Requests that have arrived behind the one that is answered. */
  readonly waiting: Exchange[];
}

export function takeRequestsInTurn(server: Server): void {
  const turns = new RequestTurns(server.listeners('request') as Handler[]);
  server.removeAllListeners('request');
  server.on(
    'request',
    guarded('http', (request: IncomingMessage, response: ServerResponse) => {
      turns.arrive([request, response]);
    }),
  );
}

class RequestTurns {
  readonly #connections = new WeakMap<Socket, Connection>();
  /** Waiting requests of all connections. */
  #waiting = 0;

  constructor(private readonly handlers: readonly Handler[]) {}

  arrive(exchange: Exchange): void {
    const { socket } = exchange[0];
    const connection = this.#connectionOf(socket);
    if (!connection.isBusy) this.#hand(socket, connection, exchange);
    else if (socket.destroyed) return;
    else if (
      connection.waiting.length >= PIPELINED.mostOfConnection ||
      this.#waiting >= PIPELINED.mostOfProcess
    )
      socket.destroy();
    else {
      this.#waiting++;
      connection.waiting.push(exchange);
    }
  }

  #connectionOf(socket: Socket): Connection {
    const known = this.#connections.get(socket);
    if (known !== undefined) return known;
    const connection: Connection = { isBusy: false, waiting: [] };
    this.#connections.set(socket, connection);
    socket.once(
      'close',
      guarded('http', () => {
        this.#forget(connection);
      }),
    );
    return connection;
  }

  #hand(socket: Socket, connection: Connection, [request, response]: Exchange): void {
    connection.isBusy = true;
    const next = guarded('http', () => {
      this.#handNext(socket, connection);
    });
    // Not at once: answers that need nothing else would keep the process from all other connections.
    response.once(
      'close',
      guarded('http', () => {
        setImmediate(next);
      }),
    );
    for (const handle of this.handlers) handle(request, response);
  }

  #handNext(socket: Socket, connection: Connection): void {
    // What follows an answer that ends its connection could not be answered.
    if (socket.destroyed || socket.writableEnded) this.#forget(connection);
    const next = connection.waiting.shift();
    connection.isBusy = next !== undefined;
    if (next === undefined) return;
    this.#waiting--;
    this.#hand(socket, connection, next);
  }

  #forget({ waiting }: Connection): void {
    this.#waiting -= waiting.length;
    waiting.splice(0);
  }
}
