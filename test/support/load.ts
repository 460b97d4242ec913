/** Clients that schedule without a pause, each job with a key, and repeat what was answered 503 until it is accepted. */
import { randomUUID } from 'node:crypto';
import type { TestService } from './service.js';
import { until } from './wait.js';

const AGAIN_MS = 20;

interface Seen {
  /** By the monotonic clock. */
  readonly at: number;
  readonly status: number;
  readonly error: string | null;
}

export class Load {
  /** Ids of jobs by the variable `token` that they were scheduled with. */
  readonly accepted = new Map<string, string>();
  /** Every answer. */
  readonly seen: Seen[] = [];
  readonly #clients: Promise<void>[];
  #stopped = false;

  /** `variables` are each job's, besides its token. */
  constructor(
    service: TestService,
    pipeline: string,
    clients: number,
    variables: Readonly<Record<string, unknown>> = {},
  ) {
    this.#clients = Array.from({ length: clients }, () => this.#run(service, pipeline, variables));
  }

  /** Resolves once so many more were accepted. */
  async accepts(more: number): Promise<void> {
    const wanted = this.accepted.size + more;
    await until(`${more} more are accepted`, () => this.accepted.size >= wanted);
  }

  /** What was answered besides 202, without repeats. */
  get refusals(): string[] {
    const refused = this.seen.filter(({ status }) => status !== 202);
    return [...new Set(refused.map(({ status, error }) => `${status} ${String(error)}`))].sort();
  }

  /** Resolves once nothing is unanswered. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#clients);
  }

  async #run(
    service: TestService,
    pipeline: string,
    variables: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    while (!this.#stopped) {
      const token = randomUUID();
      const body = JSON.stringify({ pipeline, variables: { ...variables, token } });
      for (;;) {
        const answer = await service.call<{ jobId?: string; error?: string }>(
          'POST',
          '/pipelines/schedule',
          body,
          { 'idempotency-key': token },
        );
        const { jobId, error = null } = answer.body;
        this.seen.push({ at: performance.now(), status: answer.status, error });
        if (jobId !== undefined) this.accepted.set(token, jobId);
        if (answer.status !== 503) break;
        await new Promise((done) => setTimeout(done, AGAIN_MS));
      }
    }
  }
}
