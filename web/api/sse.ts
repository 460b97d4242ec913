/** Server-sent events out of pieces of text, as the HTML standard has them. */

export interface ServerEvent {
  readonly name: string;
  readonly data: string;
}

/** Without end in sight, more than any event of ours is long. */
const LONGEST = 16 * 1024 * 1024;

export class EventReader {
  #rest = '';
  #name = '';
  #data: string[] = [];
  /** Of the last event that had one, to be sent when connecting again. */
  lastId: string | null = null;

  /** The events that end in this piece. */
  read(piece: string): ServerEvent[] {
    const text = this.#rest + piece;
    const events: ServerEvent[] = [];
    let from = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      const line = text.slice(from, end).replace(/\r$/, '');
      from = end + 1;
      if (line === '') this.#end(events);
      else this.#field(line);
    }
    this.#rest = text.slice(from);
    if (this.#rest.length > LONGEST) throw new Error('an event has no end');
    return events;
  }

  #end(events: ServerEvent[]): void {
    if (this.#data.length > 0) events.push({ name: this.#name || 'message', data: this.#data.join('\n') });
    this.#name = '';
    this.#data = [];
  }

  #field(line: string): void {
    const colon = line.indexOf(':');
    if (colon === 0) return;
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (name === 'event') this.#name = value;
    else if (name === 'data') this.#data.push(value);
    else if (name === 'id' && !value.includes('\0')) this.lastId = value;
  }
}
