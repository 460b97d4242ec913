/** The route of a job's output in one order. */
import { Controller, Get, Query, type StreamableFile } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Caller } from '../../domain/caller.js';
import { Allows } from '../allows.js';
import { ApiErrors, ApiNotModified } from '../api-errors.js';
import { By } from '../by.js';
import { streamJson } from '../json-stream.js';
import { Known, type UnlessKnown } from '../unchanged.js';
import { MergedOutputQuery, MergedOutputResponse } from './merged.query.js';
import { MergedOutputService } from './merged.service.js';

@ApiTags('job')
@Controller('job/logs/merged')
export class MergedOutputController {
  constructor(private readonly merged: MergedOutputService) {}

  @Get()
  @Allows('read')
  @ApiOperation({
    summary: "Read a job's output in one order",
    description:
      'The lines of both streams of all tasks, or of one, in the order in which they arrived, so far while they run: of ' +
      'the last attempt of each, or with `task` of an earlier one. Within a task the order is that of arrival; among ' +
      'tasks it is by time.',
  })
  @ApiOkResponse({
    type: MergedOutputResponse,
    description: 'A page; with an ETag once the job is completed',
  })
  @ApiNotModified()
  @ApiErrors({
    400: 'Invalid job id, Invalid task name, Invalid attempt, Invalid stream, Invalid limit, Invalid cursor',
    404: 'Job not found, Task not found, Attempt not found, Output is no longer kept',
  })
  async mergedOutput(
    @Query() query: MergedOutputQuery,
    @By() caller: Caller,
    @Known() unlessKnown: UnlessKnown,
  ): Promise<StreamableFile | undefined> {
    const { ended, json } = await this.merged.page(query, caller);
    return unlessKnown(
      () => Promise.resolve(ended),
      async () => ({ answer: await streamJson(json()), ended }),
    );
  }
}
