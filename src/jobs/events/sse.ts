/** Server-sent events as the HTML standard writes them. */
import type { Bell } from './bell.js';

/** How long a browser waits before it comes again. Also what a stream begins with, so that its headers leave at once. */
export const GREETING = 'retry: 2000\n\n';

/** `id` of the end of a stream: who comes again with it has had all. */
export const END = 'end';

/** JSON has no line breaks, so it is one line. `id` has none either; null: who is cut off after it goes on where it was. */
export const event = (name: string, id: string | null, data: unknown): string =>
  eventOf(name, id, JSON.stringify(data));

export const eventOf = (name: string, id: string | null, json: string): string =>
  `event: ${name}\n${id === null ? '' : `id: ${id}\n`}data: ${json}\n\n`;

/** Said where there is nothing to say, so that nobody in between takes the silence for an end. */
const PING = ': ping\n\n';
const PING_MS = 15_000;

/** Until it has rung more often than `heard`, or nobody listens any more. */
export async function* pings(bell: Bell, heard: number, signal: AbortSignal): AsyncGenerator<string, void> {
  while ((await bell.wait(heard, PING_MS, signal)) === 'nothing') yield PING;
}
