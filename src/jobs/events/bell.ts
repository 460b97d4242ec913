/** Wakes whoever waits for it, and who was away when it rang at once. */
import { guarded } from '../../telemetry/guarded.js';

/** `over`: the signal says that nobody waits any more. */
export type Heard = 'rung' | 'nothing' | 'over';

export class Bell {
  #rung = 0;
  readonly #waiting = new Set<() => void>();

  /** How often it has rung. */
  get rung(): number {
    return this.#rung;
  }

  ring(): void {
    this.#rung += 1;
    for (const wake of this.#waiting) wake();
  }

  /** Whether it has rung more often than `heard`, which is waited for. */
  async wait(heard: number, milliseconds: number, signal: AbortSignal): Promise<Heard> {
    if (this.#rung === heard && !signal.aborted) await this.#sleep(milliseconds, signal);
    if (signal.aborted) return 'over';
    return this.#rung === heard ? 'nothing' : 'rung';
  }

  #sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
    return new Promise((done) => {
      const wake = guarded('jobs', () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', wake);
        this.#waiting.delete(wake);
        done();
      });
      const timer = setTimeout(wake, milliseconds);
      signal.addEventListener('abort', wake);
      this.#waiting.add(wake);
    });
  }
}
