/** The shape of the answer about who did what to a job. */
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { AUDIT_ACTIONS } from '../domain/audit.js';

export class AuditEventResponse {
  @ApiProperty({
    enum: AUDIT_ACTIONS,
    description:
      'What was done to the job: it was scheduled (`schedule`), as another run of an earlier one (`rerun`), canceled ' +
      '(`cancel`), or canceled while it waited, because another one took its place (`replace`)',
    example: 'schedule',
  })
  readonly action!: (typeof AUDIT_ACTIONS)[number];

  @ApiProperty({ format: 'date-time', description: 'When', example: '2025-05-04T09:42:00Z' })
  readonly time!: string;

  @ApiProperty({ description: 'By whom; empty where nobody is asked', example: 'j.doe' })
  readonly user!: string;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The address that the request came from, as far as trusted proxies tell',
    example: '10.0.0.7',
  })
  readonly address!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The `X-Request-Id` of the request, as in its answer and in the log',
    example: '0b5bd5a4-5f3b-4c0e-9d0a-0f4f4b5c8c53',
  })
  readonly requestId!: string | null;

  @ApiPropertyOptional({
    format: 'uuid',
    description: 'Of a `rerun` the job that is run again, of a `replace` the one that took the place',
    example: '52a5cb79-7556-4c52-8e6f-dd6aaf1bc4c8',
  })
  readonly otherJobId?: string;
}

export class AuditResponse {
  @ApiProperty({
    type: [AuditEventResponse],
    description:
      'What was done to the job, the oldest first; empty for jobs of a version that did not note it',
  })
  readonly events!: readonly AuditEventResponse[];
}
