/** Splits a database URL into libpq's parameters. It may name several hosts, and sockets, which no URL class reads. */
import { Expected } from '../expected.js';

const MAX_PORT = 65_535;
/** Hosts with ports, or without. */
const PORTS = /^(?:(?:\[[^\]]*\]|[^:,@[\]]*)(?::\d{1,5})?(?:,|$))*$/;
const SCHEME = /^postgres(ql)?:\/\//i;

/** Completes "NAME: expected …". */
export const AN_ADDRESS = 'an address such as postgresql://user:password@host:5432/database';

/** For an address in which a part of a password might be taken for something else, and be logged. */
export const AN_ENCODED_ADDRESS =
  'an address with %40 for @, %2F for /, %3F for ? and %26 for & inside of its user, its password and its other values';

/** Returns values by keyword. What stands behind `?` comes before what stands in front, as in libpq. */
export function parametersIn(url: string): ReadonlyMap<string, string> {
  const text = url.trim();
  if (!SCHEME.test(text)) throw new Expected(AN_ADDRESS);
  const rest = text.replace(SCHEME, '');
  const [, authority = '', path = '', query = ''] = /^([^/?]*)(?:\/([^?]*))?(?:\?(.*))?$/s.exec(rest) ?? [];
  const at = authority.lastIndexOf('@');
  // What is between a colon and the last @ may be a password with a slash or a question mark in it. A port is none.
  const mayHoldSecret = PORTS.test(authority.slice(at + 1)) ? path : rest.slice(authority.length);
  if (rest.includes(':') && mayHoldSecret.includes('@')) throw new Expected(AN_ENCODED_ADDRESS);
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
  for (const one of query.split('&').filter((text) => text !== '')) {
    const [name, value] = halves(one, '=');
    const keyword = decode(name);
    // Without a value, it may be the rest of the one before.
    if (!one.includes('=')) throw new Expected(AN_ENCODED_ADDRESS);
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
  // In an address without a host, this is the password, which must not be repeated.
  if (Number(port) > MAX_PORT) throw new Expected(AN_ADDRESS);
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
