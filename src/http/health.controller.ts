/** Whether the process lives and can do its work; open to all, and all that a worker answers. */
import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { shuttingDown, unavailable } from '../domain/errors.js';
import { Availability } from '../database/availability.js';
import { ApiErrors } from '../jobs/api-errors.js';
import { WithoutDatabase } from './availability.interceptor.js';

export class HealthResponse {
  @ApiProperty({ enum: ['ok'] })
  readonly status!: 'ok';
}

@ApiTags('health')
@WithoutDatabase()
@Controller('health')
export class HealthController {
  #closing = false;

  constructor(private readonly availability: Availability) {}

  /** From now on a gateway should ask somebody else. */
  close(): void {
    this.#closing = true;
  }

  @Get('live')
  @ApiOperation({ summary: 'Is the process alive', description: 'Always answered while the process lives.' })
  @ApiOkResponse({ type: HealthResponse, description: 'It is' })
  live(): HealthResponse {
    return { status: 'ok' };
  }

  @Get('ready')
  @ApiOperation({
    summary: 'Can it do its work',
    description: 'Whether the database answers, and the process is not shutting down.',
  })
  @ApiOkResponse({ type: HealthResponse, description: 'It can' })
  @ApiErrors({})
  async ready(): Promise<HealthResponse> {
    if (this.#closing) throw shuttingDown();
    if (!(await this.availability.check())) throw unavailable();
    return { status: 'ok' };
  }
}
