/** What comes in with the query string; each wrong value has its one message. */
import { applyDecorators } from '@nestjs/common';
import { Transform } from 'class-transformer';
import {
  IsBoolean,
  IsIn,
  IsInt,
  IsNotEmpty,
  IsObject,
  IsOptional,
  IsString,
  Max,
  Min,
} from 'class-validator';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { parseJobId } from '../domain/job-id.js';
import { isStorable } from '../domain/storable.js';
import { parseCursor, type Place } from '../domain/listing.js';
import { STREAMS } from '../executor/executor.js';

/** Of repeated values the first counts (1.4). */
export const first = (value: unknown): unknown => (Array.isArray(value) ? (value as unknown[])[0] : value);
export const read =
  (parse: (text: string) => unknown) =>
  ({ value }: { value: unknown }) => {
    const one = first(value);
    return typeof one === 'string' ? parse(one) : one;
  };

/** Comes out of a `Transform` where the text is wrong, and is of no type that anything is asked for with. */
export const WRONG = NaN;

/** What Postgres cannot keep, nobody has called anything. */
export const storable = read((text) => (isStorable(text) ? text : WRONG));

export const JOBS_LIMIT = 5000;
const JOBS_DEFAULT = 1000;

export const JobId = () =>
  applyDecorators(
    ApiProperty({ description: 'Job id', format: 'uuid', example: '52a5cb79-7556-4c52-8e6f-dd6aaf1bc4c8' }),
    Transform(read(parseJobId)),
    IsString({ message: 'Invalid job id' }),
  );

export const TaskName = () =>
  applyDecorators(
    ApiProperty({ description: 'Task name', example: 'task_name' }),
    Transform(read((text) => text)),
    IsString({ message: 'Invalid task name' }),
    IsNotEmpty({ message: 'Invalid task name' }),
  );

export const AttemptNumber = () =>
  applyDecorators(
    ApiPropertyOptional({
      type: 'integer',
      minimum: 1,
      description: 'Which attempt of a task that was tried again; the last one without it',
      example: 1,
    }),
    Transform(read((text) => (/^[1-9]\d{0,8}$/.test(text) ? Number(text) : WRONG))),
    IsOptional(),
    IsInt({ message: 'Invalid attempt' }),
  );

/** One of the two streams; without it, both. */
export const StreamName = () =>
  applyDecorators(
    ApiPropertyOptional({ enum: STREAMS, description: 'Without it, both' }),
    Transform(read((text) => text)),
    IsOptional(),
    IsIn(STREAMS, { message: 'Invalid stream' }),
  );

export class JobQuery {
  @JobId()
  readonly id!: string;
}

export class CancelQuery {
  @JobId()
  readonly id!: string;

  @ApiPropertyOptional({ type: 'boolean', description: 'Kill what runs at once, without its grace' })
  @Transform(read((text) => (text === 'true' ? true : text === 'false' ? false : WRONG)))
  @IsOptional()
  @IsBoolean({ message: 'Invalid force' })
  readonly force?: boolean;
}

export class RerunQuery {
  @JobId()
  readonly id!: string;

  @ApiPropertyOptional({
    enum: ['failed'],
    description: 'Tasks that are done are not run again; without it all are',
  })
  @Transform(read((text) => (text === 'failed' ? text : WRONG)))
  @IsOptional()
  @IsString({ message: 'Invalid from' })
  readonly from?: 'failed';
}

/** Of several wrong values the first one of a class is told, and what it inherits comes last: so none extends another (4.4). */
export class LogsQuery {
  @JobId()
  readonly id!: string;

  @TaskName()
  readonly task!: string;

  @AttemptNumber()
  readonly attempt?: number;
}

export class PipelineQuery {
  @ApiProperty({ description: 'Pipeline name', example: 'release' })
  @Transform(storable)
  @IsString({ message: 'Invalid pipeline' })
  readonly pipeline!: string;
}

export class JobsPageQuery {
  @ApiPropertyOptional({
    type: 'integer',
    minimum: 1,
    maximum: JOBS_LIMIT,
    default: JOBS_DEFAULT,
    description: 'Jobs on a page',
  })
  @Transform(read((text) => (/^\d{1,5}$/.test(text) ? Number(text) : WRONG)))
  @IsInt({ message: 'Invalid limit' })
  @Min(1, { message: 'Invalid limit' })
  @Max(JOBS_LIMIT, { message: 'Invalid limit' })
  readonly limit: number = JOBS_DEFAULT;

  @ApiPropertyOptional({ type: String, description: "Older finished jobs: a page's `nextCursor`" })
  @Transform(read((text) => parseCursor(text) ?? ''))
  @IsOptional()
  @IsObject({ message: 'Invalid before' })
  readonly before?: Place;
}
