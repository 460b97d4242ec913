/** The shapes of a job and its tasks, as the API page documents them. */
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { JOB_STATUSES, type JobStatus } from '../domain/status.js';

const TASK_STATUSES = ['waiting', 'running', 'skipped', 'done', 'error', 'canceled'] as const;
const TIME = '2025-05-04T09:42:00Z';

/** null where it has not happened (3.3), which the page's `string(date-time)` leaves open. */
const ApiTime = (description: string) =>
  ApiProperty({ type: String, format: 'date-time', nullable: true, description, example: TIME });

/** An attempt that failed and is not the last one of its task. */
export class AttemptResponse {
  @ApiProperty({ type: 'integer', minimum: 1, description: 'Number of the attempt', example: 1 })
  readonly attempt!: number;

  @ApiProperty({ format: 'date-time', description: 'When it was started', example: TIME })
  readonly start!: string;

  @ApiProperty({ format: 'date-time', description: 'When it ended', example: TIME })
  readonly end!: string;

  @ApiProperty({ type: 'integer', format: 'int16', description: 'Exit code of command', example: 1 })
  readonly exitCode!: number;

  @ApiProperty({ description: 'Why it failed', example: 'exit status 1' })
  readonly error!: string;
}

export class TaskResponse {
  @ApiProperty({ description: 'Task name', example: 'task_name' })
  readonly name!: string;

  @ApiPropertyOptional({
    type: [String],
    description: 'Task names this task depends on; left out when there are none',
    example: ['string'],
  })
  readonly dependsOn?: readonly string[];

  @ApiProperty({ enum: TASK_STATUSES, description: 'Status of task', example: 'error' })
  readonly status!: (typeof TASK_STATUSES)[number];

  @ApiTime('When the task was started')
  readonly start!: string | null;

  @ApiTime('When the task was finished')
  readonly end!: string | null;

  @ApiProperty({ description: 'If the task was skipped', example: false })
  readonly skipped!: boolean;

  @ApiProperty({
    type: 'integer',
    format: 'int16',
    description: 'Exit code of command; 0 before it runs, -1 while it runs and when it was killed',
    example: 42,
  })
  readonly exitCode!: number;

  @ApiProperty({ description: 'If the task had an error', example: true })
  readonly errored!: boolean;

  @ApiPropertyOptional({ description: 'Error message of task when an error occured', example: 'string' })
  readonly error?: string;

  @ApiPropertyOptional({
    type: [AttemptResponse],
    description: 'Earlier attempts, of a task that was tried again or will be; left out when there are none',
  })
  readonly attempts?: readonly AttemptResponse[];

  @ApiPropertyOptional({
    format: 'date-time',
    description: 'When the next attempt may start; left out unless one is waited for',
    example: TIME,
  })
  readonly retryAt?: string;
}

/** With what only the detail says. */
export class TaskDetailResponse extends TaskResponse {
  @ApiPropertyOptional({
    type: 'integer',
    minimum: 1,
    description: 'Number of the last attempt; left out when there has been none',
    example: 1,
  })
  readonly attempt?: number;

  @ApiPropertyOptional({
    type: Boolean,
    enum: [true],
    description: 'It was done by the job that this one is a rerun of; left out otherwise',
  })
  readonly carriedOver?: boolean;
}

export class JobResponse {
  @ApiProperty({ format: 'uuid', description: 'Job id', example: '52a5cb79-7556-4c52-8e6f-dd6aaf1bc4c8' })
  readonly id!: string;

  @ApiProperty({ description: 'Pipeline name', example: 'my_pipeline' })
  readonly pipeline!: string;

  @ApiProperty({
    type: [TaskResponse],
    description: 'List of tasks in job (ordered topologically by dependencies and task name)',
  })
  readonly tasks!: readonly TaskResponse[];

  @ApiProperty({ description: 'If the job is completed', example: true })
  readonly completed!: boolean;

  @ApiProperty({ description: 'If the job was canceled', example: true })
  readonly canceled!: boolean;

  @ApiProperty({
    description:
      'If a task of the job had an error; on_cancel and finally do not count where it was canceled',
    example: true,
  })
  readonly errored!: boolean;

  @ApiProperty({ format: 'date-time', description: 'When the job was created', example: TIME })
  readonly created!: string;

  @ApiTime('When the job was started')
  readonly start!: string | null;

  @ApiTime('When the job was finished')
  readonly end!: string | null;

  @ApiPropertyOptional({ description: 'Error message of last task that had an error', example: 'string' })
  readonly lastError?: string;

  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: true,
    description: 'Assigned variables of job; left out when there are none',
    example: { tags: ['foo', 'bar'] },
  })
  readonly variables?: Readonly<Record<string, unknown>>;

  @ApiProperty({ description: 'User that scheduled the job', example: 'j.doe' })
  readonly user!: string;

  @ApiPropertyOptional({
    description:
      'A list has no room for the variables of this job, which `GET /job/detail` has; not there otherwise',
    enum: [true],
    type: Boolean,
  })
  readonly variablesTruncated?: true;
}

/** With what only the detail says: one job, among the others. */
export class JobDetailResponse extends JobResponse {
  @ApiProperty({
    type: [TaskDetailResponse],
    description: 'List of tasks in job (ordered topologically by dependencies and task name)',
  })
  declare readonly tasks: readonly TaskDetailResponse[];

  @ApiProperty({ enum: JOB_STATUSES, description: 'Status of the job', example: 'error' })
  readonly status!: JobStatus;

  @ApiPropertyOptional({
    format: 'uuid',
    description:
      'The job that this one runs again, which may have been removed; left out where it is no rerun',
  })
  readonly rerunOf?: string;

  @ApiPropertyOptional({
    type: [String],
    format: 'uuid',
    description:
      'The jobs that run this one again, the newest first, at most 20; left out when there are none',
  })
  readonly reruns?: readonly string[];

  @ApiPropertyOptional({
    type: 'integer',
    minimum: 1,
    description:
      'Place in the wait list of its pipeline, the first to start being 1; left out when it does not wait',
    example: 1,
  })
  readonly queuePosition?: number;
}
