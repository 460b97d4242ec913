/** The routes of one job: a line each. */
import { Controller, Get, HttpCode, Post, Query, StreamableFile } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Actor } from '../domain/actor.js';
import { Scheduler } from '../scheduler/scheduler.js';
import { ApiErrors } from './api-errors.js';
import { AuditResponse } from './audit.response.js';
import { AuditService } from './audit.service.js';
import { By } from './by.js';
import { JobQuery, LogsQuery } from './job.queries.js';
import { JobResponse } from './job.response.js';
import { JobsService } from './jobs.service.js';
import { streamJson } from './json-stream.js';
import { LogsService } from './logs.service.js';
import { LogsResponse } from './other.responses.js';

@ApiTags('job')
@Controller('job')
export class JobsController {
  constructor(
    private readonly jobs: JobsService,
    private readonly logs: LogsService,
    private readonly scheduler: Scheduler,
    private readonly audit: AuditService,
  ) {}

  @Get('detail')
  @ApiOperation({ summary: 'Get job details', description: 'Get details about a single job.' })
  @ApiOkResponse({ type: JobResponse, description: 'The job with its tasks' })
  @ApiErrors({ 400: 'Invalid job id', 404: 'Job not found' })
  detail(@Query() { id }: JobQuery): Promise<JobResponse> {
    return this.jobs.detail(id);
  }

  @Get('logs')
  @ApiOperation({
    summary: 'Get task logs',
    description:
      'What the last attempt of a task, or an earlier one, has written so far, live while it runs.',
  })
  @ApiOkResponse({ type: LogsResponse, description: "The task's output" })
  @ApiErrors({
    400: 'Invalid job id, Invalid task name, Invalid attempt',
    404: 'Job not found, Task not found, Attempt not found',
  })
  output(@Query() { id, task, attempt }: LogsQuery): Promise<StreamableFile> {
    return streamJson(this.logs.json(id, task, attempt));
  }

  @Post('cancel')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Cancel a job',
    description:
      'Cancels a job that waits or runs; answers before its tasks have stopped. The body is ignored.',
  })
  @ApiOkResponse({ schema: { type: 'boolean', example: true }, description: 'The cancel is committed' })
  @ApiErrors({ 400: 'Invalid job id', 404: 'Job not found', 409: 'Job is already completed' })
  async cancel(@Query() { id }: JobQuery, @By() by: Actor): Promise<boolean> {
    await this.scheduler.cancel(id, by);
    return true;
  }

  @Get('audit')
  @ApiOperation({
    summary: 'Get who did what to a job',
    description: 'Who scheduled it and who canceled it, from where, and when; kept as long as the job.',
  })
  @ApiOkResponse({ type: AuditResponse, description: 'What was done to the job, the oldest first' })
  @ApiErrors({ 400: 'Invalid job id', 404: 'Job not found' })
  who(@Query() { id }: JobQuery): Promise<AuditResponse> {
    return this.audit.events(id);
  }
}
