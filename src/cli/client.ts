/** Calls the service, and says in one line what is wrong where that does not work. */
import { CommandError, EXIT } from './exit-codes.js';

export type Query = Readonly<Record<string, string | number | readonly string[] | undefined>>;

export interface Call {
  readonly method?: 'GET' | 'POST';
  readonly query?: Query;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

/** A short time, because somebody looks at it; a schedule is sent again with its key. */
const RETRIES_MS = [300, 1_000, 2_000];
/** Answered by a gateway while the service is started again, or by the service itself while its database is. */
const FOR_NOW = [502, 503, 504];

export class Client {
  readonly #url: string;
  readonly #headers: Readonly<Record<string, string>>;

  /** `url` may have a base path. Throws a `CommandError` where it is none. */
  constructor(url: string, token: string | undefined) {
    if (!/^https?:$/.test(protocolOf(url)))
      throw new CommandError(`expected the address of the service, as http://localhost:8080; found "${url}"`);
    this.#url = url.replace(/\/+$/, '');
    // A header may have nothing else; fetch would say so with the token in its message.
    if (token !== undefined && !/^[\x21-\x7e]+$/.test(token))
      throw new CommandError('HOLDFAST_TOKEN is no token: it has characters that no token has');
    this.#headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  }

  async json<T>(path: string, call: Call = {}): Promise<T> {
    return (await (await this.ask(path, call)).json()) as T;
  }

  /** Asked again for a moment where the service does not answer. Only for what may be asked twice. */
  async ask(path: string, call: Call = {}): Promise<Response> {
    for (const wait of RETRIES_MS) {
      try {
        return await this.once(path, call);
      } catch (error) {
        if (!(error instanceof CommandError) || error.exitCode !== EXIT.away) throw error;
        await new Promise((done) => setTimeout(done, wait));
      }
    }
    return this.once(path, call);
  }

  async once(path: string, { method = 'GET', query = {}, body, headers, signal }: Call): Promise<Response> {
    const url = new URL(`${this.#url}${path}`);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined)
        url.searchParams.append(name, typeof value === 'object' ? value.join(',') : String(value));
    }
    let response: Response;
    try {
      response = await fetch(url, {
        method,
        headers: { ...this.#headers, ...headers },
        redirect: 'manual',
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        ...(signal === undefined ? {} : { signal }),
      });
    } catch (error) {
      if (signal?.aborted === true) throw error;
      throw new CommandError(`${this.#url} does not answer: ${reasonOf(error)}`, EXIT.away);
    }
    if (response.ok) return response;
    throw await refusal(response, this.#url);
  }
}

function protocolOf(url: string): string {
  try {
    return new URL(url).protocol;
  } catch {
    return '';
  }
}

/** fetch itself says only that it failed. */
function reasonOf(error: unknown): string {
  const { cause, message } = error as Error & { cause?: Partial<Error & { code: string }> };
  return cause?.code ?? cause?.message ?? message;
}

async function refusal(response: Response, url: string): Promise<CommandError> {
  const { status } = response;
  const text = await response.text().catch(() => '');
  const message = messageIn(text);
  const exitCode = FOR_NOW.includes(status) || status >= 500 ? EXIT.away : EXIT.refused;
  if (message === null)
    return new CommandError(`${url} answers ${status}, and not as Holdfast does`, exitCode);
  const hint = status === 401 ? ' (a token comes from HOLDFAST_TOKEN)' : '';
  return new CommandError(`${message}${hint}`, exitCode);
}

function messageIn(text: string): string | null {
  try {
    const { error } = JSON.parse(text) as { error?: unknown };
    return typeof error === 'string' ? error : null;
  } catch {
    return null;
  }
}
