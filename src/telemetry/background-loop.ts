/** Work in the background of which one run at a time is enough: what is asked for meanwhile, the next run does. */
import { inBackground } from './guarded.js';

export class BackgroundLoop {
  readonly #room: string;
  readonly #work: () => Promise<unknown>;
  #isRunning = false;
  #isWanted = false;

  /** `work` does all that there is to do. An error in it is logged and ends the run, and the next `wake` begins another. */
  constructor(room: string, work: () => Promise<unknown>) {
    this.#room = room;
    this.#work = work;
  }

  get isRunning(): boolean {
    return this.#isRunning;
  }

  /** Starts a run now, or after the one that is under way. */
  wake(): void {
    this.#isWanted = true;
    if (!this.#isRunning) inBackground(this.#room, () => this.#run());
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    try {
      while (this.#isWanted) {
        this.#isWanted = false;
        await this.#work();
      }
    } finally {
      this.#isRunning = false;
    }
  }
}
