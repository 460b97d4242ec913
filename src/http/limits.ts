/** How much, how long and how many: all that bounds what a client can take of the server. */

export const BODY_BYTES = 1024 * 1024;
/** Of the request line and all headers together, so of the URL, too. More is a 431. */
export const HEADER_BYTES = 16 * 1024;

/** For the headers to arrive, of the first request of a connection from when it was opened. */
export const HEADERS_MS = 15_000;
/** For a whole request to arrive; Fastify has no limit by itself. */
export const REQUEST_MS = 30_000;
/** How often these two are looked after; Node's own 30 s would double them. */
export const CHECK_MS = 5_000;
/** Without a byte in either direction while an answer is made or sent: for a client that does not read. */
export const SILENCE_MS = 60_000;
/** For a client whose bytes were no HTTP to take its answer and leave. */
export const LINGER_MS = 5_000;
/** Between requests. Longer than a gateway's, so that it is the gateway who closes. */
export const KEEP_ALIVE_MS = 72_000;

/** Open at a time, idle ones included, at some 10 KiB each; more are closed as they come. */
export const CONNECTIONS = 5_000;
/** On one connection: a gateway's lives for days. */
export const REQUESTS_PER_CONNECTION = 0;

/** Requests that wait for an earlier one of their connection, at some 5 KiB each. A connection with more is closed. */
export const PIPELINED = { mostOfConnection: 500, mostOfProcess: 10_000 };

/** Bodies over 64 KiB hold a turn until they are answered. Each takes a few MiB and a tenth of a second. */
export const LARGE_BODIES = { atOnce: 32, atOnceOfOwner: 8, maxWaitMs: 10_000 };

/**
 * Answers over 64 KiB hold a turn until the client has read them, with some MiB of each in memory. As many may wait as
 * are sent.
 */
export const LARGE_ANSWERS = {
  ...{ atOnce: 128, atOnceOfOwner: 32 },
  ...{ maxItems: 128, maxItemsOfOwner: 32, maxWaitMs: 10_000 },
};
