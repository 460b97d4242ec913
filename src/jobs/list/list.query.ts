/** What a list of jobs is asked for with: filters that narrow it down, and where its page begins. */
import { Transform } from 'class-transformer';
import { IsArray, IsInt, IsObject, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { parseInstant } from '../../domain/instant.js';
import { parseCursor, type Place } from '../../domain/listing.js';
import { JOB_STATUSES, type JobStatus } from '../../domain/status.js';
import { read, storable, WRONG } from '../job.queries.js';

const LIMIT = 200;
const DEFAULT = 50;
/** A text that is looked for in every job's variables. */
const LONGEST_TEXT = 100;

export interface Instant {
  /** Since 1970. */
  readonly micros: bigint;
}

const instant = read((text): Instant | typeof WRONG => {
  const micros = parseInstant(text);
  return micros === null ? WRONG : { micros };
});

/** Several, as keys or with commas between them. null: one of them is none. */
function statusesIn(value: unknown): readonly JobStatus[] | null {
  const words = [value].flat().flatMap((one) => (typeof one === 'string' ? one.split(',') : [one]));
  const known = JOB_STATUSES.filter((status) => words.includes(status));
  return words.every((word) => known.some((status) => status === word)) ? known : null;
}

export class JobsListQuery {
  @ApiPropertyOptional({ description: 'Jobs of this pipeline', example: 'release' })
  @Transform(storable)
  @IsOptional()
  @IsString({ message: 'Invalid pipeline' })
  readonly pipeline?: string;

  @ApiPropertyOptional({
    enum: JOB_STATUSES,
    isArray: true,
    description: 'Jobs with one of these; repeated, or with commas between them',
    example: ['error'],
  })
  @Transform(({ value }: { value: unknown }) => (value === undefined ? value : (statusesIn(value) ?? WRONG)))
  @IsOptional()
  @IsArray({ message: 'Invalid status' })
  readonly status?: readonly JobStatus[];

  @ApiPropertyOptional({
    description: 'Jobs that this user has scheduled; empty: nobody said',
    example: 'j.doe',
  })
  @Transform(storable)
  @IsOptional()
  @IsString({ message: 'Invalid user' })
  readonly user?: string;

  @ApiPropertyOptional({
    type: String,
    format: 'date-time',
    description: 'Jobs that were created then or later',
    example: '2025-05-04T00:00:00Z',
  })
  @Transform(instant)
  @IsOptional()
  @IsObject({ message: 'Invalid from' })
  readonly from?: Instant;

  @ApiPropertyOptional({
    type: String,
    format: 'date-time',
    description: 'Jobs that were created before',
    example: '2025-05-05T00:00:00Z',
  })
  @Transform(instant)
  @IsOptional()
  @IsObject({ message: 'Invalid to' })
  readonly to?: Instant;

  @ApiPropertyOptional({
    description:
      'Jobs that have this text in their variables, in any case: in a key, or in a value as JSON writes it. At most ' +
      '5,000 jobs, and some 32 MiB of variables, are looked at for a page; the next one goes on there',
    maxLength: LONGEST_TEXT,
    example: 'v1.2',
  })
  @Transform(storable)
  @IsOptional()
  @IsString({ message: 'Invalid q' })
  @MaxLength(LONGEST_TEXT, { message: 'Invalid q' })
  readonly q?: string;

  @ApiPropertyOptional({
    type: 'integer',
    minimum: 1,
    maximum: LIMIT,
    default: DEFAULT,
    description: 'Jobs on a page',
  })
  @Transform(read((text) => (/^\d{1,3}$/.test(text) ? Number(text) : WRONG)))
  @IsInt({ message: 'Invalid limit' })
  @Min(1, { message: 'Invalid limit' })
  @Max(LIMIT, { message: 'Invalid limit' })
  readonly limit: number = DEFAULT;

  @ApiPropertyOptional({ type: String, description: "Where the page begins: the last page's `nextCursor`" })
  @Transform(read((text) => parseCursor(text) ?? WRONG))
  @IsOptional()
  @IsObject({ message: 'Invalid cursor' })
  readonly cursor?: Place;
}
