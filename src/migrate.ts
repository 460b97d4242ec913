/** `npm run migrate`: applies the migrations that a database lacks, as each start does unless HOLDFAST_MIGRATE is off. */
import { parseArgs } from 'node:util';
import { ConfigError, readEnvironment, readLogConfig, readMigrationDatabase } from './config/config.js';
import { Target } from './database/connect/target.js';
import { migrate } from './database/migrations/migrations.js';
import { waitForDatabase } from './database/open.js';
import { describeFailure } from './failure.js';
import { onEndSignals } from './signals.js';
import { configureLog, logger, PROGRAM } from './telemetry/log.js';

const log = logger(PROGRAM);

const USAGE = `Usage: npm run migrate [-- --repair]

Applies the migrations that the database of HOLDFAST_MIGRATION_URL, or else DATABASE_URL, lacks.
--repair completes what an older version was interrupted in and left half applied, and checks tables whose
migration was applied from another text. What it cannot prove to be right it leaves as it is, and says so.`;

async function main(args: readonly string[]): Promise<void> {
  const environment = readEnvironment();
  const { logFormat, logLevel } = readLogConfig(environment);
  configureLog({ format: logFormat, level: logLevel });
  const { help, repair } = argumentsIn(args);
  if (help) {
    console.log(USAGE);
    return;
  }
  const target = new Target(readMigrationDatabase(environment));
  const signal = abortOnSignals();
  await waitForDatabase(target, signal);
  const applied = await migrate(target, { signal, repair });
  log.info(applied.length === 0 ? 'the database is up to date' : `applied ${applied.join(', ')}`);
}

function argumentsIn(args: readonly string[]): { help: boolean; repair: boolean } {
  const options = {
    help: { type: 'boolean', short: 'h', default: false },
    repair: { type: 'boolean', default: false },
  } as const;
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new ConfigError([(error as Error).message]);
  }
}

/** The first signal rolls back what is under way, a second one does not wait for that. */
function abortOnSignals(): AbortSignal {
  const stopping = new AbortController();
  onEndSignals(
    (signal) => {
      stopping.abort(signal);
    },
    () => process.exit(1),
  );
  return stopping.signal;
}

main(process.argv.slice(2)).then(
  () => process.exit(0),
  (error: unknown) => {
    for (const line of describeFailure(error)) log.error(line);
    process.exit(1);
  },
);
