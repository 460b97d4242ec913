/**
 * A stream of server-sent events that is kept up: by fetch, so that the token goes along in its header, again from
 * where it broke off, and not while nobody looks, because a browser has six connections for all its tabs.
 */
import { ask, ApiError, type Query } from './client.js';
import { lost, whenReached } from './connection.js';
import { interrupt, LEAVING, resume } from './interrupted.js';
import { EventReader, type ServerEvent } from './sse.js';
import { visible, whenVisible } from './visible.js';

export type StreamState = 'connecting' | 'open' | 'broken' | 'ended' | 'refused';

export interface Watch {
  readonly onEvent: (event: ServerEvent) => void;
  readonly onState: (state: StreamState) => void;
  /** Closed while the tab is hidden. */
  readonly signal: AbortSignal;
}

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;
/** The service says something each 15 s. */
const SILENCE_MS = 40_000;
/** Asking again would be answered the same; of too many streams, one more who asks makes no fewer. */
const FOR_GOOD = [400, 401, 403, 404, 405];
const isForGood = ({ status, message }: ApiError) =>
  FOR_GOOD.includes(status) || message === 'Too many streams';

export async function watchStream(path: string, query: Query, watch: Watch): Promise<void> {
  const stream = Symbol(path);
  watch.onState('connecting');
  const last = await keepUp(stream, path, query, watch);
  resume(stream);
  if (last !== null) watch.onState(last);
}

/** What has become of it at last; null: nobody waits for it any more. */
async function keepUp(stream: symbol, path: string, query: Query, { onEvent, onState, signal }: Watch) {
  let lastId: string | null = null;
  let pauseMs = FIRST_PAUSE_MS;
  const opened = () => {
    pauseMs = FIRST_PAUSE_MS;
    resume(stream);
    onState('open');
  };
  for (;;) {
    await whenVisible(signal);
    await whenReached(signal);
    if (isAborted(signal)) return null;
    const reader = new EventReader();
    reader.lastId = lastId;
    try {
      if (await readOnce(path, query, reader, signal, { opened, onEvent })) return 'ended';
    } catch (error) {
      if (isAborted(signal)) return null;
      if (error instanceof ApiError && isForGood(error)) return 'refused';
      // One that has only broken off is back before anybody could have read that it was not there.
      if (error instanceof ApiError) interrupt(stream, error.message === LEAVING ? 'leaving' : 'broken');
    }
    lastId = reader.lastId;
    onState('broken');
    if (await pause(pauseMs * (0.75 + Math.random() / 2), signal))
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    else pauseMs = FIRST_PAUSE_MS;
  }
}

interface Heard {
  readonly opened: () => void;
  readonly onEvent: (event: ServerEvent) => void;
}

/** Whether the service has said that there is nothing more to come. */
async function readOnce(path: string, query: Query, reader: EventReader, outer: AbortSignal, heard: Heard) {
  const own = new AbortController();
  const close = () => {
    own.abort();
  };
  outer.addEventListener('abort', close);
  const stopWatching = visible.watch(() => {
    if (!visible.get()) close();
  });
  let timer = setTimeout(close, SILENCE_MS);
  try {
    const headers = {
      accept: 'text/event-stream',
      ...(reader.lastId === null ? {} : { 'last-event-id': reader.lastId }),
    };
    const response = await ask(path, { query, headers, signal: own.signal });
    if (response.body === null || !isEvents(response))
      throw new ApiError(404, 'This is no stream of events.');
    heard.opened();
    const decoder = new TextDecoder();
    const source = response.body.getReader();
    for (;;) {
      const { done, value } = await source.read();
      if (done) return false;
      clearTimeout(timer);
      timer = setTimeout(close, SILENCE_MS);
      for (const event of reader.read(decoder.decode(value, { stream: true }))) {
        heard.onEvent(event);
        if (event.name === 'end') {
          close();
          return true;
        }
      }
    }
  } finally {
    clearTimeout(timer);
    stopWatching();
    outer.removeEventListener('abort', close);
  }
}

/** Asked anew each time, where the compiler would think that it knows. */
export const isAborted = ({ aborted }: AbortSignal) => aborted;

const isEvents = (response: Response) =>
  response.headers.get('content-type')?.startsWith('text/event-stream') === true;

/** Whether it was had to its end: a service that is back after it was away is asked at once. */
export function pause(milliseconds: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((done) => {
    const end = (whole: boolean) => {
      clearTimeout(timer);
      stopWatching();
      done(whole);
    };
    const timer = setTimeout(end, milliseconds, true);
    const stopWatching = lost.watch(() => {
      if (lost.get() === null) end(false);
    });
    signal.addEventListener('abort', () => {
      end(false);
    });
  });
}
