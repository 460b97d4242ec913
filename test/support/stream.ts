/** A reader of one stream of events. */
import { EventReader } from '../../web/api/sse.js';
import { until } from './wait.js';

export interface Told<T = unknown> {
  readonly name: string;
  readonly data: T;
}

export class EventStream {
  /** All that was read. */
  readonly events: Told[] = [];
  /** With each of them: where it would go on, had its connection broken there. */
  readonly lastIds: string[] = [];
  readonly closed: Promise<void>;
  /** Whether nothing more can come. */
  over = false;
  readonly #reader = new EventReader();
  readonly #controller: AbortController;

  private constructor(
    readonly response: Response,
    controller: AbortController,
  ) {
    this.#controller = controller;
    this.closed = this.#read()
      .catch(() => undefined)
      .then(() => {
        this.over = true;
      });
  }

  static async open(url: string, headers: Record<string, string> = {}): Promise<EventStream> {
    const controller = new AbortController();
    const response = await fetch(url, { headers, signal: controller.signal });
    return new EventStream(response, controller);
  }

  get lastId(): string {
    return String(this.#reader.lastId);
  }

  of<T>(name: string): T[] {
    return this.events.filter((event) => event.name === name).map(({ data }) => data as T);
  }

  /** Looks at all that was read until there is what is looked for. */
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- what an event has, its reader knows
  find<T, R>(name: string, look: (data: T) => R): Promise<NonNullable<Exclude<R, false>>> {
    return until(`there is such a ${name} among ${JSON.stringify(this.events)}`, () => {
      for (const data of this.of<T>(name)) {
        const found = look(data);
        if (found !== undefined && found !== null && found !== false) return found;
      }
      return undefined;
    });
  }

  async stop(): Promise<void> {
    this.#controller.abort();
    await this.closed;
  }

  async #read(): Promise<void> {
    const decoder = new TextDecoder();
    for await (const piece of this.response.body ?? [])
      // An event at a time, so that each has the id that its reader knows by then.
      for (const part of decoder.decode(piece as Uint8Array, { stream: true }).split(/(?<=\n)/))
        for (const { name, data } of this.#reader.read(part)) {
          this.events.push({ name, data: JSON.parse(data) as unknown });
          this.lastIds.push(this.lastId);
        }
  }
}
