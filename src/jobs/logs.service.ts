/** Answers a task's output. */
import { Injectable } from '@nestjs/common';
import type { Caller } from '../domain/caller.js';
import { Database } from '../database/database.js';
import { outputJson } from '../logs/output-json.js';
import type { LogsQuery } from './job.queries.js';
import { JobsService } from './jobs.service.js';

@Injectable()
export class LogsService {
  constructor(
    private readonly database: Database,
    private readonly jobs: JobsService,
  ) {}

  /** `{"stdout","stderr"}` piece by piece, of the last attempt without one. `id` is canonical. */
  async *json(query: LogsQuery, caller: Caller): AsyncGenerator<string> {
    yield* outputJson(this.database.pool, await this.jobs.output(query, caller));
  }
}
