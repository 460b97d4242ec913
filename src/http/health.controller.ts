/** Whether the process lives and can do its work; open to all, and all that a worker answers. */
import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { notReady, shuttingDown, unavailable } from '../domain/errors.js';
import { Availability } from '../database/availability.js';
import { AllowsAnybody } from '../jobs/allows.js';
import { ApiErrors } from '../jobs/api-errors.js';

export class HealthResponse {
  @ApiProperty({ enum: ['ok'] })
  readonly status!: 'ok';
}

/** null: none. */
export type Problem = () => Promise<string | null> | string | null;

@ApiTags('health')
@Controller('health')
export class HealthController {
  #closing = false;
  readonly #problems: Problem[] = [];

  constructor(private readonly availability: Availability) {}

  /** From now on a gateway should ask somebody else. */
  close(): void {
    this.#closing = true;
  }

  /** Asked each time, in this order. */
  watch(problem: Problem): void {
    this.#problems.push(problem);
  }

  @Get('live')
  @AllowsAnybody()
  @ApiOperation({ summary: 'Is the process alive', description: 'Always answered while the process lives.' })
  @ApiOkResponse({ type: HealthResponse, description: 'It is' })
  live(): HealthResponse {
    return { status: 'ok' };
  }

  @Get('ready')
  @AllowsAnybody()
  @ApiOperation({
    summary: 'Can it do its work',
    description:
      'Whether the database answers, takes writes and has this version’s tables, the process is not shutting down, ' +
      'and a worker has its name for itself. If not, the error says what it is.',
  })
  @ApiOkResponse({ type: HealthResponse, description: 'It can' })
  @ApiErrors({})
  async ready(): Promise<HealthResponse> {
    if (this.#closing) throw shuttingDown();
    const trouble = await this.availability.check();
    if (trouble !== null) throw unavailable(trouble);
    for (const problem of this.#problems) {
      const said = await this.availability.guard(async () => problem());
      if (said !== null) throw notReady(said);
    }
    return { status: 'ok' };
  }
}
