/** Answers what is no HTTP, or came too slowly, on its bare connection; it is ended with that. */
import type { Socket } from 'node:net';
import { guarded } from '../telemetry/guarded.js';
import { LINGER_MS } from './limits.js';

const REASONS: Readonly<Record<string, readonly [number, string, string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'Request Header Fields Too Large', 'Request header is too large'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'Request Timeout', 'Request took too long to arrive'],
};

/** What connections were ended with, for the log and the numbers of what was asked on them. */
const answered = new WeakMap<Socket, number>();

/** A caller that has gone before it was answered; nginx's number for it. */
const GONE = 499;

/** Of a request that no route has answered. */
export const statusOnSocket = (socket: Socket): number => answered.get(socket) ?? GONE;

export function refuseSocket(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) return;
  const [status, reason, message] = REASONS[error.code ?? ''] ?? [400, 'Bad Request', 'Invalid HTTP request'];
  answered.set(socket, status);
  const body = JSON.stringify({ error: message });
  const head = [
    `HTTP/1.1 ${status} ${reason}`,
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
  cutOffLater(socket);
}

/** A client that goes on sending could keep its connection for ever; one that is cut off at once may miss its answer. */
function cutOffLater(socket: Socket): void {
  const cut = guarded('http', () => socket.destroy());
  const timer = setTimeout(cut, LINGER_MS);
  socket.once(
    'close',
    guarded('http', () => {
      clearTimeout(timer);
    }),
  );
}
