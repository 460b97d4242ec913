/** Asks a fresh bash whether an entry of a script is shell text. */
import { spawn } from 'node:child_process';
import { asUser, type TaskUser } from '../task-user/as-user.js';
import { PARSES_ALL } from './driver.js';

/** Nothing of the entry is run. */
const CHECK = `IFS= read -r -d '' entry; ${PARSES_ALL}; eval "set -n; $entry"`;
const MAX_SAID_BYTES = 4096;
const TIMEOUT_MS = 10_000;

const UNEXPLAINED = 'syntax error';

/** Returns what bash says of it; null if it is shell text. If no bash can be asked, that it is none is believed. */
export function syntaxErrorIn(entry: string, bash: string, user: TaskUser | null): Promise<string | null> {
  const program = asUser(user, bash, ['--noprofile', '--norc', '-c', CHECK, 'bash']);
  return new Promise((done) => {
    const child = spawn(program.file, program.args, {
      ...program.ids,
      // Its words are to be the same everywhere.
      env: {},
      stdio: ['pipe', 'ignore', 'pipe'],
      timeout: TIMEOUT_MS,
      killSignal: 'SIGKILL',
    });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(0, MAX_SAID_BYTES);
    });
    child.stdin.on('error', () => undefined).end(`${entry}\0`);
    child.once('error', () => {
      done(UNEXPLAINED);
    });
    child.once('close', (code) => {
      done(code === 0 ? null : explained(said));
    });
  });
}

/** Bash's words about an entry, without its own name and the check's word before the entry's first line. */
function explained(said: string): string {
  const lines = said.split('\n').filter((line) => line !== '');
  const plain = lines.map((line) => line.replace(/^.*?: (?=line \d+: )/, '').replace('`set -n; ', '`'));
  return plain.slice(0, 2).join('; ') || UNEXPLAINED;
}
