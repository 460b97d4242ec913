/** A job on a terminal: one tree of its tasks, drawn again where it stands. */
import type { Job, Task } from '../ask/answers.js';
import type { JobEvent } from '../watch/job-events.js';
import { headLine, taskLines } from './job-lines.js';
import type { Out } from './out.js';
import type { View } from './view.js';

const TICK_MS = 1_000;
/** Lines that are wider than the terminal are cut off by it, not broken, so that it is known how many they are. */
const NO_WRAP = '\x1b[?7l';
const WRAP = '\x1b[?7h';
const ERASE_LINE = '\x1b[K';
const ERASE_BELOW = '\x1b[J';
/** Which tasks are worth a line where there is not one for each. */
const IMPORTANCE: readonly Task['status'][] = ['error', 'running', 'canceled', 'waiting', 'done', 'skipped'];

export class LiveView implements View {
  #job: Job | null = null;
  #lost: string | null = null;
  #drawn = 0;
  readonly #timer: NodeJS.Timeout;
  readonly #unwatch: () => void;

  constructor(
    private readonly out: Out,
    private readonly now: () => number,
  ) {
    const draw = () => void this.#draw();
    this.#timer = setInterval(draw, TICK_MS);
    this.#unwatch = out.onResize(draw);
  }

  async event(event: JobEvent): Promise<void> {
    this.#lost = event.event === 'lost' ? event.why : null;
    if (event.event === 'job') this.#job = event.job;
    await this.#draw();
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#unwatch();
    // Once more as a whole: it may have been longer than the terminal is high.
    await this.#draw(true);
    this.#drawn = 0;
  }

  async #draw(isWhole = false): Promise<void> {
    if (this.#job === null) return;
    const lines = this.#lines(this.#job, isWhole);
    const up = this.#drawn > 0 ? `\x1b[${this.#drawn}A` : '';
    this.#drawn = lines.length;
    const text = lines.map((line) => `${line}${ERASE_LINE}\n`).join('');
    await this.out.write(`${up}\r${isWhole ? '' : NO_WRAP}${text}${ERASE_BELOW}${WRAP}`);
  }

  #lines(job: Job, isWhole: boolean): string[] {
    const now = this.now();
    const head = headLine(job, this.out, now);
    const tasks = taskLines(job.tasks, this.out, now);
    const lost =
      this.#lost === null ? [] : [this.out.paint('yellow', `${this.out.name(this.#lost)}; asking again`)];
    // The head, the line of what is left out, and the cursor's.
    const room = this.out.rows - 3 - lost.length;
    if (isWhole || tasks.length <= room) return [head, ...tasks, ...lost];
    return [head, ...this.#important(job, now, Math.max(1, room)), ...lost];
  }

  #important({ tasks }: Job, now: number, room: number): string[] {
    const sorted = [...tasks].sort((a, b) => IMPORTANCE.indexOf(a.status) - IMPORTANCE.indexOf(b.status));
    const kept = new Set(sorted.slice(0, room));
    const lines = taskLines(
      tasks.filter((task) => kept.has(task)),
      this.out,
      now,
    );
    const left = sorted.slice(room);
    const counts = IMPORTANCE.flatMap((status) => {
      const count = left.filter((task) => task.status === status).length;
      return count === 0 ? [] : `${count} ${status}`;
    });
    return [...lines, this.out.paint('dim', `… and ${counts.join(', ')}`)];
  }
}
