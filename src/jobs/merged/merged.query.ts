/** Which lines of a job are wanted, and where its page begins. */
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsInt, IsNotEmpty, IsOptional, IsString, Max, Min } from 'class-validator';
import { type Stream, STREAMS } from '../../executor/executor.js';
import { AttemptNumber, JobId, read, StreamName, WRONG } from '../job.queries.js';

export const LINES_LIMIT = 5_000;
const LINES_DEFAULT = 1_000;

export class MergedOutputQuery {
  @JobId()
  readonly id!: string;

  @ApiPropertyOptional({ description: 'Only this task; without it, all of the job', example: 'task_name' })
  @Transform(read((text) => text))
  @IsOptional()
  @IsString({ message: 'Invalid task name' })
  @IsNotEmpty({ message: 'Invalid task name' })
  readonly task?: string;

  @AttemptNumber()
  readonly attempt?: number;

  @StreamName()
  readonly stream?: Stream;

  @ApiPropertyOptional({
    type: 'integer',
    minimum: 1,
    maximum: LINES_LIMIT,
    default: LINES_DEFAULT,
    description: 'Lines on a page; it ends sooner where they come to more than a million characters',
  })
  @Transform(read((text) => (/^\d{1,4}$/.test(text) ? Number(text) : WRONG)))
  @IsInt({ message: 'Invalid limit' })
  @Min(1, { message: 'Invalid limit' })
  @Max(LINES_LIMIT, { message: 'Invalid limit' })
  readonly limit: number = LINES_DEFAULT;

  @ApiPropertyOptional({
    type: String,
    description:
      "Where the page begins: the last page's `nextCursor`. With `task`, also the `id` of an event of " +
      '`GET /job/logs/stream`: what follows it',
  })
  @Transform(read((text) => text))
  @IsOptional()
  @IsString({ message: 'Invalid cursor' })
  readonly cursor?: string;
}

export class OutputLineResponse {
  @ApiProperty({ description: 'Name of the task that has written it', example: 'task_name' })
  readonly task!: string;

  @ApiProperty({ enum: STREAMS, description: 'Which of its two streams' })
  readonly stream!: Stream;

  @ApiProperty({
    type: 'integer',
    description: 'Bytes of the stream before it, as `GET /job/logs/raw` has them',
    example: 0,
  })
  readonly offset!: number;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description:
      "When its end arrived, by the database's clock; null in output of versions that kept no times",
    example: '2025-05-04T11:22:00.123Z',
  })
  readonly time!: string | null;

  @ApiProperty({
    description: 'Without its newline; carriage returns and escape sequences as they were written',
    example: 'done',
  })
  readonly text!: string;

  @ApiPropertyOptional({
    description:
      'True where no newline follows: the line has not been ended yet, was never, or is longer than 64 KiB. It goes on ' +
      'with the next one of the same task and stream, if there is one',
  })
  readonly partial?: boolean;
}

export class MergedOutputResponse {
  @ApiProperty({ type: [OutputLineResponse], description: 'In the order in which they arrived' })
  readonly lines!: readonly OutputLineResponse[];

  @ApiPropertyOptional({
    description: 'What to ask for with `cursor` to get what follows; left out where nothing more will come',
    example: '0-5~6.1.a3.0',
  })
  readonly nextCursor?: string;
}
