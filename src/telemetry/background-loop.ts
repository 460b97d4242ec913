/** Work in the background of which one run at a time is enough: what is asked for meanwhile, the next run does. */
import { guarded, inBackground } from './guarded.js';

/** Between a run that failed and the one that does what was asked for during it. */
const RETRY_MS = 1_000;

export class BackgroundLoop {
  readonly #room: string;
  readonly #work: () => Promise<unknown>;
  #isRunning = false;
  #isWanted = false;

  /**
   * `work` does all that there is to do. An error in it is logged and ends the run. The next `wake` begins another; one
   * that came during the failed run begins it after a pause.
   */
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

  /** Another wake may have begun a run during the pause. */
  readonly #runIfWanted = guarded('telemetry', () => {
    if (this.#isWanted) this.wake();
  });

  async #run(): Promise<void> {
    this.#isRunning = true;
    try {
      while (this.#isWanted) {
        this.#isWanted = false;
        await this.#work();
      }
    } finally {
      this.#isRunning = false;
      // Only a failed run leaves work that was asked for.
      if (this.#isWanted) setTimeout(this.#runIfWanted, RETRY_MS);
    }
  }
}
