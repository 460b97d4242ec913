/** The routes about pipelines as a whole: a line each. */
import { Controller, Get, Query, StreamableFile } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Caller } from '../../domain/caller.js';
import { Allows } from '../allows.js';
import { ApiErrors } from '../api-errors.js';
import { By } from '../by.js';
import { PipelineQuery } from '../job.queries.js';
import { streamJson } from '../json-stream.js';
import { DurationsResponse, PipelinesOverviewResponse } from './overview.response.js';
import { OverviewService } from './overview.service.js';

@ApiTags('pipelines')
@Controller('pipelines')
export class OverviewController {
  constructor(private readonly overview: OverviewService) {}

  @Get('overview')
  @Allows('read')
  @ApiOperation({
    summary: 'Get pipelines and how they are doing',
    description:
      'The loaded pipelines, by name, with their tasks, their last jobs, and how long these have usually taken.',
  })
  @ApiOkResponse({ type: PipelinesOverviewResponse, description: 'The pipelines' })
  @ApiErrors({})
  all(@By() caller: Caller): Promise<StreamableFile> {
    return streamJson(this.overview.json(caller));
  }

  @Get('durations')
  @Allows('read')
  @ApiOperation({
    summary: 'Get how long the jobs of a pipeline have taken',
    description: 'Its last jobs that have ended, also of a pipeline that is in no file any more.',
  })
  @ApiOkResponse({ type: DurationsResponse, description: 'The jobs' })
  @ApiErrors({ 400: 'Invalid pipeline' })
  durations(@Query() { pipeline }: PipelineQuery, @By() caller: Caller): Promise<DurationsResponse> {
    return this.overview.durations(pipeline, caller);
  }
}
