/** Closes what has been opened, the last first, and once; in a hurry it waits for none of it for long. */
import { logger, PROGRAM } from './telemetry/log.js';

const log = logger(PROGRAM);

/** How long a step may take in a hurry. One that hangs must not keep the next from its turn. */
const HURRIED_MS = 1_000;

interface Step {
  readonly close: () => Promise<unknown>;
  readonly hurriedMs: number;
}

export class Closing {
  readonly #steps: Step[] = [];
  #closed: Promise<void> | null = null;
  /** Steps that were added after the closing had begun. */
  #late: Promise<unknown> = Promise.resolve();
  readonly #hurried: Promise<void>;
  #hurry: () => void = () => undefined;

  constructor() {
    this.#hurried = new Promise((done) => (this.#hurry = done));
  }

  /**
   * Once the closing has begun, closes at once what is added. `hurriedMs`: for a step that has to come to its end, or at
   * least to its beginning, in a hurry, too.
   */
  add(close: () => Promise<unknown>, hurriedMs = HURRIED_MS): void {
    const step = { close, hurriedMs };
    if (this.#closed === null) this.#steps.push(step);
    else this.#late = Promise.all([this.#late, this.#take(step)]);
  }

  /** The first call closes all, and each waits for that. A step that fails is logged, and the others are taken. */
  async all(): Promise<void> {
    await (this.#closed ??= this.#closeAll());
    await this.#untilLateOnesAreClosed();
  }

  /** From now on, also for a step that is under way. */
  hurry(): void {
    this.#hurry();
  }

  /** What is added late may use what was opened before it. */
  async #closeAll(): Promise<void> {
    for (let step = this.#steps.pop(); step !== undefined; step = this.#steps.pop()) {
      await this.#take(step);
      await this.#untilLateOnesAreClosed();
    }
  }

  async #untilLateOnesAreClosed(): Promise<void> {
    let late: Promise<unknown>;
    do {
      late = this.#late;
      await late;
    } while (late !== this.#late);
  }

  async #take({ close, hurriedMs }: Step): Promise<void> {
    const closed = (async () => close())().catch((error: unknown) => {
      log.error((error as Error).message);
    });
    await Promise.race([closed, this.#hurried.then(() => within(hurriedMs, closed))]);
  }
}

/** Whether it is done in time. */
export async function within(milliseconds: number, work: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((done) => {
    if (milliseconds !== Infinity) timer = setTimeout(done, milliseconds, false);
  });
  const done = work.then(() => true);
  try {
    return await Promise.race([done, late]);
  } finally {
    clearTimeout(timer);
  }
}
