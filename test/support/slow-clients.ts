/** Clients that take their time, on real connections: some never end a request, some never read, some only stay. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

const AT_ONCE = 100;
const HEAD = 'Host: localhost\r\n';

export interface SlowClients {
  /** How many of them still have their connection. */
  connected(): number;
  leave(): void;
}

/** `path`: of a large answer, which a third of the slow ones ask for and do not read. */
export async function openSlowClients(
  url: string,
  { slow, idle, path }: { slow: number; idle: number; path: string },
): Promise<SlowClients> {
  const sockets: Socket[] = [];
  const beginnings = [
    // Half a header, half a body, and a whole request whose answer stays where it is.
    `GET /pipelines HTTP/1.1\r\n${HEAD}X-Slow: `,
    `POST /pipelines/schedule HTTP/1.1\r\n${HEAD}Content-Length: 1000\r\n\r\n{"pipeline":`,
    `GET ${path} HTTP/1.1\r\n${HEAD}\r\n`,
  ];
  const open = async (beginning: string): Promise<void> => {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname.replace('localhost', '127.0.0.1'));
    socket.pause().on('error', () => undefined);
    sockets.push(socket);
    await once(socket, 'connect');
    socket.write(beginning);
  };
  const all = [
    ...Array.from({ length: slow }, (_, index) => beginnings[index % beginnings.length] as string),
    // These are answered once and then say nothing any more.
    ...Array.from({ length: idle }, () => `GET /health/live HTTP/1.1\r\n${HEAD}\r\n`),
  ];
  for (let from = 0; from < all.length; from += AT_ONCE)
    await Promise.all(all.slice(from, from + AT_ONCE).map(open));
  return {
    connected: () =>
      sockets.filter(({ destroyed, readyState }) => !destroyed && readyState === 'open').length,
    leave: () => {
      for (const socket of sockets) socket.destroy();
    },
  };
}
