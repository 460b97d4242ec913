/** Answers who did what to a job. */
import { Injectable } from '@nestjs/common';
import { jobNotFound } from '../domain/errors.js';
import { Database } from '../database/database.js';
import type { AuditEventResponse, AuditResponse } from './audit.response.js';

/** Far more than can be done to one job. */
const EVENTS = 100;

@Injectable()
export class AuditService {
  constructor(private readonly database: Database) {}

  /** `id` is canonical. */
  async events(id: string): Promise<AuditResponse> {
    const job = await this.database.prisma.job.findUnique({
      where: { id },
      select: { audit: { orderBy: { id: 'asc' }, take: EVENTS } },
    });
    if (job === null) throw jobNotFound();
    return {
      events: job.audit.map(({ action, at, user, address, requestId, otherJobId }): AuditEventResponse => ({
        action,
        time: `${at.toISOString().slice(0, 19)}Z`,
        user,
        address,
        requestId,
        ...(otherJobId === null ? {} : { otherJobId }),
      })),
    };
  }
}
