/** The route of output as it was written. */
import { Controller, Get, Query, Res, type StreamableFile } from '@nestjs/common';
import { ApiHeader, ApiOkResponse, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { Caller } from '../../domain/caller.js';
import { Database } from '../../database/database.js';
import { Allows } from '../allows.js';
import { ApiErrors, ApiNotModified } from '../api-errors.js';
import { By } from '../by.js';
import { JobsService } from '../jobs.service.js';
import { Known, strongTagOf, type UnlessKnown } from '../unchanged.js';
import { rawOutput } from './raw-output.js';
import { RawOutputQuery } from './raw.query.js';

const TEXT = { 'text/plain': { schema: { type: 'string' } } };

@ApiTags('job')
@Controller('job/logs/raw')
export class RawOutputController {
  constructor(
    private readonly jobs: JobsService,
    private readonly database: Database,
  ) {}

  @Get()
  @Allows('read')
  @ApiOperation({
    summary: "Download a task's output",
    description: 'One stream, so far while it runs, byte for byte as it was written, or a part of it.',
  })
  @ApiHeader({ name: 'Range', required: false, description: 'One range of bytes', example: 'bytes=-1000' })
  @ApiHeader({
    name: 'If-Range',
    required: false,
    description: 'An ETag: Range counts only while it is right',
  })
  @ApiOkResponse({ description: 'All of it; with an ETag once the job is completed', content: TEXT })
  @ApiResponse({ status: 206, description: 'The part that Range asks for', content: TEXT })
  @ApiNotModified()
  @ApiErrors({
    400: 'Invalid job id, Invalid task name, Invalid attempt, Invalid stream',
    404: 'Job not found, Task not found, Attempt not found, Output is no longer kept',
    416: 'Output has no such range',
  })
  async output(
    @Query() query: RawOutputQuery,
    @By() caller: Caller,
    @Known('strong') unlessKnown: UnlessKnown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile | undefined> {
    const { stream, task } = query;
    const { key, ended } = await this.jobs.output(query, caller);
    const tag = ended === null ? null : strongTagOf(ended);
    return unlessKnown(
      () => Promise.resolve(ended),
      async () => ({ answer: await rawOutput(this.database.pool, { key, stream, task, tag }, reply), ended }),
    );
  }
}
