/** The program: reads its settings, opens the rooms of its role, and closes them again when it is told to end. */
import 'reflect-metadata';
import { help, passedOver, readConfig, readEnvironment, readLogConfig } from './config/config.js';
import { StoppedError } from './database/stopped.js';
import { describeFailure } from './failure.js';
import { Service } from './service.js';
import { onEndSignals } from './signals.js';
import { configureLog, logger, PROGRAM } from './telemetry/log.js';

const log = logger(PROGRAM);

async function main(args: readonly string[]): Promise<void> {
  const [unknown] = args.filter((arg) => arg !== '--help' && arg !== '-h');
  if (unknown !== undefined) throw new UsageError(`unknown argument ${unknown}; try --help`);
  if (args.length > 0) {
    console.log(help());
    return;
  }
  const environment = readEnvironment();
  const { logFormat, logLevel } = readLogConfig(environment);
  configureLog({ format: logFormat, level: logLevel });
  for (const line of passedOver(environment)) log.warn(`warning: ${line}`);
  const stopping = new AbortController();
  const opening = Service.open(readConfig(environment), stopping.signal);
  endOnSignals(opening, stopping);
  // Also where there is nothing to reload: without a listener Node would open its debugger.
  process.on('SIGUSR1', () => void opening.then((service) => service.reload()));
  const { greeting, warnings } = await opening;
  for (const warning of warnings) log.warn(warning);
  log.info(greeting);
}

class UsageError extends Error {}

/** The first signal asks, a second one insists. One that comes during the start ends what has been started. */
function endOnSignals(opening: Promise<Service>, stopping: AbortController): void {
  let opened: Service | null = null;
  opening.then(
    (service) => (opened = service),
    () => undefined,
  );
  onEndSignals(
    (signal) => {
      stopping.abort(signal);
      opening.then((service) => service.close(signal)).then((clean) => process.exit(clean ? 0 : 1), fail);
    },
    () => {
      if (opened === null) process.exit(1);
      void opened.abort().finally(() => process.exit(1));
    },
  );
}

function fail(error: unknown): void {
  if (error instanceof StoppedError) {
    log.info(error.message);
    process.exit(0);
  }
  const lines = error instanceof UsageError ? [error.message] : describeFailure(error);
  for (const line of lines) log.error(line);
  process.exit(1);
}

main(process.argv.slice(2)).catch(fail);
