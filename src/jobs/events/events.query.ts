/** What is asked of a stream. */
import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsInt, IsOptional } from 'class-validator';
import type { Stream } from '../../executor/executor.js';
import { AttemptNumber, JobId, type LogsQuery, read, StreamName, TaskName, WRONG } from '../job.queries.js';

export class OutputStreamQuery implements LogsQuery {
  @JobId()
  readonly id!: string;

  @TaskName()
  readonly task!: string;

  @AttemptNumber()
  readonly attempt?: number;

  @StreamName()
  readonly stream?: Stream;

  @ApiPropertyOptional({
    type: 'integer',
    minimum: 0,
    default: 0,
    description: 'Bytes of the stream to pass over; only with `stream`',
  })
  @Transform(read((text) => (/^\d{1,15}$/.test(text) ? Number(text) : WRONG)))
  @IsOptional()
  @IsInt({ message: 'Invalid offset' })
  readonly offset?: number;
}
