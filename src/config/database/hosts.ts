/** Reads which hosts an address names: lists of hosts and ports, as libpq reads them. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Expected } from '../expected.js';
import type { DatabaseHost } from './address.js';
import type { Reader } from './reader.js';

const PORT = 5432;
/** Where Debian's packages and Postgres itself put their sockets. */
const SOCKET_FOLDERS = ['/var/run/postgresql', '/tmp'];
const MAX_HOSTS = 20;

export function hostsOf({ read, refuse }: Reader): readonly DatabaseHost[] {
  const names = read('host', namesIn) ?? [];
  const addresses = read('hostaddr', listIn) ?? [];
  const ports = read('port', portsIn) ?? [];
  const count = Math.max(names.length, addresses.length, 1);
  if (names.length > 0 && addresses.length > 0 && names.length !== addresses.length)
    refuse('hostaddr', 'one for each host');
  if (ports.length > 1 && ports.length !== count) refuse('port', 'one, or one for each host');
  return Array.from({ length: count }, (_, at) => {
    const port = (ports.length > 1 ? ports[at] : ports[0]) ?? PORT;
    const address = addresses[at] || null;
    return { host: names[at] || address || defaultHost(port), address, port };
  });
}

function listIn(text: string): readonly string[] {
  const list = text.split(',').map((one) => one.trim());
  if (list.length > MAX_HOSTS) throw new Expected(`at most ${MAX_HOSTS} hosts`);
  return list;
}

function namesIn(text: string): readonly string[] {
  const names = listIn(text);
  if (names.some((name) => name.startsWith('@')))
    throw new Expected('the folder of a socket, which begins with /');
  return names;
}

const portsIn = (text: string): readonly number[] =>
  listIn(text).map((one) => {
    const port = one === '' ? PORT : /^\d{1,5}$/.test(one) ? Number(one) : NaN;
    if (!(port >= 1 && port <= 65535)) throw new Expected('a port from 1 to 65535');
    return port;
  });

/** The socket that is there, as for libpq, or else this machine. */
const defaultHost = (port: number): string =>
  SOCKET_FOLDERS.find((folder) => existsSync(join(folder, `.s.PGSQL.${port}`))) ?? 'localhost';

export const isSocket = ({ host }: DatabaseHost): boolean => host.startsWith('/');
