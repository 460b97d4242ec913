/** The shapes of what is told of pipelines as a whole, as the API page documents them. */
import { ApiProperty, ApiPropertyOptional, PickType } from '@nestjs/swagger';
import { JOB_STATUSES, type JobStatus } from '../../domain/status.js';
import { PipelineResponse } from '../other.responses.js';

const ApiTime = (description: string) =>
  ApiProperty({ type: String, format: 'date-time', nullable: true, description });

export class PastJobResponse {
  @ApiProperty({ format: 'uuid', description: 'Job id' })
  readonly id!: string;

  @ApiProperty({ enum: JOB_STATUSES, description: 'Status of the job' })
  readonly status!: JobStatus;

  @ApiProperty({ format: 'date-time', description: 'When the job was created' })
  readonly created!: string;

  @ApiTime('When the job was started')
  readonly start!: string | null;

  @ApiTime('When the job was finished')
  readonly end!: string | null;

  @ApiProperty({
    type: Number,
    nullable: true,
    description: 'From its start to its end, to the millisecond; null where it has not had both',
    example: 12.345,
  })
  readonly seconds!: number | null;
}

export class DefinedTaskResponse {
  @ApiProperty({ description: 'Task name', example: 'build' })
  readonly name!: string;

  @ApiPropertyOptional({
    type: [String],
    description: 'Task names this task depends on; left out when there are none',
  })
  readonly dependsOn?: readonly string[];
}

export class UsualResponse {
  @ApiProperty({
    type: Number,
    nullable: true,
    description: 'Median of the last 20 jobs that were done, reruns left out; null where there is none',
    example: 12.345,
  })
  readonly jobSeconds!: number | null;

  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'number' },
    description: 'The same of the tasks of these jobs, by name',
    example: { build: 9.5 },
  })
  readonly tasks!: Readonly<Record<string, number>>;
}

export class PipelineOverviewResponse extends PickType(PipelineResponse, [
  'pipeline',
  'schedulable',
  'running',
] as const) {
  @ApiProperty({ type: 'integer', minimum: 1, description: 'Jobs that may run at once' })
  readonly concurrency!: number;

  @ApiPropertyOptional({
    type: 'integer',
    minimum: 0,
    description: 'Jobs that may wait; left out where any number may, or where it is counted per partition',
  })
  readonly queueLimit?: number;

  @ApiProperty({ type: 'integer', minimum: 0, description: 'Jobs that wait; 10,000 says so many or more' })
  readonly waitingJobs!: number;

  @ApiProperty({ type: 'integer', minimum: 0, description: 'Jobs that run' })
  readonly runningJobs!: number;

  @ApiProperty({
    type: [String],
    description:
      'Names of the variables that it declares, then of those that its tasks use besides; at most 200',
  })
  readonly variables!: readonly string[];

  @ApiProperty({
    type: [DefinedTaskResponse],
    description: 'Its tasks (ordered topologically by dependencies and task name)',
  })
  readonly tasks!: readonly DefinedTaskResponse[];

  @ApiProperty({
    type: [PastJobResponse],
    description: 'The last 20 jobs that run or have ended, the newest first',
  })
  readonly last!: readonly PastJobResponse[];

  @ApiProperty({ type: UsualResponse, description: 'How long it usually takes' })
  readonly usual!: UsualResponse;
}

export class PipelinesOverviewResponse {
  @ApiProperty({ type: [PipelineOverviewResponse], description: 'Pipelines, by name' })
  readonly pipelines!: readonly PipelineOverviewResponse[];
}

export class DurationsResponse {
  @ApiProperty({
    type: [PastJobResponse],
    description: 'The last 200 jobs that have ended, the newest first',
  })
  readonly jobs!: readonly PastJobResponse[];
}
