/** The routes of one job: a line each. */
import { Controller, Get, Header, HttpCode, Post, Query, Res, StreamableFile } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { Caller } from '../domain/caller.js';
import { Scheduler } from '../scheduler/scheduler.js';
import { Allows } from './allows.js';
import { ApiErrors, ApiNotModified } from './api-errors.js';
import { type Asker, By } from './by.js';
import { ApiIdempotencyKey, IdempotencyKey, REPLAYED_HEADERS, sayReplayed } from './idempotency-key.js';
import { CancelQuery, JobQuery, LogsQuery, RerunQuery } from './job.queries.js';
import { JobDetailResponse } from './job.response.js';
import { JobsService } from './jobs.service.js';
import { streamJson } from './json-stream.js';
import { LogsService } from './logs.service.js';
import { LogsResponse, ScheduleResponse } from './other.responses.js';
import { PipelinesService } from './pipelines.service.js';
import { Known, type UnlessKnown } from './unchanged.js';

@ApiTags('job')
@Controller('job')
export class JobsController {
  constructor(
    private readonly jobs: JobsService,
    private readonly logs: LogsService,
    private readonly scheduler: Scheduler,
    private readonly pipelines: PipelinesService,
  ) {}

  @Get('detail')
  @Allows('read')
  @ApiOperation({ summary: 'Get job details', description: 'Get details about a single job.' })
  @ApiOkResponse({
    type: JobDetailResponse,
    description: 'The job with its tasks; with an ETag once it is completed',
  })
  @ApiNotModified()
  @ApiErrors({ 400: 'Invalid job id', 404: 'Job not found' })
  @Header('content-type', 'application/json; charset=utf-8')
  detail(
    @Query() { id }: JobQuery,
    @By() caller: Caller,
    @Known() unlessKnown: UnlessKnown,
  ): Promise<string | undefined> {
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
    404: 'Job not found, Task not found, Attempt not found, Output is no longer kept',
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
      'Cancels a job that waits or runs; answers before its tasks have stopped. Each is asked to end, and killed after ' +
      'its grace; with `force=true` at once, also where it has been canceled before. Then `on_cancel` and `finally` run. ' +
      'A further cancel, or one with `force=true`, ends these once one of them has begun. The body is ignored.',
  })
  @ApiOkResponse({ schema: { type: 'boolean', example: true }, description: 'The cancel is committed' })
  @ApiErrors({ 400: 'Invalid job id, Invalid force', 404: 'Job not found', 409: 'Job is already completed' })
  async cancel(@Query() { id, force = false }: CancelQuery, @By() caller: Asker): Promise<boolean> {
    if (caller.pipelines !== null) await this.jobs.mustExist(id, caller);
    await this.scheduler.cancel(id, caller, { force });
    return true;
  }

  @Post('rerun')
  @Allows('schedule')
  @HttpCode(202)
  @ApiOperation({
    summary: 'Run a job again',
    description:
      'Schedules a new job with the definition, the variables and the queue partition of one that is completed. With ' +
      '`from=failed` its tasks that are done are done in the new job too, as they were, and only the others run. The ' +
      'new job is admitted like any other, and is committed when this is answered. The body is ignored.',
  })
  @ApiIdempotencyKey()
  @ApiAcceptedResponse({
    type: ScheduleResponse,
    description: 'The new job is scheduled',
    headers: REPLAYED_HEADERS,
  })
  @ApiErrors({
    400: 'Invalid job id, Invalid from, Invalid Idempotency-Key, Error scheduling pipeline: …',
    404: 'Job not found',
    409: 'Job is not completed yet, Idempotency-Key was used with another body',
  })
  async rerun(
    @Query() query: RerunQuery,
    @IdempotencyKey() key: string | null,
    @By() caller: Asker,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ScheduleResponse> {
    const { jobId, replayed } = await this.pipelines.rerun(query, key, caller);
    if (replayed) sayReplayed(reply);
    return { jobId };
  }
}
