/** The shapes of the list of jobs, as the API page documents them. */
import { ApiProperty, ApiPropertyOptional, OmitType } from '@nestjs/swagger';
import { JobDetailResponse } from '../job.response.js';

const ApiCount = (description: string) => ApiProperty({ type: 'integer', minimum: 0, description });

export class TaskCountsResponse {
  @ApiCount('All tasks')
  readonly total!: number;

  @ApiCount('Tasks that have not started, or are tried again later')
  readonly waiting!: number;

  @ApiCount('Tasks that run')
  readonly running!: number;

  @ApiCount('Tasks that are done')
  readonly done!: number;

  @ApiCount('Tasks that have failed')
  readonly error!: number;

  @ApiCount('Tasks that will not run, because another one has failed')
  readonly skipped!: number;

  @ApiCount('Tasks that were canceled')
  readonly canceled!: number;
}

/** Nothing in it is long, whatever was scheduled. */
export class JobSummaryResponse extends OmitType(JobDetailResponse, [
  'tasks',
  'reruns',
  'queuePosition',
  'variablesTruncated',
] as const) {
  @ApiProperty({ type: TaskCountsResponse, description: 'How many tasks have which status' })
  readonly tasks!: TaskCountsResponse;

  @ApiPropertyOptional({
    description: 'Variables are left out because they are longer than 2 KiB as JSON; not there otherwise',
    enum: [true],
    type: Boolean,
  })
  readonly variablesTruncated?: true;

  @ApiPropertyOptional({
    description: 'Whose wait list; left out when empty, and cut after 500 characters',
    example: 'tenant-7',
  })
  readonly queuePartition?: string;
}

export class JobsListResponse {
  @ApiProperty({ type: [JobSummaryResponse], description: 'Jobs, the newest first' })
  readonly jobs!: readonly JobSummaryResponse[];

  @ApiPropertyOptional({
    description:
      'What to ask for with `cursor` to get older jobs; left out on the last page. With a filter that is looked up in ' +
      'each job a page may have fewer jobs than its limit, or none, and others follow all the same',
    example: '1746351720000000_52a5cb79-7556-4c52-8e6f-dd6aaf1bc4c8',
  })
  readonly nextCursor?: string;
}
