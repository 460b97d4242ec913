/** The body of a schedule: JSON whatever its Content-Type says (1.3), checked before anything is done with it. */
import { IsObject, IsOptional, IsString, validateSync } from 'class-validator';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { invalidRequest } from '../domain/errors.js';
import { inexactNumberIn, problemOf } from './json-value.js';

/** Absent, null and empty are alike (4.1). */
export class ScheduleBody {
  @ApiProperty({ type: String, description: 'Pipeline name', example: 'release' })
  @IsOptional()
  @IsString({ message: 'pipeline must be a string' })
  readonly pipeline?: string | null;

  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: true,
    nullable: true,
    description: 'Variables of the job, which the templates of its scripts can use',
    example: { tag: 'v1.2.0' },
  })
  @IsOptional()
  @IsObject({ message: 'variables must be an object' })
  readonly variables?: Record<string, unknown> | null;

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    description: 'Whose wait list, for pipelines with `partitioned_replace`',
    example: '',
  })
  @IsOptional()
  @IsString({ message: 'queuePartition must be a string' })
  readonly queuePartition?: string | null;
}

const wrong = (reason: string) => invalidRequest(`Error decoding JSON: ${reason}`);

/** Throws an `invalid_request` that says what is wrong; unknown keys are ignored. */
export function readScheduleBody(bytes: Buffer | undefined): ScheduleBody {
  const value = parse(bytes ?? Buffer.alloc(0));
  const problem = problemOf(value);
  if (problem !== null) throw wrong(problem);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong('expected an object');

  const { pipeline, variables, queuePartition } = value as Record<string, unknown>;
  const body = Object.assign(new ScheduleBody(), { pipeline, variables, queuePartition });
  const [error] = validateSync(body);
  if (error !== undefined) throw wrong(Object.values(error.constraints ?? {}).join(', '));
  return body;
}

function parse(bytes: Buffer): unknown {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw wrong('the body is not UTF-8');
  }
  if (text.trim() === '') throw wrong('EOF');
  const inexact = inexactNumberIn(text);
  if (inexact !== null)
    throw wrong(`${inexact} is too large a whole number to be kept exactly; pass it as a string`);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw wrong((error as Error).message);
  }
}
