/** The shape of the answer about who did what to a job. */
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

export const AUDIT_ACTIONS = ['schedule', 'replace', 'cancel', 'rerun'] as const;

export class AuditEventResponse {
  @ApiProperty({
    enum: AUDIT_ACTIONS,
    description:
      'What was done to the job; `replace`: it was canceled while it waited, because another took its place',
  })
  readonly action!: (typeof AUDIT_ACTIONS)[number];

  @ApiProperty({ format: 'date-time', description: 'When', example: '2025-05-04T13:02:00Z' })
  readonly time!: string;

  @ApiProperty({ description: 'By whom; empty without authentication', example: 'j.doe' })
  readonly user!: string;

  @ApiProperty({ type: String, nullable: true, description: 'The address it came from', example: '10.0.0.7' })
  readonly address!: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'The id of the request, as in the log' })
  readonly requestId!: string | null;

  @ApiPropertyOptional({
    format: 'uuid',
    description: 'Of a `replace` the job that took its place, of a `rerun` the job that is run again',
  })
  readonly otherJobId?: string;
}

export class AuditResponse {
  @ApiProperty({ type: [AuditEventResponse], description: 'What was done to the job, the oldest first' })
  readonly events!: readonly AuditEventResponse[];
}
