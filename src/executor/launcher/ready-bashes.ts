/** A few bashes that are started ahead of need, because a start takes longer than many a task, and wait for an order. */
import type { Bash } from './bash.js';
import { guarded } from './launcher-guard.js';

/** As many tasks can begin at once without waiting; each costs about a megabyte that it shares with nobody. */
const READY = 4;
/** A task that has not ended by then is not held up by the start of the next bash. */
const SOON_MS = 10;
/** Where none can be started, or somebody kills them. */
const AGAIN_MS = 1_000;

export class ReadyBashes {
  readonly #start: () => Bash | null;
  readonly #waiting: Bash[] = [];
  #open = false;
  #next: NodeJS.Timeout | NodeJS.Immediate | undefined;
  /** When that is, by the monotonic clock. */
  #nextAt = Infinity;

  constructor(start: () => Bash | null) {
    this.#start = start;
  }

  open(): void {
    this.#open = true;
    this.fill();
  }

  close(): void {
    this.#open = false;
  }

  /** The one that has waited longest; undefined: none is there. */
  take(): Bash | undefined {
    this.#fillIn(SOON_MS);
    return this.#waiting.shift();
  }

  /** To be called when nobody waits for the launcher. */
  fill(): void {
    this.#fillIn(0);
  }

  /** Or sooner, if that is due already. */
  #fillIn(delayMs: number): void {
    const at = performance.now() + delayMs;
    if (this.#nextAt <= at) return;
    this.#nextAt = at;
    clearTimeout(this.#next as NodeJS.Timeout);
    clearImmediate(this.#next as NodeJS.Immediate);
    const add = guarded(() => {
      this.#nextAt = Infinity;
      this.#add();
    });
    this.#next = delayMs === 0 ? setImmediate(add) : setTimeout(add, delayMs);
  }

  /** One at a time, as each start blocks the launcher. */
  #add(): void {
    if (!this.#open || this.#waiting.length >= READY) return;
    const bash = this.#start();
    if (bash === null) {
      this.#fillIn(AGAIN_MS);
      return;
    }
    this.#waiting.push(bash);
    const ended = () => {
      const at = this.#waiting.indexOf(bash);
      if (at < 0) return;
      this.#waiting.splice(at, 1);
      this.#fillIn(AGAIN_MS);
    };
    bash.child.once('exit', guarded(ended));
    this.fill();
  }
}
