/** Why the service could not start, as lines for whoever started it. */
import { ConfigError } from './config/config.js';
import { TaskUserError } from './executor/task-user/task-user.js';
import { EmbeddedError } from './database/embedded/binaries.js';
import { MigrationError } from './database/migrations/migrations.js';
import { DatabaseError } from './database/open.js';
import { StoppedError } from './database/stopped.js';
import { ListenError } from './http/listen.js';
import { PipelinesError } from './pipelines/pipelines.error.js';
import { stackOf } from './telemetry/log.js';

const SAID_IN_WORDS = [
  EmbeddedError,
  MigrationError,
  DatabaseError,
  StoppedError,
  ListenError,
  TaskUserError,
];

/** What is not foreseen here keeps its stack: it is ours to mend. */
export function describeFailure(error: unknown): readonly string[] {
  if (error instanceof ConfigError) return error.problems;
  if (error instanceof PipelinesError)
    return [...error.warnings.map((warning) => `warning: ${warning}`), ...error.messages];
  if (SAID_IN_WORDS.some((kind) => error instanceof kind)) return [(error as Error).message];
  return [stackOf(error)];
}
