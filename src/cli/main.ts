/** `holdfast`: the service from a terminal. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { JOB_STATUSES } from '../domain/status.js';
import { Client } from './client.js';
import * as commands from './commands.js';
import { type Console, note } from './console.js';
import { CommandError, EXIT } from './exit-codes.js';

const HELP = `
Environment:
  HOLDFAST_URL    the service, base path included, as --url
  HOLDFAST_TOKEN  a token, if the service asks for one

Exit codes: ${EXIT.done} done, ${EXIT.error} the job failed, ${EXIT.refused} cannot be done as asked, ${EXIT.canceled} the job was canceled,
${EXIT.away} the service does not answer, ${EXIT.interrupted} Ctrl-C.`;

const console: Console = {
  out: process.stdout,
  err: process.stderr,
  // As https://no-color.org has it: set, and not empty.
  colours: process.stdout.isTTY && (process.env['NO_COLOR'] ?? '') === '' && process.env['TERM'] !== 'dumb',
  json: false,
};

const interrupted = new AbortController();

interface Global {
  readonly url: string;
  readonly json?: boolean;
}

const program = new Command('holdfast')
  .description('Schedule pipelines and see to their jobs.')
  .addOption(
    new Option('--url <url>', 'address of the service').env('HOLDFAST_URL').default('http://localhost:8080'),
  )
  .option('--json', "the API's own answers, one a line")
  .addHelpText('after', HELP)
  .showHelpAfterError('(--help says more)')
  .exitOverride()
  .configureOutput({
    outputError: (text, write) => {
      write(text.replace(/^error: /, 'holdfast: '));
    },
  });

/** What a command does, with the arguments that commander has read for it. */
function does(act: (context: commands.Context, ...args: never[]) => Promise<number>) {
  return async function (this: Command, ...args: unknown[]): Promise<void> {
    const { url, json = false } = this.optsWithGlobals<Global>();
    const client = new Client(url, process.env['HOLDFAST_TOKEN'] || undefined);
    const context = { client, console: { ...console, json }, signal: interrupted.signal };
    process.exitCode = await act(context, ...(args as never[]));
  };
}

const collect = (value: string, before: readonly string[] = []) => [...before, value];
function count(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError('It has to be a whole number from 1 on.');
  return Number(text);
}

program
  .command('run')
  .description('schedule a pipeline; says the id of the job')
  .argument('<pipeline>')
  .option('-v, --variable <key=value>', 'a variable: key=text or key:=JSON; as often as needed', collect)
  .option('-f, --follow', 'show the job until it has ended; the exit code is its outcome')
  .option('--queue-partition <name>', 'whose wait list, for partitioned pipelines')
  .option('--idempotency-key <key>', 'the same key again is the same job; each call has its own otherwise')
  .action(does(commands.run));
program
  .command('jobs')
  .description('list jobs, the newest first')
  .option('--pipeline <name>', 'of this pipeline')
  .option('--status <status>', `${JOB_STATUSES.join(', ')}, or several with commas`)
  .option('--user <name>', 'scheduled by this user')
  .option('--from <time>', 'created then or later, as 2026-11-25T08:00:00Z')
  .option('--to <time>', 'created before then')
  .option('-q, --query <text>', 'with this text in its variables')
  .option('-n, --limit <jobs>', 'at most so many', count, 20)
  .action(does(commands.jobs));
program
  .command('show')
  .description('a job and its tasks')
  .argument('<job>', 'its id')
  .option('-f, --follow', 'until it has ended; the exit code is its outcome')
  .action(does(commands.show));
program
  .command('logs')
  .description("a task's output")
  .argument('<job>', 'its id')
  .argument('<task>')
  .option('-f, --follow', 'and what it writes, until it has ended')
  .addOption(new Option('--stream <stream>', 'one of the two alone').choices(['stdout', 'stderr']))
  .option('--attempt <number>', 'of this attempt, and not of the last')
  .action(does(commands.logs));
program
  .command('cancel')
  .description('cancel a job')
  .argument('<job>', 'its id')
  .action(does(commands.cancel));
program
  .command('rerun')
  .description('run a completed job again; says the id of the new job')
  .argument('<job>', 'its id')
  .option('--from-failed', 'what is done stays done, and only the rest runs')
  .option('-f, --follow', 'show the new job until it has ended; the exit code is its outcome')
  .action(does(commands.rerun));
program
  .command('pipelines')
  .description('list pipelines, and how they are doing')
  .action(does(commands.pipelines));

process.on('SIGINT', () => {
  // Whoever asks twice does not want to wait for what the first one has begun.
  if (interrupted.signal.aborted) process.exit(EXIT.interrupted);
  interrupted.abort();
});
// Whoever reads has seen enough.
process.stdout.on('error', () => process.exit(EXIT.done));

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = exitOf(error);
}

function exitOf(error: unknown): number {
  if (error instanceof CommandError) {
    note(console, error.message);
    return error.exitCode;
  }
  // Commander has said it already; asking for help is no mistake.
  const { code, exitCode } = error as { code?: string; exitCode?: number };
  if (code?.startsWith('commander.') === true) return exitCode === 0 ? EXIT.done : EXIT.refused;
  if (interrupted.signal.aborted) return EXIT.interrupted;
  note(console, (error as Error).message);
  return EXIT.away;
}
