/** Who calls, as the gateway says in a header: believed from its addresses only, and those are the connection's own. */
import type { IncomingMessage } from 'node:http';
import { BlockList, isIPv6 } from 'node:net';
import { type Caller, callerNamed, isUser } from '../../domain/caller.js';
import { unauthorized } from '../../domain/errors.js';

export type IsTrusted = (address: string) => boolean;

/** `proxies`: addresses and networks. */
export function trustedProxies(proxies: readonly string[]): IsTrusted {
  const list = new BlockList();
  for (const proxy of proxies) {
    const [address = '', bits] = proxy.split('/');
    const family = familyOf(address);
    list.addSubnet(address, Number(bits ?? (family === 'ipv6' ? 128 : 32)), family);
  }
  return (address) => list.check(address, familyOf(address));
}

const familyOf = (address: string) => (isIPv6(address) ? 'ipv6' : 'ipv4');

export function callerOfHeader(
  { headersDistinct }: IncomingMessage,
  peer: string | null,
  name: string,
  isTrusted: IsTrusted,
): Caller {
  // Never X-Forwarded-For: whoever can set the one header can set the other.
  if (peer === null || !isTrusted(peer)) throw unauthorized('this address may not say who calls');
  const [value = '', ...others] = headersDistinct[name] ?? [];
  if (others.length > 0) throw unauthorized('more than one user found');
  const user = utf8(value.trim());
  if (user === null || !isUser(user)) throw unauthorized('user is not valid');
  if (user === '') throw unauthorized('no user found');
  return callerNamed(user);
}

/** Node gives each byte of a header as a character, and never NUL. */
function utf8(value: string): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(value, 'latin1'));
  } catch {
    return null;
  }
}
