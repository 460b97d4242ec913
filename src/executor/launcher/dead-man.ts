/** The dead man's switch: says when tasks that others may start again have to be dead. */
import type { Cut } from '../protocol.js';

/** A worker speaks up many times in its limit; one that did not for so much of it does not live. */
const SILENT = 0.5;

/**
 * By a clock in milliseconds that goes on while the machine sleeps. What remains: tasks that wake up with a frozen
 * machine or container run until the launcher has had its turn, which is at once; where only the launcher stands
 * still, nobody kills; and a machine whose clocks all stood still, such as a virtual one that was paused, does not
 * know of it until the worker's next heartbeat is refused.
 */
export class DeadMan {
  readonly #now: () => number;
  #heldUntil = Infinity;
  #heard = 0;
  #limitMs = Infinity;

  constructor(now: () => number) {
    this.#now = now;
  }

  /**
   * Answers whether the last lease was over before: after a sleep of the machine the worker, whose clock stood still,
   * may not know that yet, and no timer has fired.
   */
  lease(heldMs: number, limitMs: number): Cut | null {
    const { cut } = this;
    this.#heard = this.#now();
    this.#heldUntil = this.#heard + heldMs;
    this.#limitMs = limitMs;
    return cut;
  }

  /** How long until the lease is over if nothing more is heard; 0 or less: it is. */
  get leftMs(): number {
    return Math.min(this.#heldUntil, this.#heard + this.#limitMs) - this.#now();
  }

  get cut(): Cut | null {
    if (this.leftMs > 0) return null;
    return this.#now() - this.#heard > this.#limitMs * SILENT ? 'frozen' : 'lease';
  }
}
