/** Which stream of a task is wanted as it was written. */
import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsIn } from 'class-validator';
import { type Stream, STREAMS } from '../../executor/executor.js';
import { AttemptNumber, JobId, type LogsQuery, read, TaskName } from '../job.queries.js';

export class RawOutputQuery implements LogsQuery {
  @JobId()
  readonly id!: string;

  @TaskName()
  readonly task!: string;

  @AttemptNumber()
  readonly attempt?: number;

  @ApiPropertyOptional({ enum: STREAMS, default: 'stdout', description: 'Which of the two' })
  @Transform(read((text) => text))
  @IsIn(STREAMS, { message: 'Invalid stream' })
  readonly stream: Stream = 'stdout';
}
