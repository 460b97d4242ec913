/** Whether the process lives and can do its work; open to all, and all that a worker answers. */
import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { notReady, shuttingDown, unavailable } from '../domain/errors.js';
import { Database } from '../database/database.js';
import { missingMigrations } from '../database/migrations/migrations.js';
import { ApiErrors } from '../jobs/api-errors.js';

export class HealthResponse {
  @ApiProperty({ enum: ['ok'] })
  readonly status!: 'ok';
}

@ApiTags('health')
@Controller('health')
export class HealthController {
  #closing = false;
  readonly #problems: (() => string | null)[] = [];

  constructor(private readonly database: Database) {}

  /** From now on a gateway should ask somebody else. */
  close(): void {
    this.#closing = true;
  }

  /** Asked each time; null: all is well. */
  watch(problem: () => string | null): void {
    this.#problems.push(problem);
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
    description:
      'Whether the database answers and has this version’s tables, the process is not shutting down, ' +
      'and a worker has its name for itself. If not, the error says what it is.',
  })
  @ApiOkResponse({ type: HealthResponse, description: 'It can' })
  @ApiErrors({})
  async ready(): Promise<HealthResponse> {
    if (this.#closing) throw shuttingDown();
    const missing = await missingMigrations(this.database.pool).catch(() => {
      throw unavailable();
    });
    if (missing.length > 0)
      throw notReady(`Database lacks migrations of this version: ${missing.join(', ')}`);
    for (const problem of this.#problems.flatMap((one) => one() ?? [])) throw notReady(problem);
    return { status: 'ok' };
  }
}
