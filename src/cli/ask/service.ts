/** Asks the service, and turns what is no answer into a failure that says what to do. */
import { setTimeout as sleep } from 'node:timers/promises';
import { BodyTooLarge, readBounded, readBoundedText } from '../../domain/bounded-body.js';
import { Refused, Unreachable } from '../exit.js';
import type { Address } from './address.js';
import { isJson, readErrorText } from './error-text.js';
import { reasonOf, wasSent } from './no-answer.js';

export type Query = Readonly<Record<string, string | number | readonly string[] | undefined>>;

export interface Asking {
  readonly method?: 'GET' | 'POST';
  readonly query?: Query;
  /** JSON. */
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

const ANSWER_MS = 30_000;
/** Bounds an answer that is kept whole. A job with thousands of tasks takes some MiB. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;
/** How often, and how long at most, is waited where the service says that there were too many requests. */
const PATIENCE = 5;
const LONGEST_WAIT_S = 30;

export class Service {
  /** Milliseconds that the service's clock is ahead of ours, as far as its answers say. */
  #ahead = 0;

  constructor(private readonly address: Address) {}

  /** By the service's clock, to which the times of jobs belong. */
  now(): number {
    return Date.now() + this.#ahead;
  }

  async get<T>(path: string, query: Query = {}, signal?: AbortSignal): Promise<T> {
    return this.json<T>(path, { query, ...(signal && { signal }) });
  }

  async json<T>(path: string, asking: Asking): Promise<T> {
    const timeout = AbortSignal.timeout(ANSWER_MS);
    const signal = asking.signal === undefined ? timeout : AbortSignal.any([asking.signal, timeout]);
    const response = await this.open(path, { ...asking, signal });
    if (!isJson(response))
      throw new Unreachable(
        `${this.at(path)} is no Holdfast: it answers with something else than JSON`,
        true,
      );
    try {
      return JSON.parse(await readBoundedText(response.body, MAX_ANSWER_BYTES)) as T;
    } catch (error) {
      throw this.#noAnswer(error, asking.signal);
    }
  }

  /** An answer of which the body is still to be read. */
  async open(path: string, asking: Asking): Promise<Response> {
    for (let asked = 1; ; asked += 1) {
      const response = await this.#fetch(path, asking);
      if (response.ok) return response;
      const waitS = Number(response.headers.get('retry-after') ?? Number.NaN);
      if (response.status !== 429 || asked > PATIENCE || !(waitS <= LONGEST_WAIT_S))
        throw await this.#failureOf(response, path);
      await response.body?.cancel();
      await sleep(waitS * 1_000, undefined, asking.signal && { signal: asking.signal });
    }
  }

  /** What is left of an answer that was opened. */
  async *body(response: Response, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
    try {
      for await (const bytes of response.body ?? []) yield bytes as Uint8Array;
    } catch (error) {
      throw this.#noAnswer(error, signal);
    }
  }

  /** The same, to be kept whole. */
  async wholeBody(response: Response, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    try {
      return await readBounded(response.body, MAX_ANSWER_BYTES);
    } catch (error) {
      throw this.#noAnswer(error, signal);
    }
  }

  at(path = ''): string {
    return new URL(path, this.address.base).href;
  }

  async #fetch(
    path: string,
    { method = 'GET', query = {}, body, headers, signal }: Asking,
  ): Promise<Response> {
    const { authorization, base } = this.address;
    const url = new URL(path, base);
    for (const [name, value] of Object.entries(query))
      for (const one of [value].flat()) if (one !== undefined) url.searchParams.append(name, String(one));
    try {
      const response = await fetch(url, {
        method,
        // A POST that is sent elsewhere would arrive as a GET.
        redirect: 'manual',
        headers: { ...headers, ...(authorization !== null && { authorization }) },
        ...(body !== undefined && { body }),
        ...(signal && { signal }),
      });
      this.#heard(response.headers.get('date'));
      return response;
    } catch (error) {
      throw this.#noAnswer(error, signal);
    }
  }

  #noAnswer(error: unknown, signal: AbortSignal | undefined): unknown {
    if (signal?.aborted === true && (signal.reason as Error).name === 'AbortError') return error;
    if (error instanceof BodyTooLarge)
      return new Unreachable(`${this.at()} cannot be read: ${error.message}`, true);
    return new Unreachable(`cannot reach ${this.at()}: ${reasonOf(error)}`, wasSent(error));
  }

  async #failureOf(response: Response, path: string): Promise<Error> {
    const { status, headers } = response;
    const said = await readErrorText(response);
    const location = headers.get('location');
    if (status < 400 && location !== null)
      return new Unreachable(`${this.at(path)} sends elsewhere, to ${location}: is --url right?`, false);
    if (status >= 500 || said === null)
      return new Unreachable(
        `${this.at()} answers ${status}${said === null ? '' : `: ${said}`}`,
        true,
        status,
      );
    if (status === 404 && said === 'Not found')
      return new Refused(status, said, `Not found: ${this.at(path)} (is the base path in --url?)`);
    if (status === 401 && this.address.authorization === null)
      return new Refused(status, said, `${said}: set HOLDFAST_TOKEN`);
    return new Refused(status, said);
  }

  #heard(date: string | null): void {
    const time = Date.parse(date ?? '');
    // It says whole seconds: what is less than two apart may be the same time.
    if (!Number.isNaN(time)) this.#ahead = Math.abs(time - Date.now()) < 2_000 ? 0 : time - Date.now();
  }
}
