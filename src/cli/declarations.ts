/** Each command with its arguments, its options and its help. */
import { Argument, type Command, Option } from 'commander';
import { JOB_STATUSES } from '../domain/status.js';
import { STREAMS } from './ask/answers.js';
import { cancel, type CancelOptions } from './commands/cancel.js';
import type { Context } from './commands/context.js';
import { jobs, type JobsOptions } from './commands/jobs.js';
import { logs, type LogsOptions } from './commands/logs.js';
import { pipelines } from './commands/pipelines.js';
import { rerun, type RerunOptions, run, type RunOptions } from './commands/run.js';
import { show, type ShowOptions } from './commands/show.js';
import type { ExitCode } from './exit.js';
import { count, statuses, variable } from './parsers.js';

/** Does a command's work, with what was said before and behind its name. */
export type Act = (command: Command, work: (context: Context) => Promise<ExitCode>) => Promise<void>;

const job = () => new Argument('<job>', 'its id');
const follow = () =>
  new Option('-f, --follow', 'show how it goes until it ends, whose exit code is then ours');
const key = () =>
  new Option(
    '--idempotency-key <key>',
    'the same key within 24 hours is the same job; without it, one is made for this command',
  );

export function declareCommands(program: Command, act: Act): void {
  program
    .command('run')
    .summary('schedule a job')
    .description('Schedule a job of a pipeline. Prints its id.')
    .argument('<pipeline>', 'its name; see "holdfast pipelines"')
    .option('-v, --variable <key=value>', 'key=text, or key:=json; may be repeated', variable)
    .option('--queue-partition <name>', 'whose wait list, for pipelines that have several')
    .addOption(follow())
    .addOption(key())
    .addHelpText(
      'after',
      `
Examples:
  $ holdfast run import -v tenant=acme -v 'tags:=["a","b"]' -v dry:=false
  $ id=$(holdfast run release)
  $ holdfast run release --follow || echo "it ended with $?"

A lost answer is asked for again, with the same key, so there is one job.`,
    )
    .action((pipeline: string, options: RunOptions, command: Command) =>
      act(command, (context) => run(context, pipeline, options)),
    );

  program
    .command('jobs')
    .summary('list jobs')
    .description('List jobs, the newest first. All filters have to fit.')
    .option('--pipeline <name>', 'of this pipeline')
    .option('--status <status>', `${JOB_STATUSES.join(', ')}; several with commas, or repeated`, statuses)
    .option('--user <name>', 'scheduled by this user')
    .option('--from <time>', 'created then or later: 2h (ago), 3d, 2026-11-23, 2026-11-23T10:00:00Z')
    .option('--to <time>', 'created before')
    .option('-q, --query <text>', 'with this text in their variables, in a key or a value')
    .option('-n, --limit <number>', 'so many at most', count, 20)
    .action((options: JobsOptions, command: Command) => act(command, (context) => jobs(context, options)));

  program
    .command('show')
    .summary('show a job and its tasks')
    .description('Show a job and its tasks.')
    .addArgument(job())
    .addOption(follow())
    .action((id: string, options: ShowOptions, command: Command) =>
      act(command, (context) => show(context, id, options)),
    );

  program
    .command('logs')
    .summary('print the output of a task')
    .description(
      'Print what a task has written: its stdout to stdout and its stderr to stderr; where both lead to one place, in the ' +
        'order in which it was written; on a terminal without what it could do there.',
    )
    .addArgument(job())
    .argument('<task>', 'its name')
    .option('-f, --follow', 'go on until the task has ended, retries included')
    .addOption(new Option('--stream <stream>', 'only this one, to stdout').choices(STREAMS))
    .option('--attempt <number>', 'of this attempt; without it, of the last one', count)
    .option('--timestamps', 'before each line, when it was written')
    .action((id: string, task: string, options: LogsOptions, command: Command) =>
      act(command, (context) => logs(context, id, task, options)),
    );

  program
    .command('cancel')
    .summary('cancel a job')
    .description('Cancel a job: what waits of it will not run, and what runs is stopped.')
    .addArgument(job())
    .option('--force', 'kill what runs at once, also where it has been asked to end already')
    .action((id: string, options: CancelOptions, command: Command) =>
      act(command, (context) => cancel(context, id, options)),
    );

  program
    .command('rerun')
    .summary('run a job again')
    .description(
      'Schedule a job again, with the definition and the variables that it had. Prints the id of the new one.',
    )
    .addArgument(job())
    .option('--from-failed', 'what was done stays done; run only the other tasks')
    .addOption(follow())
    .addOption(key())
    .action((id: string, options: RerunOptions, command: Command) =>
      act(command, (context) => rerun(context, id, options)),
    );

  program
    .command('pipelines')
    .summary('list pipelines')
    .description(
      'List pipelines: what runs and waits of them, how their last jobs went, how long they usually take.',
    )
    .action((_: object, command: Command) => act(command, (context) => pipelines(context)));
}
