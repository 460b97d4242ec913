/** The program: reads its settings, opens the rooms of its role, and closes them again when it is told to end. */
import 'reflect-metadata';
import { help, passedOver, readConfig, readEnvironment, readLogConfig } from './config/config.js';
import { describeFailure } from './failure.js';
import { Service } from './service.js';
import { configureLog, logger, PROGRAM } from './telemetry/log.js';

const log = logger(PROGRAM);

/** `npm start` may pass a Ctrl-C on to us, who have had it already. */
const SAME_SIGNAL_MS = 500;

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
  const opening = Service.open(readConfig(environment));
  endOnSignals(opening);
  // Also where there is nothing to reload: without a listener Node would open its debugger.
  process.on('SIGUSR1', () => void opening.then((service) => service.reload()));
  const { greeting, warning } = await opening;
  if (warning !== null) log.warn(warning);
  log.info(greeting);
}

class UsageError extends Error {}

/** The first signal asks, a second one insists. One that comes during the start ends what has been started. */
function endOnSignals(opening: Promise<Service>): void {
  let first: { signal: NodeJS.Signals; at: number } | null = null;
  let opened: Service | null = null;
  opening.then(
    (service) => (opened = service),
    () => undefined,
  );
  const onSignal = (signal: NodeJS.Signals) => {
    if (first === null) {
      first = { signal, at: performance.now() };
      opening.then((service) => service.close(signal)).then((clean) => process.exit(clean ? 0 : 1), fail);
      return;
    }
    if (signal === first.signal && performance.now() - first.at < SAME_SIGNAL_MS) return;
    if (opened === null) process.exit(1);
    void opened.abort().finally(() => process.exit(1));
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
}

function fail(error: unknown): void {
  const lines = error instanceof UsageError ? [error.message] : describeFailure(error);
  for (const line of lines) log.error(line);
  process.exit(1);
}

main(process.argv.slice(2)).catch(fail);
