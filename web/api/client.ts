/** Every request of the page leaves here, and every answer comes back as a value or as an ApiError. */
import { heardDate } from './clock.js';
import { notReached, probeWith, reached } from './connection.js';
import { LEAVING } from './interrupted.js';
import { refuse, token } from './session.js';

export class ApiError extends Error {
  override readonly name = 'ApiError';

  constructor(
    /** 0: there was no answer. */
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

export type Query = Readonly<Record<string, string | number | readonly string[] | null | undefined>>;

export interface Ask {
  readonly method?: 'GET' | 'POST';
  readonly query?: Query;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

/** Relative to the page, which is at the root of the API, wherever that is. */
export function addressOf(path: string, query: Query = {}): string {
  const url = new URL(path, new URL('.', window.location.href));
  for (const [name, value] of Object.entries(query)) {
    for (const one of [value].flat()) {
      if (one !== null && one !== undefined && one !== '') url.searchParams.append(name, String(one));
    }
  }
  return url.href;
}

/** The answer's body is still to be read. */
export async function ask(path: string, asking: Ask = {}): Promise<Response> {
  const { method = 'GET', query, body, headers = {}, signal } = asking;
  const given = token.get();
  let response: Response;
  try {
    response = await fetch(addressOf(path, query), {
      method,
      headers: { ...headers, ...(given === null ? {} : { authorization: `Bearer ${given}` }) },
      credentials: 'same-origin',
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    });
  } catch (error) {
    if (signal?.aborted === true) throw error;
    notReached('The service does not answer.');
    throw new ApiError(0, 'The service does not answer.');
  }
  heardDate(response.headers.get('date'));
  if (isGatewayPage(response)) {
    reached();
    refuse('a page of its own came instead of an answer', 'Gateway');
    throw new ApiError(401, 'The gateway wants to know who you are.');
  }
  if (response.ok) {
    reached();
    return response;
  }
  throw await errorOf(response, given, signal);
}

/** Where a gateway sends to who has to sign in; nothing of the API is HTML. */
const isGatewayPage = ({ ok, headers }: Response) =>
  ok && headers.get('content-type')?.startsWith('text/html') === true;

async function errorOf(
  response: Response,
  given: string | null,
  signal: AbortSignal | undefined,
): Promise<ApiError> {
  const { status } = response;
  const said: unknown = await response.json().catch((error: unknown) => {
    // Nobody waits for it any more, and half of an answer says nothing.
    if (signal?.aborted === true) throw error;
    return null;
  });
  const message = textOf(said) ?? `The service answered ${status}.`;
  // What a gateway says for a service that is not there.
  if ([502, 503, 504].includes(status) && !ANSWERED.includes(message)) notReached(messageOf(message));
  else reached();
  // An answer to an earlier token says nothing about this one.
  if (status === 401 && given === token.get()) refuse(message, response.headers.get('www-authenticate'));
  return new ApiError(status, message);
}

/** With 503, by a service that is there and answers what else it is asked. */
const ANSWERED = ['Too many streams', LEAVING];

const messageOf = (message: string) => (message.endsWith('.') ? message : `${message}.`);

function textOf(said: unknown): string | null {
  if (typeof said !== 'object' || said === null || !('error' in said)) return null;
  return typeof said.error === 'string' ? said.error : null;
}

export async function askJson<T>(path: string, asking: Ask = {}): Promise<T> {
  const response = await ask(path, asking);
  return whole(response.json() as Promise<T>, asking.signal);
}

async function whole<T>(body: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  try {
    return await body;
  } catch (error) {
    if (signal?.aborted === true) throw error;
    throw new ApiError(0, 'The answer broke off.');
  }
}

probeWith(async () => {
  try {
    await ask('pipelines');
    return true;
  } catch (error) {
    return error instanceof ApiError && error.status !== 0 && error.status < 500;
  }
});
