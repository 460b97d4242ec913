/**
 * How the server takes its leave: with each answer it asks the caller to end the connection, and closes when nobody
 * has anything more to ask, so that no request meets a connection that is just being closed.
 */
import type { Server } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { guarded } from '../telemetry/guarded.js';

/** Whoever has a connection and has asked nothing for so long is not about to. */
const QUIET_MS = 200;
/** For those who never stop to ask: a gateway that does not look at readiness has to be refused to go elsewhere. */
const LINGER_MS = 3_000;
/** For answers that are under way then. */
const ANSWER_MS = 5_000;
/** The same when the end is to be now. */
const HURRIED_MS = 100;
const LOOK_MS = 20;

export class Farewell {
  readonly #server: Server;
  #leaving = false;
  #hurried = false;
  /** Cuts connections off once the server closes. */
  #cut: () => void = () => undefined;
  #askedAt = 0;

  constructor(fastify: FastifyInstance) {
    this.#server = fastify.server;
    fastify.addHook('onRequest', (_request, reply, done) => {
      this.#askedAt = performance.now();
      if (this.#leaving) void reply.header('connection', 'close');
      done();
    });
  }

  /** From now on whoever asks is asked to go. */
  close(): void {
    this.#leaving = true;
  }

  /** Takes no more connections, and has no patience with those that there are, also where it is being had. */
  hurry(): void {
    this.#hurried = true;
    this.#server.close();
    this.#cut();
  }

  /** `shut` closes the server. A client that does not read its answer must not keep it from ending. */
  async take(shut: () => Promise<void>): Promise<void> {
    this.close();
    await this.#quiet();
    this.#cut = guarded('http', () => {
      this.#server.closeAllConnections();
    });
    const timer = setTimeout(this.#cut, this.#hurried ? HURRIED_MS : ANSWER_MS);
    await shut();
    clearTimeout(timer);
  }

  async #quiet(): Promise<void> {
    const began = performance.now();
    const waits = (now: number) =>
      !this.#hurried && now - began < LINGER_MS && now - Math.max(this.#askedAt, began) < QUIET_MS;
    while (waits(performance.now()) && (await this.#connections()) > 0) await pause(LOOK_MS);
  }

  #connections(): Promise<number> {
    return new Promise((done) => {
      this.#server.getConnections((error, count) => {
        done(error === null ? count : 0);
      });
    });
  }
}
