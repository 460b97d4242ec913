/** One request with exactly these headers, from this address: fetch would add some, and never sends one twice. */
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import type { TestService } from './service.js';

export interface Asking {
  readonly method?: string;
  /** Without one, `Host` is what the address is. */
  readonly headers?: readonly (readonly [string, string])[];
  readonly body?: string;
  readonly from?: string;
}

export interface Told {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** What its JSON says; empty where it is none. */
  readonly body: Readonly<Record<string, unknown>>;
  readonly error: string | undefined;
}

export async function ask(service: TestService, path: string, asking: Asking = {}): Promise<Told> {
  const { method = 'GET', headers = [], body = '', from = '127.0.0.1' } = asking;
  const { port } = new URL(await service.url());
  const named = headers.some(([name]) => name.toLowerCase() === 'host');
  const all = [
    ...(named ? [] : [['Host', `127.0.0.1:${port}`] as const]),
    ...headers,
    ['Connection', 'close'],
  ];
  return new Promise((done, fail) => {
    const options = { host: '127.0.0.1', port, path, method, localAddress: from, headers: all.flat() };
    const asked = request({ ...options, setHost: false, agent: false }, (response) => {
      text(response).then((said) => {
        const told = (said.startsWith('{') ? JSON.parse(said) : {}) as Told['body'] & { error?: string };
        done({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: told,
          error: told.error,
        });
      }, fail);
    });
    asked.once('error', fail).end(body);
  });
}
