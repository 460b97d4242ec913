/** Server-sent events out of pieces of text. */
import { createParser } from 'eventsource-parser';

export interface ServerEvent {
  readonly name: string;
  readonly data: string;
  /** Its own, where it has one. */
  readonly id?: string;
}

/** Without end in sight, more than any event of ours is long. */
const LONGEST = 16 * 1024 * 1024;

export class EventReader {
  /** Of the last event that had one, to be sent when connecting again. */
  lastId: string | null = null;
  #events: ServerEvent[] = [];
  readonly #parser = createParser({
    maxBufferSize: LONGEST,
    onEvent: ({ event = 'message', id, data }) => {
      if (id !== undefined) this.lastId = id;
      this.#events.push({ name: event, data, ...(id === undefined ? {} : { id }) });
    },
    onError: (error) => {
      if (error.type === 'max-buffer-size-exceeded') throw error;
    },
  });

  /** The events that end in this piece. */
  read(piece: string): ServerEvent[] {
    this.#events = [];
    this.#parser.feed(piece);
    return this.#events;
  }
}
