/** The program: reads its settings, opens the rooms of its role, and closes them again when it is told to end. */
import 'reflect-metadata';
import { help, passedOver, readConfig, readEnvironment, readLogConfig } from './config/config.js';
import { StoppedError } from './database/stopped.js';
import { endInOrder } from './ending.js';
import { describeFailure } from './failure.js';
import { Service } from './service.js';
import { guarded } from './telemetry/guarded.js';
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
  const config = readConfig(environment);
  const service = new Service();
  endInOrder(service);
  // Also where there is nothing to reload: without a listener Node would open its debugger.
  process.on(
    'SIGUSR1',
    guarded(PROGRAM, () => service.reload()),
  );
  await service.open(config);
  const { greeting, warnings } = service;
  for (const warning of warnings) log.warn(warning);
  log.info(greeting);
}

class UsageError extends Error {}

function fail(error: unknown): void {
  if (error instanceof StoppedError) {
    log.info(error.message);
    process.exit();
  }
  const lines = error instanceof UsageError ? [error.message] : describeFailure(error);
  for (const line of lines) log.error(line);
  process.exit(1);
}

await main(process.argv.slice(2)).catch(fail);
