/** Splits a database URL into libpq's parameters. It may name several hosts, and sockets, which no URL class reads. */
import { Expected } from '../expected.js';

const SCHEME = /^postgres(ql)?:\/\//i;

/** Completes "NAME: expected …". */
export const AN_ADDRESS = 'an address such as postgresql://user:password@host:5432/database';

/** Returns values by keyword. What stands behind `?` comes before what stands in front, as in libpq. */
export function parametersIn(url: string): ReadonlyMap<string, string> {
  const text = url.trim();
  if (!SCHEME.test(text)) throw new Expected(AN_ADDRESS);
  const [, authority = '', path = '', query = ''] =
    /^([^/?]*)(?:\/([^?]*))?(?:\?(.*))?$/s.exec(text.replace(SCHEME, '')) ?? [];
  const at = authority.lastIndexOf('@');
  const [user, password] = halves(authority.slice(0, Math.max(at, 0)), ':');
  const hosts = authority
    .slice(at + 1)
    .split(',')
    .map(hostIn);
  const parameters: [string, string][] = [
    ['user', decode(user)],
    ['password', decode(password)],
    ['host', hosts.map(({ host }) => host).join(',')],
    ['port', hosts.map(({ port }) => port).join(',')],
    ['dbname', decode(path)],
  ];
  for (const one of query.split('&')) {
    const [name, value] = halves(one, '=');
    const keyword = decode(name);
    // A plus is itself, as in libpq; only in `options` it has always been read as a space here.
    parameters.push([keyword, decode(keyword === 'options' ? value.replaceAll('+', ' ') : value)]);
  }
  return new Map(parameters.filter(([keyword, value]) => keyword !== '' && !isEmpty(keyword, value)));
}

/** A list of hosts or ports without any names is none. */
const isEmpty = (keyword: string, value: string) =>
  value === '' || (['host', 'port', 'hostaddr'].includes(keyword) && /^,+$/.test(value));

function hostIn(text: string): { host: string; port: string } {
  const match = /^(?:\[([0-9a-f:.%]+)\]|([^:[\]]*))(?::(\d*))?$/i.exec(text);
  if (match === null) throw new Expected(AN_ADDRESS);
  const [, quoted, plain = '', port = ''] = match;
  const host = decode(quoted ?? plain);
  if (host.includes(',')) throw new Expected('hosts without a comma in their names');
  return { host, port };
}

function halves(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + separator.length)];
}

/** A `%` that is none of percent-encoding stands for itself, so that a password may have one. */
function decode(text: string): string {
  let decoded: string;
  try {
    decoded = text.replace(/(%[0-9a-f]{2})+/gi, (codes) => decodeURIComponent(codes));
  } catch {
    throw new Expected('percent-encoded characters (%C3%A4) to be UTF-8');
  }
  if (decoded.includes('\0')) throw new Expected('an address without NUL');
  return decoded;
}
