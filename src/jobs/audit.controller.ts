/** The route that tells who did what to a job. */
import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Caller } from '../domain/caller.js';
import { Allows } from './allows.js';
import { ApiErrors } from './api-errors.js';
import { AuditResponse } from './audit.response.js';
import { AuditService } from './audit.service.js';
import { By } from './by.js';
import { JobQuery } from './job.queries.js';

@ApiTags('job')
@Controller('job')
export class AuditController {
  constructor(private readonly service: AuditService) {}

  @Get('audit')
  @Allows('read')
  @ApiOperation({
    summary: 'Get who did what to a job',
    description:
      'Who scheduled it and who canceled it, from where and when; kept as long as the job. What was refused, or ' +
      'changed nothing, such as a second cancel, is not in it.',
  })
  @ApiOkResponse({ type: AuditResponse, description: 'What was done to the job' })
  @ApiErrors({ 400: 'Invalid job id', 404: 'Job not found' })
  audit(@Query() { id }: JobQuery, @By() caller: Caller): Promise<AuditResponse> {
    return this.service.of(id, caller);
  }
}
