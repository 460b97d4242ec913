/** Why the service could not start, as lines for whoever started it. */
import { ConfigError } from './config/config.js';
import { EmbeddedError } from './database/embedded/binaries.js';
import { MigrationError } from './database/migrations/migrations.js';
import { DatabaseError } from './database/open.js';
import { PipelinesError } from './pipelines/pipelines.error.js';

/** What is not foreseen here keeps its stack: it is ours to mend. */
export function describeFailure(error: unknown): readonly string[] {
  if (error instanceof ConfigError) return error.problems;
  if (error instanceof PipelinesError)
    return [...error.warnings.map((warning) => `warning: ${warning}`), ...error.messages];
  if (error instanceof EmbeddedError || error instanceof MigrationError || error instanceof DatabaseError) {
    return [error.message];
  }
  const { code, message, stack, port, address, hostname, syscall } = error as NodeJS.ErrnoException & {
    port?: number;
    address?: string;
    hostname?: string;
  };
  if (code === 'EADDRINUSE')
    return [`port ${String(port)} is in use; set PORT to another one, or 0 for a free one`];
  if (code === 'EACCES' && port !== undefined)
    return [`port ${port} needs more rights than this user has; set PORT`];
  if (code === 'EADDRNOTAVAIL' || (code === 'ENOTFOUND' && syscall === 'getaddrinfo')) {
    return [`cannot listen on ${address ?? hostname ?? ''}: no address of this machine; set HOST`];
  }
  return [stack ?? message];
}
