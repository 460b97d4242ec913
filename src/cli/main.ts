/** `holdfast`, the command line: asks a service over HTTP, as anybody else would. */
import { CommanderError } from 'commander';
import { addressOf, DEFAULT_URL } from './ask/address.js';
import { Service } from './ask/service.js';
import type { Context } from './commands/context.js';
import { EXIT, type ExitCode, Failure } from './exit.js';
import { type GlobalOptions, programOf } from './program.js';
import { Out } from './view/out.js';

/** As a shell says it of a program whose reader has gone (`holdfast jobs | head`). */
const NO_READER = 141;

const out = new Out(process.stdout);
const err = new Out(process.stderr);

const complain = (text: string) => void err.line(`holdfast: ${err.name(text)}`);

function contextOf({ url, token, json }: GlobalOptions, isUrlGiven: boolean): Context {
  const service = new Service(addressOf(url || DEFAULT_URL, token));
  return {
    service,
    out,
    err,
    json: json === true,
    isLive: out.isTerminal && process.env['TERM'] !== 'dumb',
    note: complain,
    commandLine: (...words) =>
      ['holdfast', ...(isUrlGiven ? ['--url', service.at()] : []), ...words].join(' '),
  };
}

function codeOf(error: unknown): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  if (error instanceof Failure) {
    complain(error.message);
    return error.exit;
  }
  throw error;
}

for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(NO_READER);
    throw error;
  });
}

const ended = (code: ExitCode) => {
  process.exitCode = code;
};
await programOf({ contextOf, ended, complain })
  .parseAsync()
  .catch((error: unknown) => {
    ended(codeOf(error));
  });
