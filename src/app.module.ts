/** Which rooms a role opens. */
import { type DynamicModule, Module } from '@nestjs/common';
import type { Config } from './config/settings.js';
import { Database } from './database/database.js';
import { HealthController } from './http/health.controller.js';
import { AuditService } from './jobs/audit.service.js';
import { JobsController } from './jobs/jobs.controller.js';
import { JobsService } from './jobs/jobs.service.js';
import { LogsService } from './jobs/logs.service.js';
import { PipelinesController } from './jobs/pipelines.controller.js';
import { PipelinesService } from './jobs/pipelines.service.js';
import { PipelineSet } from './pipelines/pipelines.store.js';
import { Scheduler } from './scheduler/scheduler.js';

export interface Parts {
  readonly database: Database;
  readonly pipelines: PipelineSet;
}

@Module({})
export class AppModule {
  /** A worker answers nothing but whether it is well. */
  static open({ role }: Pick<Config, 'role'>, { database, pipelines }: Parts): DynamicModule {
    const answers = role !== 'worker';
    return {
      module: AppModule,
      controllers: answers ? [JobsController, PipelinesController, HealthController] : [HealthController],
      providers: [
        { provide: Database, useValue: database },
        { provide: PipelineSet, useValue: pipelines },
        { provide: Scheduler, useFactory: () => new Scheduler(database) },
        ...(answers ? [AuditService, JobsService, LogsService, PipelinesService] : []),
      ],
    };
  }
}
