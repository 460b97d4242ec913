/** The routes of the pipelines: a line each. */
import { Body, Controller, Get, HttpCode, Post, Query, Res, StreamableFile } from '@nestjs/common';
import { ApiAcceptedResponse, ApiBody, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { Caller } from '../domain/caller.js';
import { Allows } from './allows.js';
import { ApiErrors } from './api-errors.js';
import { type Asker, By } from './by.js';
import { ApiIdempotencyKey, IdempotencyKey, REPLAYED_HEADERS, sayReplayed } from './idempotency-key.js';
import { JobsPageQuery } from './job.queries.js';
import { streamJson } from './json-stream.js';
import { PipelinesJobsResponse, PipelinesResponse, ScheduleResponse } from './other.responses.js';
import { PipelinesService } from './pipelines.service.js';
import { ScheduleBody } from './schedule.body.js';

@ApiTags('pipelines')
@Controller('pipelines')
export class PipelinesController {
  constructor(private readonly pipelines: PipelinesService) {}

  @Get()
  @Allows('read')
  @ApiOperation({ summary: 'Get pipelines', description: 'The loaded pipelines, by name.' })
  @ApiOkResponse({ type: PipelinesResponse, description: 'The pipelines' })
  @ApiErrors({})
  async list(@By() caller: Caller): Promise<PipelinesResponse> {
    return { pipelines: await this.pipelines.list(caller) };
  }

  @Get('jobs')
  @Allows('read')
  @ApiOperation({
    summary: 'Get pipelines and jobs',
    description:
      'The pipelines and their jobs, the newest first. The first page has all unfinished jobs (at most 5000); ' +
      'older finished ones are on the pages after it. Past 16 MiB of an answer jobs come without their variables, and ' +
      'past 64 MiB finished ones are on the next page.',
  })
  @ApiOkResponse({ type: PipelinesJobsResponse, description: 'The pipelines and a page of jobs' })
  @ApiErrors({ 400: 'Invalid limit, Invalid before' })
  listWithJobs(@Query() page: JobsPageQuery, @By() caller: Asker): Promise<StreamableFile> {
    return streamJson(this.pipelines.listWithJobs(page, caller));
  }

  @Post('schedule')
  @Allows('schedule')
  @HttpCode(202)
  @ApiOperation({
    summary: 'Schedule a pipeline',
    description: 'The job is committed when this is answered.',
  })
  @ApiIdempotencyKey()
  @ApiBody({ type: ScheduleBody })
  @ApiAcceptedResponse({
    type: ScheduleResponse,
    description: 'The job is scheduled',
    headers: REPLAYED_HEADERS,
  })
  @ApiErrors({
    400: 'Invalid Idempotency-Key, Error decoding JSON: …, Error scheduling pipeline: …',
    409: 'Idempotency-Key was used with another body',
    413: 'Request body is too large',
  })
  async schedule(
    @IdempotencyKey() key: string | null,
    @Body() bytes: Buffer = Buffer.alloc(0),
    @By() caller: Asker,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ScheduleResponse> {
    const { jobId, replayed } = await this.pipelines.schedule(bytes, key, caller);
    if (replayed) sayReplayed(reply);
    return { jobId };
  }
}
