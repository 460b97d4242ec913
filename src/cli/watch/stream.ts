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
  /** How far that is, in the service's words. */
  readonly id: string | undefined;
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
  let fruitless = 0;
  // Of a job that takes its time there may be nothing to tell for hours: what opens is as good as what tells.
  const heard = () => {
    patience.heard();
    fruitless = 0;
  };
  while (fruitless < FRUITLESS) {
    fruitless += 1;
    try {
      const opening = openingOf(query, lastId);
      for await (const { event: name = 'message', data, id } of readOnce(
        service,
        path,
        opening,
        heard,
        signal,
      )) {
        pauseMs = FIRST_PAUSE_MS;
        lastId = id ?? lastId;
        yield { event: 'told', name, data, id };
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

type Opening = Pick<Parameters<Service['open']>[1], 'query' | 'headers'>;

const openingOf = (query: Query, lastId: string | undefined): Opening => ({
  query,
  headers: { accept: 'text/event-stream', ...(lastId !== undefined && { 'last-event-id': lastId }) },
});

/** `onHeard`: something came, an event or not. */
async function* readOnce(
  service: Service,
  path: string,
  opening: Opening,
  onHeard: () => void,
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
    const signal = AbortSignal.any([outer, silent.signal]);
    const response = await openStream(service, path, opening, signal);
    for await (const bytes of response.body ?? []) {
      heard = true;
      onHeard();
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

async function openStream(
  service: Service,
  path: string,
  opening: Opening,
  signal: AbortSignal,
): Promise<Response> {
  const response = await service.open(path, { ...opening, signal }).catch((error: unknown) => {
    const isMissing = error instanceof Refused && error.status === 404 && error.said === 'Not found';
    const isFull = error instanceof Unreachable && error.message.endsWith('Too many streams');
    throw isMissing || isFull ? new NoStream() : error;
  });
  const type = response.headers.get('content-type') ?? '';
  if (type.startsWith('text/event-stream')) return response;
  await response.body?.cancel();
  throw new NoStream();
}
