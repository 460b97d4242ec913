/** Who asks, as far as can be told: for limits and logs, never as a proof. */
import { isIP } from 'node:net';
import type { FastifyRequest } from 'fastify';

interface Asking extends Pick<FastifyRequest, 'ip'> {
  readonly socket: { readonly remoteAddress?: string | undefined };
  /** Put there by authentication, which has asked before. */
  readonly caller?: { readonly user: string };
}

/** Of any address with the name of an interface after it; a proxy could say a longer one. */
const LONGEST = 64;
const LONGEST_WITH_PORT = LONGEST + '[]:65535'.length;

/** `1.2.3.4:5`, `[::1]:5` and `[::1]`; all else as it is. */
const withoutPort = (text: string) =>
  /^\[([^\]]*)\](?::\d{1,5})?$/.exec(text)?.[1] ?? /^([\d.]+):\d{1,5}$/.exec(text)?.[1] ?? text;

/**
 * What trusted proxies say, if it is an address (some add the port), else who is connected. IPv4 in IPv6's clothes is
 * IPv4.
 */
export function addressOf({ ip, socket }: Asking): string {
  // Before it is looked at: it may be as long as headers are.
  const said = ip.length <= LONGEST_WITH_PORT ? withoutPort(ip) : '';
  const address = isIP(said) > 0 && said.length <= LONGEST ? said : (socket.remoteAddress ?? '');
  return address.replace(/^::ffff:(?=\d+\.)/i, '');
}

/** A caller to be limited: a user where one is known. Of IPv6, whoever has one address has the 2^64 of its network. */
export function limitedAs(asking: Asking): string {
  const { user = '' } = asking.caller ?? {};
  if (user !== '') return `user ${user}`;
  const address = addressOf(asking);
  return isIP(address) === 6 ? networkOf(address) : address;
}

function networkOf(address: string): string {
  const [head = '', tail] = (address.split('%')[0] as string).split('::');
  const [first, last] = [head, tail ?? ''].map((part) => (part === '' ? [] : part.split(':')));
  const zeros = Array<string>(Math.max(8 - (first?.length ?? 0) - (last?.length ?? 0), 0)).fill('0');
  const groups = [...(first ?? []), ...(tail === undefined ? [] : zeros), ...(last ?? [])];
  return groups
    .slice(0, 4)
    .map((group) => parseInt(group, 16).toString(16))
    .join(':');
}
