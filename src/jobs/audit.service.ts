/** Answers who did what to a job. */
import { Injectable } from '@nestjs/common';
import type { Caller } from '../domain/caller.js';
import { jobNotFound } from '../domain/errors.js';
import { fits } from '../domain/pipeline-pattern.js';
import { Database } from '../database/database.js';
import type { AuditResponse } from './audit.response.js';

@Injectable()
export class AuditService {
  constructor(private readonly database: Database) {}

  /** `id` is canonical. Each action is there once, so there is no end of it to be cut off. */
  async of(id: string, caller: Caller): Promise<AuditResponse> {
    const job = await this.database.prisma.job.findUnique({
      where: { id },
      select: { pipeline: true, audit: { orderBy: { action: 'asc' } } },
    });
    if (job === null || !fits(job.pipeline, caller.pipelines)) throw jobNotFound();
    const events = job.audit.map(({ action, at, user, address, requestId, otherJobId }) => ({
      action,
      // Whole seconds, as all times here (3.4).
      time: at.toISOString().replace(/\.\d+/, ''),
      user,
      address,
      requestId,
      ...(otherJobId === null ? {} : { otherJobId }),
    }));
    return { events };
  }
}
