/** A stream of events that is kept up: it goes on where it broke off, until the service says that there is no more. */
import { createParser, type EventSourceMessage } from 'eventsource-parser';
import type { Client, Query } from './client.js';
import { CommandError, EXIT } from './exit-codes.js';

export interface ServerEvent {
  readonly name: string;
  readonly data: unknown;
}

export interface Watch {
  readonly query: Query;
  readonly signal: AbortSignal;
  /** The connection is lost, and tried for again. */
  readonly onLost: (reason: string) => void;
}

const PAUSES_MS = [500, 1_000, 2_000, 5_000];
/** The service says something each 15 s. */
const SILENCE_MS = 45_000;
const NO_CONTENT = 204;

/** Ends with the event `end`, or at once where the service says that it was told before. */
export async function* watch(client: Client, path: string, watching: Watch): AsyncGenerator<ServerEvent> {
  let lastId: string | undefined;
  let failures = 0;
  for (;;) {
    try {
      for await (const { event = 'message', id, data } of read(client, path, lastId, watching)) {
        failures = 0;
        lastId = id ?? lastId;
        yield { name: event, data: JSON.parse(data) };
        if (event === 'end') return;
      }
      if (failures === 0 && lastId === 'end') return;
    } catch (error) {
      if (watching.signal.aborted || (error instanceof CommandError && error.exitCode !== EXIT.away))
        throw error;
      // Whoever has never been there may have been called by a wrong name.
      if (lastId === undefined && failures >= PAUSES_MS.length) throw error;
      if (failures === 1) watching.onLost((error as Error).message);
    }
    const pause = PAUSES_MS[Math.min(failures, PAUSES_MS.length - 1)];
    failures += 1;
    await new Promise((done) => setTimeout(done, pause));
  }
}

async function* read(
  client: Client,
  path: string,
  lastId: string | undefined,
  { query, signal }: Watch,
): AsyncGenerator<EventSourceMessage> {
  const silence = new AbortController();
  const timer = setTimeout(() => {
    silence.abort();
  }, SILENCE_MS);
  try {
    const response = await client.once(path, {
      query,
      headers: { accept: 'text/event-stream', ...(lastId === undefined ? {} : { 'last-event-id': lastId }) },
      signal: AbortSignal.any([signal, silence.signal]),
    });
    if (response.status === NO_CONTENT || response.body === null) return;
    const events: EventSourceMessage[] = [];
    const parser = createParser({ onEvent: (event) => events.push(event) });
    const decoder = new TextDecoder();
    for await (const piece of response.body) {
      timer.refresh();
      parser.feed(decoder.decode(piece as Uint8Array, { stream: true }));
      yield* events.splice(0);
    }
  } catch (error) {
    if (!silence.signal.aborted) throw error;
  } finally {
    clearTimeout(timer);
  }
}
