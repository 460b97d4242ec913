// Clients that connect to a port, do as their way says, and leave.
import { connect } from 'node:net';

const AT_ONCE = 64;
/** A server that has not let go of a client by then keeps its connection. */
const KEPT_MS = 15_000;
/** One address has only so many ports a minute. */
const ADDRESSES = 200;

/** Resolves when the connection is over; true: the server kept it although its client had left. */
function visit(port, address, play) {
  return new Promise((done) => {
    let kept = false;
    const socket = connect({ port, host: '127.0.0.1', localAddress: `127.0.0.${address}` });
    socket.once('connect', () => play(socket));
    // The server may be the first to leave.
    socket.on('error', () => undefined);
    const timer = setTimeout(() => {
      kept = true;
      socket.destroy();
    }, KEPT_MS);
    socket.once('close', () => {
      clearTimeout(timer);
      done(kept);
    });
  });
}

/** `count` clients, who ask for the targets in turn. Returns how many the server kept. */
export async function leave(port, { play }, targets, count) {
  const turns = Array.from({ length: count }, (_, turn) => turn).values();
  let kept = 0;
  const one = async () => {
    for (const turn of turns) {
      const target = targets[turn % targets.length];
      if (await visit(port, 2 + (turn % ADDRESSES), (socket) => play(socket, target))) kept += 1;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
  return kept;
}
