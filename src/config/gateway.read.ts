/** How the settings for what stands in front of the service are read. */
import { isIP } from 'node:net';
import { Expected } from './expected.js';

/** `/` is none. */
export function basePath(text: string): string | null {
  if (text === '/') return null;
  const path = text.replace(/\/$/, '');
  const segments = path.split('/').slice(1);
  const plain = segments.every((one) => /^[A-Za-z0-9._~-]{1,100}$/.test(one) && !/^\.\.?$/.test(one));
  if (!path.startsWith('/') || !plain) throw new Expected('a path such as /jobs-api');
  return path;
}

const listOf = (item: (text: string) => string | null, expected: string) => (text: string) => {
  const items = text.split(',').map((one) => item(one.trim()));
  if (items.includes(null)) throw new Expected(expected);
  return Object.freeze([...new Set(items as string[])]);
};

function addressOrNetwork(text: string): string | null {
  const [, address = '', bits] = /^([^/%]*)(?:\/([1-9]\d{0,2}))?$/.exec(text) ?? [];
  const most = { 0: 0, 4: 32, 6: 128 }[isIP(address)] ?? 0;
  return most > 0 && Number(bits ?? 1) <= most ? text : null;
}

/** As a browser writes it in `Origin`. `*` is none: whoever wants that has not thought of who may ask. */
function origin(text: string): string | null {
  const url = URL.canParse(text) ? new URL(text) : null;
  return url !== null && /^https?:$/.test(url.protocol) && url.origin === text ? text : null;
}

export const proxies = listOf(addressOrNetwork, 'addresses and networks, such as 10.0.0.7,192.168.0.0/16');
export const origins = listOf(origin, 'exact origins, such as https://app.example.com,http://localhost:3000');
