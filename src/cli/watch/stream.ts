/** Server-sent events, kept up: whoever is cut off comes again and says what it has had. */
import { setTimeout as sleep } from 'node:timers/promises';
import { createParser, type EventSourceMessage } from 'eventsource-parser';
import type { Query, Service } from '../ask/service.js';
import { Refused, Unreachable } from '../exit.js';
import { Patience } from './patience.js';

/** It has to be asked again and again instead. */
export class NoStream extends Error {}

/** The service is away; it is asked until it is back. */
export interface Lost {
  readonly event: 'lost';
  readonly why: string;
}

export interface Told {
  readonly event: 'told';
  readonly name: string;
  readonly data: string;
}

/** Something in between gathers the answer: the service begins to speak at once. */
const FIRST_BYTE_MS = 10_000;
/** The service says something each 15 s. */
const SILENCE_MS = 40_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 5_000;
/** So often in a row it may come to nothing where somebody answers. */
const FRUITLESS = 5;
/** A job with all its tasks is one event. */
const LONGEST_EVENT = 64 * 1024 * 1024;

/** The last event is called `end`. Throws a `NoStream` where none comes through. */
export async function* watch(
  service: Service,
  path: string,
  query: Query,
  signal: AbortSignal,
): AsyncGenerator<Told | Lost> {
  const patience = new Patience();
  let lastId: string | undefined;
  let pauseMs = FIRST_PAUSE_MS;
  for (let fruitless = 0; fruitless < FRUITLESS;) {
    fruitless += 1;
    try {
      for await (const { event: name = 'message', data, id } of readOnce(
        service,
        path,
        query,
        lastId,
        signal,
      )) {
        patience.heard();
        fruitless = 0;
        pauseMs = FIRST_PAUSE_MS;
        lastId = id ?? lastId;
        yield { event: 'told', name, data };
        if (name === 'end') return;
      }
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      // A service that is away says nothing about its streams.
      if (error.status === 0 || error.status === 503) fruitless -= 1;
      patience.failed(error);
      yield { event: 'lost', why: error.message };
    }
    await sleep(pauseMs * (0.75 + Math.random() / 2), undefined, { signal });
    pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
  }
  throw new NoStream();
}

async function* readOnce(
  service: Service,
  path: string,
  query: Query,
  lastId: string | undefined,
  outer: AbortSignal,
): AsyncGenerator<EventSourceMessage> {
  const silent = new AbortController();
  const hush = () => {
    silent.abort(new DOMException('', 'TimeoutError'));
  };
  let timer = setTimeout(hush, FIRST_BYTE_MS);
  let heard = false;
  const events: EventSourceMessage[] = [];
  const parser = createParser({ onEvent: (event) => events.push(event), maxBufferSize: LONGEST_EVENT });
  const decoder = new TextDecoder();
  try {
    const response = await openStream(service, path, {
      query,
      headers: { accept: 'text/event-stream', ...(lastId !== undefined && { 'last-event-id': lastId }) },
      signal: AbortSignal.any([outer, silent.signal]),
    });
    for await (const bytes of response.body ?? []) {
      heard = true;
      clearTimeout(timer);
      timer = setTimeout(hush, SILENCE_MS);
      parser.feed(decoder.decode(bytes as Uint8Array, { stream: true }));
      yield* events.splice(0);
    }
  } catch (error) {
    if (outer.aborted || error instanceof NoStream || error instanceof Refused) throw error;
    if (silent.signal.aborted && !heard) throw new NoStream();
    if (error instanceof Unreachable) throw error;
    throw new Unreachable(`the connection to ${service.at()} broke off`, true);
  } finally {
    clearTimeout(timer);
  }
}

type Opening = Parameters<Service['open']>[1];

async function openStream(service: Service, path: string, opening: Opening): Promise<Response> {
  const response = await service.open(path, opening).catch((error: unknown) => {
    const isMissing = error instanceof Refused && error.status === 404 && error.said === 'Not found';
    const isFull = error instanceof Unreachable && error.message.endsWith('Too many streams');
    throw isMissing || isFull ? new NoStream() : error;
  });
  const type = response.headers.get('content-type') ?? '';
  if (type.startsWith('text/event-stream')) return response;
  await response.body?.cancel();
  throw new NoStream();
}
