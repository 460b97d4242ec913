/** The routes of one job: a line each. */
import { Controller, Get, HttpCode, Post, Query, StreamableFile } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Actor } from '../domain/audit.js';
import type { Caller } from '../domain/caller.js';
import { Scheduler } from '../scheduler/scheduler.js';
import { Allows } from './allows.js';
import { ApiErrors, ApiNotModified } from './api-errors.js';
import { By } from './by.js';
import { JobQuery, LogsQuery } from './job.queries.js';
import { JobResponse } from './job.response.js';
import { JobsService } from './jobs.service.js';
import { streamJson } from './json-stream.js';
import { LogsService } from './logs.service.js';
import { LogsResponse } from './other.responses.js';
import { Known, type UnlessKnown } from './unchanged.js';

@ApiTags('job')
@Controller('job')
export class JobsController {
  constructor(
    private readonly jobs: JobsService,
    private readonly logs: LogsService,
    private readonly scheduler: Scheduler,
  ) {}

  @Get('detail')
  @Allows('read')
  @ApiOperation({ summary: 'Get job details', description: 'Get details about a single job.' })
  @ApiOkResponse({
    type: JobResponse,
    description: 'The job with its tasks; with an ETag once it is completed',
  })
  @ApiNotModified()
  @ApiErrors({ 400: 'Invalid job id', 404: 'Job not found' })
  detail(
    @Query() { id }: JobQuery,
    @By() caller: Caller,
    @Known() unlessKnown: UnlessKnown,
  ): Promise<JobResponse | undefined> {
    return unlessKnown(
      () => this.jobs.ended(id, caller),
      () => this.jobs.detailAndEnd(id, caller),
    );
  }

  @Get('logs')
  @Allows('read')
  @ApiOperation({
    summary: 'Get task logs',
    description:
      'What the last attempt of a task, or an earlier one, has written so far, live while it runs.',
  })
  @ApiOkResponse({
    type: LogsResponse,
    description: "The task's output; with an ETag once the job is completed",
  })
  @ApiNotModified()
  @ApiErrors({
    400: 'Invalid job id, Invalid task name, Invalid attempt',
    404: 'Job not found, Task not found, Attempt not found',
  })
  async output(
    @Query() query: LogsQuery,
    @By() caller: Caller,
    @Known() unlessKnown: UnlessKnown,
  ): Promise<StreamableFile | undefined> {
    const { key, ended } = await this.jobs.output(query, caller);
    return unlessKnown(
      () => Promise.resolve(ended),
      async () => ({ answer: await streamJson(this.logs.json(key)), ended }),
    );
  }

  @Post('cancel')
  @Allows('cancel')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Cancel a job',
    description:
      'Cancels a job that waits or runs; answers before its tasks have stopped. The body is ignored.',
  })
  @ApiOkResponse({ schema: { type: 'boolean', example: true }, description: 'The cancel is committed' })
  @ApiErrors({ 400: 'Invalid job id', 404: 'Job not found', 409: 'Job is already completed' })
  async cancel(@Query() { id }: JobQuery, @By() caller: Caller & Actor): Promise<boolean> {
    if (caller.pipelines !== null) await this.jobs.mustExist(id, caller);
    await this.scheduler.cancel(id, caller);
    return true;
  }
}
