/** The body of a schedule, as the API page documents it. */
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { MAX_PARTITION_LENGTH } from './schedule.decode.js';

/** Absent, null and empty are alike (4.1). */
export class ScheduleBody {
  @ApiProperty({ type: String, description: 'Pipeline name', example: 'release' })
  readonly pipeline?: string | null;

  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: true,
    nullable: true,
    description: 'Variables of the job, which the templates of its scripts can use',
    example: { tag: 'v1.2.0' },
  })
  readonly variables?: Record<string, unknown> | null;

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    maxLength: MAX_PARTITION_LENGTH,
    description: 'Whose wait list, for pipelines with `partitioned_replace`',
    example: '',
  })
  readonly queuePartition?: string | null;
}
