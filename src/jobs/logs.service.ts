/** Answers a task's output. */
import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import { outputJson } from '../logs/output-json.js';
import type { OutputKey } from '../logs/output.sql.js';

@Injectable()
export class LogsService {
  constructor(private readonly database: Database) {}

  /** `{"stdout","stderr"}` piece by piece. */
  json(key: OutputKey | null): AsyncGenerator<string> {
    return outputJson(this.database.pool, key);
  }
}
