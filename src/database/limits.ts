/** How long each part of a process waits for its connections, and for what it asks of them. */

export interface Limits {
  /** For a free connection, or a new one. */
  readonly connectMs: number;
  /** For an answer; then the connection is dropped, because one that is only half there never gives one. */
  readonly queryMs: number;
  /** For somebody else's lock. */
  readonly lockMs: number;
  /** For the next statement of a transaction, whose process may be gone, or behind a connection that is half there. */
  readonly idleInTransactionMs: number;
}

/**
 * Somebody waits for the answer, and can ask again. Longest for a free connection: whether there is a database at all
 * is found out sooner, by who asks for nothing else, and in a burst of schedules each waits for those before it.
 */
export const API: Limits = {
  connectMs: 15_000,
  queryMs: 5_000,
  lockMs: 4_000,
  idleInTransactionMs: 5_000,
};

/** Claims, ends and output: patient, because what is broken off has to be done again. */
export const WORKER: Limits = {
  connectMs: 5_000,
  queryMs: 30_000,
  lockMs: 15_000,
  idleInTransactionMs: 10_000,
};

/** Sweep, retention and counts: they must not take a connection from a caller's request, and are repeated by a clock. */
export const BACKGROUND: Limits = WORKER;

/** One heartbeat at a time; one that takes longer than the time between two is no use. */
export const heartbeatLimits = (beatMs: number): Limits => ({
  connectMs: beatMs,
  queryMs: beatMs,
  lockMs: beatMs,
  idleInTransactionMs: beatMs,
});

/**
 * A statement whose client is gone goes on in Postgres until it has something to send, and holds its locks as long.
 * So Postgres ends it too, a little after its client would have: what the client sees is its own time-out.
 */
export const STATEMENT_AFTER_MS = 1_000;

/** For the goodbyes of a pool's connections; one that is half there would never end. */
export const GOODBYE_MS = 1_000;

/** A peer that is gone without a word is noticed after this and ten more seconds, where nothing else asks. */
export const KEEP_ALIVE_MS = 10_000;
