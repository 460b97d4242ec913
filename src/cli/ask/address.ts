/** Where the service is and who asks it, from `--url` and `--token`. Nothing of what is secret is in a message. */
import { wrongUsage } from '../exit.js';

export const DEFAULT_URL = 'http://localhost:8080';

export interface Address {
  /** Ends in a slash: with the base path, and without name and password. */
  readonly base: URL;
  readonly authorization: string | null;
}

export function addressOf(url: string, token: string | undefined): Address {
  if (!URL.canParse(url)) throw wrongUsage(`--url: expected an address such as ${DEFAULT_URL}`);
  const base = new URL(url);
  if (base.protocol !== 'http:' && base.protocol !== 'https:')
    throw wrongUsage(`--url: expected http:// or https://, as in ${DEFAULT_URL}`);
  const basic = basicOf(base);
  const bearer = bearerOf(token);
  if (basic !== null && bearer !== null)
    throw wrongUsage('--url has a name and a password, and there is a token: only one of them can be sent');
  Object.assign(base, { username: '', password: '', search: '', hash: '' });
  if (!base.pathname.endsWith('/')) base.pathname += '/';
  return { base, authorization: basic ?? bearer };
}

/** For a gateway that asks for name and password. */
function basicOf({ username, password }: URL): string | null {
  if (username === '' && password === '') return null;
  try {
    const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    return `Basic ${Buffer.from(pair).toString('base64')}`;
  } catch {
    throw wrongUsage('--url: name and password have a % that stands for nothing; write it as %25');
  }
}

/** Checked here, because fetch would repeat a header that it cannot send. */
function bearerOf(token: string | undefined): string | null {
  const text = token?.trim() ?? '';
  if (text === '') return null;
  if (!/^[\x21-\x7e]+$/.test(text)) throw wrongUsage('the token has characters that are in no token');
  return `Bearer ${text}`;
}
