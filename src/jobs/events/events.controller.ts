/** The routes of what is told as it happens: a line each. */
import { Controller, Get, Query, Res, type StreamableFile } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { Actor } from '../../domain/audit.js';
import type { Caller } from '../../domain/caller.js';
import { Allows } from '../allows.js';
import { ApiErrors } from '../api-errors.js';
import { By } from '../by.js';
import { JobQuery } from '../job.queries.js';
import { ApiEvents } from './api-events.js';
import { OutputStreamQuery } from './events.query.js';
import { EventsService } from './events.service.js';
import { LastEventId } from './last-event-id.js';
import { Streams } from './streams.js';

type Answer = Promise<StreamableFile | undefined>;

@ApiTags('events')
@Controller()
export class EventsController {
  constructor(
    private readonly events: EventsService,
    private readonly streams: Streams,
  ) {}

  @Get('job/events')
  @Allows('read')
  @ApiOperation({
    summary: 'Watch a job',
    description:
      '`job`: the job as `GET /job/detail` answers it, at once and each time something about it is otherwise. ' +
      '`end` `{"status"}`: it has ended, and so does the stream.',
  })
  @ApiEvents()
  @ApiErrors({ 400: 'Invalid job id', 404: 'Job not found' })
  job(
    @Query() { id }: JobQuery,
    @By() caller: Caller & Actor,
    @LastEventId() lastId: string | null,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Answer {
    return this.streams.answer(reply, caller, lastId, (signal) =>
      this.events.job(id, caller, lastId, signal),
    );
  }

  @Get('jobs/events')
  @Allows('read')
  @ApiOperation({
    summary: 'Watch all jobs',
    description:
      '`job` `{"id","pipeline","status"}`: something about this job, or a task of it, is otherwise. `open`: from here ' +
      'on. `reset`: too much has changed to be told, or to be remembered; read the list again. Of each it is told ' +
      'at least once after the change, of several changes perhaps once, and again to who comes again.',
  })
  @ApiEvents()
  @ApiErrors({})
  all(
    @By() caller: Caller & Actor,
    @LastEventId() lastId: string | null,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Answer {
    return this.streams.answer(reply, caller, lastId, () => this.events.allJobs(caller, lastId));
  }

  @Get('job/logs/stream')
  @Allows('read')
  @ApiOperation({
    summary: "Follow a task's output",
    description:
      '`output` `{"stream","offset","text","time"}`: what the task has written, and writes, of both streams in the order ' +
      'in which it arrived; `offset` counts bytes, and `time` is `null` in output of earlier versions. ' +
      '`attempt` `{"attempt"}`: what follows is of this attempt; without `attempt` in the query, later ones follow. ' +
      '`end` `{"status"}`: there is no more to come. A task that has not begun is waited for.',
  })
  @ApiEvents()
  @ApiErrors({
    400: 'Invalid job id, Invalid task name, Invalid attempt, Invalid stream, Invalid offset',
    404: 'Job not found, Task not found, Attempt not found, Output is no longer kept',
  })
  output(
    @Query() query: OutputStreamQuery,
    @By() caller: Caller & Actor,
    @LastEventId() lastId: string | null,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Answer {
    return this.streams.answer(reply, caller, lastId, () => this.events.output(query, caller, lastId));
  }
}
