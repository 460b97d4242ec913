/** The route of the list of jobs. */
import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Caller } from '../../domain/caller.js';
import { Allows } from '../allows.js';
import { ApiErrors } from '../api-errors.js';
import { By } from '../by.js';
import { JobsListQuery } from './list.query.js';
import { JobsListService } from './list.service.js';
import { JobsListResponse } from './summary.response.js';

@ApiTags('jobs')
@Controller('jobs')
export class JobsListController {
  constructor(private readonly jobs: JobsListService) {}

  @Get()
  @Allows('read')
  @ApiOperation({
    summary: 'List jobs',
    description: 'Jobs that all the filters leave, the newest first, a page at a time, without their tasks.',
  })
  @ApiOkResponse({ type: JobsListResponse, description: 'A page of jobs' })
  @ApiErrors({
    400: 'Invalid pipeline, Invalid status, Invalid user, Invalid from, Invalid to, Invalid q, Invalid limit, Invalid cursor',
  })
  list(@Query() query: JobsListQuery, @By() caller: Caller): Promise<JobsListResponse> {
    return this.jobs.page(query, caller);
  }
}
