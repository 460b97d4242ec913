/** Answers a task's output as a stream, so that a large one takes no more memory than a small one. */
import { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import { outputJson } from '../logs/output-json.js';
import { JobsService } from './jobs.service.js';

@Injectable()
export class LogsService {
  constructor(
    private readonly database: Database,
    private readonly jobs: JobsService,
  ) {}

  /** Bytes of `{"stdout","stderr"}`. `id` is canonical. */
  async json(id: string, task: string): Promise<Readable> {
    return Readable.from(outputJson(this.database.pool, await this.jobs.output(id, task)), {
      objectMode: false,
    });
  }
}
