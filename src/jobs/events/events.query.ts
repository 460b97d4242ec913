/** What is asked of a stream. */
import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsIn, IsInt, IsOptional } from 'class-validator';
import { type Stream, STREAMS } from '../../executor/executor.js';
import { AttemptNumber, JobId, type LogsQuery, read, TaskName, WRONG } from '../job.queries.js';

export class OutputStreamQuery implements LogsQuery {
  @JobId()
  readonly id!: string;

  @TaskName()
  readonly task!: string;

  @AttemptNumber()
  readonly attempt?: number;

  @ApiPropertyOptional({ enum: STREAMS, description: 'Without it, both' })
  @Transform(read((text) => text))
  @IsOptional()
  @IsIn(STREAMS, { message: 'Invalid stream' })
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
