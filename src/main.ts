/** The program: reads its settings, opens the rooms of its role, and closes them again when it is told to end. */
import 'reflect-metadata';
import { help, readConfig, readEnvironment } from './config/config.js';
import { describeFailure } from './failure.js';
import { Service } from './service.js';

async function main(args: readonly string[]): Promise<void> {
  if (args.includes('--help') || args.includes('-h')) {
    console.log(help());
    return;
  }
  const service = await Service.open(readConfig(readEnvironment()));
  console.log(service.greeting);

  let ending = false;
  const end = (signal: NodeJS.Signals) => {
    if (ending) void service.abort().finally(() => process.exit(1));
    else {
      ending = true;
      service.close(signal).then(
        () => process.exit(0),
        (error: unknown) => {
          fail(error);
        },
      );
    }
  };
  process.on('SIGINT', end);
  process.on('SIGTERM', end);
}

function fail(error: unknown): void {
  for (const line of describeFailure(error)) console.error(`holdfast: ${line}`);
  process.exit(1);
}

main(process.argv.slice(2)).catch(fail);
