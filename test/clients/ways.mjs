// Twenty ways in which a client leaves a server, most of them in the middle of something.
import { Buffer } from 'node:buffer';

const MOMENTS_MS = [0, 1, 2, 5, 10, 20];
const PIPELINED = 10;
const UPLOAD_BYTES = 300_000;

const headOf = ({ method, path, headers }, more = {}) =>
  [
    `${method} ${path} HTTP/1.1`,
    ...Object.entries({ Host: 'localhost', ...headers, ...more }).map(([name, value]) => `${name}: ${value}`),
  ].join('\r\n');

const requestOf = ({ body = '', ...target }) =>
  `${headOf(target, body === '' ? {} : { 'Content-Length': Buffer.byteLength(body) })}\r\n\r\n${body}`;

const half = (text) => text.slice(0, Math.ceil(text.length / 2));

/** What a TLS client says first, as far as anybody reads it. */
const TLS_HELLO = Buffer.from(`16030100f8010000f40303${'5a'.repeat(32)}20${'a5'.repeat(32)}`, 'hex');

const LEAVES = {
  /** Without a goodbye: RST. */
  reset: (socket) => socket.resetAndDestroy(),
  /** With one: FIN. What the server still says is read. */
  end: (socket) => socket.resume().end(),
};

/** `targets`: of which kind those are that it asks for. `play` is called once the connection is there. */
const way = (name, targets, play) => ({ name, targets, play });

/** Says something, and leaves so long after. */
const after = (ms, how, textOf) => (socket, target) => {
  socket.write(textOf(target));
  if (ms === 0) LEAVES[how](socket);
  else setTimeout(LEAVES[how], ms, socket);
};

/** Says something, and leaves with the first bytes of the answer. */
const answered = (how, textOf) => (socket, target) => {
  socket.write(textOf(target));
  socket.once('data', () => LEAVES[how](socket));
};

const chunked = (target) =>
  `${headOf(target, { 'Transfer-Encoding': 'chunked' })}\r\n\r\nffff\r\n{"pipeline"`;
const upload = (target) => requestOf({ ...target, body: 'x'.repeat(UPLOAD_BYTES) });

export const WAYS = [
  ...['reset', 'end'].flatMap((how) =>
    MOMENTS_MS.map((ms) => way(`${how} after ${ms} ms`, 'any', after(ms, how, requestOf))),
  ),
  way(
    'reset in the request line',
    'any',
    after(1, 'reset', ({ method, path }) => half(`${method} ${path}`)),
  ),
  way(
    'end in the headers',
    'any',
    after(1, 'end', (target) => headOf(target)),
  ),
  way(
    'reset in a body',
    'uploads',
    after(2, 'reset', (target) => half(upload(target))),
  ),
  way('end in a chunked body', 'uploads', after(2, 'end', chunked)),
  way('reset after an upload', 'uploads', after(0, 'reset', upload)),
  way(
    'TLS',
    'any',
    after(1, 'reset', () => TLS_HELLO),
  ),
  way(
    'pipelined',
    'any',
    after(1, 'reset', (target) => requestOf(target).repeat(PIPELINED)),
  ),
  way('reset in an answer', 'streams', answered('reset', requestOf)),
];
