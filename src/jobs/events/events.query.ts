/** What is asked of a stream. */
import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsIn, IsInt, IsOptional } from 'class-validator';
import { type Stream, STREAMS } from '../../executor/executor.js';
import { LogsQuery, read, WRONG } from '../job.queries.js';

export class OutputStreamQuery extends LogsQuery {
  @ApiPropertyOptional({ enum: STREAMS, description: 'Without it, both' })
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
