// Sends one request and answers what came back: `{status, headers, body}`, or null where the connection was closed.
import { Buffer } from 'node:buffer';
import { Agent, request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip } from 'node:zlib';

/** Long for a service that is well; one that says nothing has hung. */
const PATIENCE_MS = 20_000;
const [gzip, br] = [promisify(gunzip), promisify(brotliDecompress)];
const agent = new Agent({ keepAlive: true, maxSockets: 64 });

export function send(url, request) {
  return request.bytes === undefined ? sendHttp(url, request) : sendBytes(url, request.bytes);
}

function sendHttp(url, { method, path, query, headers, body }) {
  return new Promise((done, fail) => {
    const { hostname, port, pathname } = new URL(url);
    const whole = `${pathname.replace(/\/$/, '')}${path}`;
    const target = query === '' ? whole : `${whole}?${query}`;
    // Node says how long a body is only for methods that usually have one.
    const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
    const outgoing = httpRequest({
      hostname,
      port,
      method,
      path: target,
      headers: { ...headers, ...length },
      agent,
      timeout: PATIENCE_MS,
    });
    outgoing.once('timeout', () => outgoing.destroy(new Error(`no answer in ${PATIENCE_MS} ms`)));
    outgoing.once('error', (error) => {
      // The service may close while a body that it does not want is still on its way.
      if (['ECONNRESET', 'EPIPE'].includes(error.code)) done(null);
      else fail(error);
    });
    outgoing.once('response', (response) => {
      const { statusCode: status, headers } = response;
      if (isStream(headers)) {
        // It may go on for as long as anybody reads.
        response.destroy();
        done({ status, headers, body: Buffer.alloc(0) });
        return;
      }
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.once('error', fail);
      response.once('end', () => {
        // What it cannot be unpacked from is no answer.
        unpack(Buffer.concat(chunks), headers['content-encoding']).then(
          (body) => done({ status, headers, body }),
          fail,
        );
      });
    });
    outgoing.end(body);
  });
}

const isStream = (headers) => headers['content-type']?.startsWith('text/event-stream') === true;

async function unpack(bytes, encoding) {
  if (bytes.length === 0 || encoding === undefined) return bytes;
  const unpacking = { gzip, br }[encoding];
  if (unpacking === undefined) throw new Error(`nobody asked for the encoding ${encoding}`);
  return unpacking(bytes);
}

function sendBytes(url, bytes) {
  return new Promise((done) => {
    const { hostname, port } = new URL(url);
    let said = '';
    const socket = connect(Number(port), hostname, () => socket.end(bytes));
    socket.on('data', (chunk) => (said += chunk.toString('latin1')));
    socket.on('error', () => undefined);
    socket.setTimeout(PATIENCE_MS, () => socket.destroy());
    socket.once('close', () => {
      const [, status] = /^HTTP\/1\.1 (\d{3})/.exec(said) ?? [];
      done(status === undefined ? null : { status: Number(status), headers: {}, body: Buffer.alloc(0) });
    });
  });
}
