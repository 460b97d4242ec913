/** Tells callers apart where they share a limit: by user if one is known, otherwise by address. */
import { isIP } from 'node:net';
import type { Actor } from '../domain/audit.js';

/** Clients that left before their address could be read share one limit. They take no answer. */
const LEFT = 'left';

export function shareOf({ user, address }: Pick<Actor, 'user' | 'address'>): string {
  if (user !== '') return `user ${user}`;
  return address === null ? LEFT : networkOf(address);
}

/** Returns the /64 of an IPv6 address, because a caller with one of its addresses usually has all. */
export function networkOf(address: string): string {
  if (isIP(address) !== 6) return address;
  const [head = '', tail] = (address.split('%')[0] as string).split('::');
  const [first, last] = [head, tail ?? ''].map((part) => (part === '' ? [] : part.split(':')));
  const zeros = Array<string>(Math.max(8 - (first?.length ?? 0) - (last?.length ?? 0), 0)).fill('0');
  const groups = [...(first ?? []), ...(tail === undefined ? [] : zeros), ...(last ?? [])];
  return groups
    .slice(0, 4)
    .map((group) => parseInt(group, 16).toString(16))
    .join(':');
}
