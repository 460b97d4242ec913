/** Which rooms a role opens. */
import { type DynamicModule, Module } from '@nestjs/common';
import { Availability } from './database/availability.js';
import { Database } from './database/database.js';
import type { Listener } from './database/listener.js';
import { HealthController } from './http/health.controller.js';
import { AuditController } from './jobs/audit.controller.js';
import { AuditService } from './jobs/audit.service.js';
import { Checks } from './jobs/checks/checks.js';
import { Changes } from './jobs/events/changes.js';
import { EventsController } from './jobs/events/events.controller.js';
import { EventsService } from './jobs/events/events.service.js';
import { Streams } from './jobs/events/streams.js';
import { JobsController } from './jobs/jobs.controller.js';
import { JobsService } from './jobs/jobs.service.js';
import { JobsPage } from './jobs/page/jobs-page.js';
import { JobsListController } from './jobs/list/list.controller.js';
import { JobsListService } from './jobs/list/list.service.js';
import { LogsService } from './jobs/logs.service.js';
import { MergedOutputController } from './jobs/merged/merged.controller.js';
import { MergedOutputService } from './jobs/merged/merged.service.js';
import { OverviewController } from './jobs/overview/overview.controller.js';
import { OverviewService } from './jobs/overview/overview.service.js';
import { PipelinesController } from './jobs/pipelines.controller.js';
import { PipelinesService } from './jobs/pipelines.service.js';
import { RawOutputController } from './jobs/raw/raw.controller.js';
import { PipelineSet } from './pipelines/pipelines.store.js';
import { Scheduler } from './scheduler/scheduler.js';

export interface Parts {
  /** What routes read and change; null: a worker has none. */
  readonly database: Database | null;
  readonly availability: Availability;
  readonly pipelines: PipelineSet;
  /** Of the process, which a worker in it listens by, too. */
  readonly listener: Listener;
}

@Module({})
export class AppModule {
  /** A worker answers nothing but whether it is well. */
  static open({ database, availability, pipelines, listener }: Parts): DynamicModule {
    const common = [{ provide: Availability, useValue: availability }];
    if (database === null) return { module: AppModule, controllers: [HealthController], providers: common };
    return {
      module: AppModule,
      controllers: [
        AuditController,
        EventsController,
        JobsController,
        JobsListController,
        MergedOutputController,
        OverviewController,
        PipelinesController,
        RawOutputController,
        HealthController,
      ],
      providers: [
        ...common,
        { provide: Database, useValue: database },
        { provide: PipelineSet, useValue: pipelines },
        { provide: Scheduler, useFactory: () => new Scheduler(database) },
        { provide: Changes, useFactory: () => new Changes(listener) },
        { provide: Checks, useFactory: () => new Checks() },
        AuditService,
        EventsService,
        JobsListService,
        JobsPage,
        JobsService,
        LogsService,
        MergedOutputService,
        OverviewService,
        PipelinesService,
        Streams,
      ],
    };
  }
}
