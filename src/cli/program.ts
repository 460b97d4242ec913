/** The program: what holds for all of its commands, and its help. */
import { Command, Option } from 'commander';
import { DEFAULT_URL } from './ask/address.js';
import type { Context } from './commands/context.js';
import { type Act, declareCommands } from './declarations.js';
import type { ExitCode } from './exit.js';

/** Of every command. */
export interface GlobalOptions {
  readonly url: string;
  readonly token?: string;
  readonly json?: true;
}

export interface Parts {
  readonly contextOf: (options: GlobalOptions, isUrlGiven: boolean) => Context;
  readonly ended: (code: ExitCode) => void;
  readonly complain: (text: string) => void;
}

const EXAMPLES = `
Examples:
  $ holdfast run release -v version=1.2 -v notify:=true --follow
  $ holdfast jobs --status error --from 24h
  $ holdfast logs JOB build -f
  $ holdfast rerun JOB --from-failed --follow

Exit codes:
    0  done: the job that was followed, or what was asked
    1  the job has failed
    2  the command cannot be understood
    3  the job was canceled
    4  the service refuses: not allowed, not found, no room, not possible
    5  the service cannot be reached, or cannot answer
  130  Ctrl-C; a job that was followed goes on

"holdfast help COMMAND" tells more.`;

export function programOf({ contextOf, ended, complain }: Parts): Command {
  const program = new Command('holdfast');
  program
    .description('Run pipelines of a Holdfast service, and see how their jobs are doing.')
    .exitOverride()
    .configureOutput({
      outputError: (text) => {
        complain(inOneLine(text));
      },
    })
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false })
    .addOption(
      new Option('--url <url>', 'where the service is, its base path included')
        .env('HOLDFAST_URL')
        .default(DEFAULT_URL),
    )
    .addOption(
      new Option(
        '--token <token>',
        'who you are; better in the environment, because others on this machine can see arguments',
      ).env('HOLDFAST_TOKEN'),
    )
    .option('--json', 'print JSON, for programs: the answer, or of what is followed each event in a line')
    .addHelpText('after', EXAMPLES);

  const act: Act = (command, work) => {
    const options = command.optsWithGlobals<GlobalOptions>();
    const context = contextOf(options, program.getOptionValueSource('url') === 'cli');
    return work(context).then(ended);
  };
  declareCommands(program, act);
  return program;
}

/** As commander says it: `error: …`, and a suggestion in a line of its own. */
const inOneLine = (text: string) =>
  text
    .trim()
    .replace(/^error: /, '')
    .replace(/\s*\n\s*/g, ' ');
