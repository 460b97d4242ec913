// An address that moves from one server to another, as a name in DNS or a proxy's backend does: open connections stay.
import { connect, createServer } from 'node:net';

export class Address {
  #server = createServer();
  #target = null;
  /** Open connections, with the port that they lead to. */
  #links = new Map();

  static async open() {
    const address = new Address();
    address.#server.on('connection', (client) => {
      address.#take(client);
    });
    await new Promise((done) => address.#server.listen(0, '127.0.0.1', done));
    return address;
  }

  get port() {
    return this.#server.address().port;
  }

  /** Where new connections go. */
  aim(port) {
    this.#target = port;
  }

  /** How many are open to this port. */
  connections(port) {
    return [...this.#links.values()].filter((one) => one === port).length;
  }

  /** Ends open connections. */
  cut() {
    for (const client of this.#links.keys()) client.destroy();
  }

  close() {
    this.cut();
    this.#server.close();
  }

  #take(client) {
    const port = this.#target;
    const server = connect(port, '127.0.0.1');
    this.#links.set(client, port);
    for (const [one, other] of [
      [client, server],
      [server, client],
    ]) {
      one.on('error', () => undefined);
      one.once('close', () => other.destroy());
      one.pipe(other);
    }
    client.once('close', () => this.#links.delete(client));
  }
}
