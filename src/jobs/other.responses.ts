/** The shapes of the other answers. */
import { ApiExtraModels, ApiProperty, ApiPropertyOptional, getSchemaPath } from '@nestjs/swagger';
import { JobResponse } from './job.response.js';

export class ErrorResponse {
  @ApiProperty({ description: 'What went wrong', example: 'string' })
  readonly error!: string;
}

export class VariableResponse {
  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    description: 'JSON Schema (draft 2020-12) that a value has to fit, with its default and description',
  })
  readonly schema!: Readonly<Record<string, unknown>>;

  @ApiProperty({ description: 'If a schedule without it is refused' })
  readonly required!: boolean;
}

@ApiExtraModels(VariableResponse)
export class PipelineResponse {
  @ApiProperty({ description: 'Pipeline name', example: 'release' })
  readonly pipeline!: string;

  @ApiProperty({ description: 'If scheduling would be accepted now' })
  readonly schedulable!: boolean;

  @ApiProperty({ description: 'If at least one job of the pipeline has started and not ended' })
  readonly running!: boolean;

  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: { $ref: getSchemaPath(VariableResponse) },
    description: 'The variables that the pipeline declares, by name; left out when there are none',
    example: { tag: { schema: { type: 'string', pattern: '^v[0-9]' }, required: true } },
  })
  readonly variables?: Readonly<Record<string, VariableResponse>>;
}

export class PipelinesResponse {
  @ApiProperty({ type: [PipelineResponse], description: 'Pipelines, by name' })
  readonly pipelines!: readonly PipelineResponse[];
}

export class PipelinesJobsResponse extends PipelinesResponse {
  @ApiProperty({ type: [JobResponse], description: 'Jobs, the newest first' })
  readonly jobs!: readonly JobResponse[];

  @ApiPropertyOptional({
    description: 'What to ask for with `before` to get older finished jobs; left out on the last page',
    example: '1746351720000000_52a5cb79-7556-4c52-8e6f-dd6aaf1bc4c8',
  })
  readonly nextCursor?: string;
}

export class ScheduleResponse {
  @ApiProperty({
    format: 'uuid',
    description: 'Id of the job, which is committed',
    example: '52a5cb79-7556-4c52-8e6f-dd6aaf1bc4c8',
  })
  readonly jobId!: string;
}

export class LogsResponse {
  @ApiProperty({ description: 'Standard output so far' })
  readonly stdout!: string;

  @ApiProperty({ description: 'Standard error so far' })
  readonly stderr!: string;
}
