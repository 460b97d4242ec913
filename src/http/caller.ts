/** Addresses of callers, as far as they are known: for limits and logs, never as a proof. */
import { isIP } from 'node:net';
import { shareOf } from '../jobs/caller-share.js';

/** Of any address with the name of an interface after it; a proxy could say a longer one. */
const LONGEST = 64;
const LONGEST_WITH_PORT = LONGEST + '[]:65535'.length;

/** `1.2.3.4:5`, `[::1]:5` and `[::1]`; all else as it is. */
const withoutPort = (text: string) =>
  /^\[([^\]]*)\](?::\d{1,5})?$/.exec(text)?.[1] ?? /^([\d.]+):\d{1,5}$/.exec(text)?.[1] ?? text;

/**
 * Returns what trusted proxies say, if that is an address (some add the port), else `peer`. An IPv4 address that is
 * mapped to IPv6 is returned as IPv4.
 */
export function addressIn(said: string, peer: string): string {
  // First its length, as it may be as long as headers are.
  const found = said.length <= LONGEST_WITH_PORT ? withoutPort(said) : '';
  const address = isIP(found) > 0 && found.length <= LONGEST ? found : peer;
  return address.replace(/^::ffff:(?=\d+\.)/i, '');
}

/** Returns the key that a caller is limited by: its user where one is known, otherwise its address. */
export const limitedAs = (address: string | null, user = ''): string => shareOf({ user, address });
