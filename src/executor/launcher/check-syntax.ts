/** Asks a fresh bash whether an entry of a script is shell text. */
import { spawn } from 'node:child_process';
import { asUser, type Program, type TaskUser } from '../task-user/as-user.js';
import { PARSES_ALL } from './driver.js';
import { guarded } from './launcher-guard.js';

/** Nothing of the entry is run. */
const CHECK = `IFS= read -r -d '' entry; ${PARSES_ALL}; eval "set -n; $entry"`;
const MAX_SAID_CHARACTERS = 4096;
const TIMEOUT_MS = 10_000;

const UNEXPLAINED = 'syntax error';

/**
 * Returns bash's message, or null if the entry is shell text. If no bash can be asked, returns a general message: the
 * bash that ended at the entry is believed then. Never rejects.
 */
export async function syntaxErrorIn(
  entry: string,
  bash: string,
  user: TaskUser | null,
): Promise<string | null> {
  try {
    return await askBash(entry, asUser(user, bash, ['--noprofile', '--norc', '-c', CHECK, 'bash']));
  } catch {
    return UNEXPLAINED;
  }
}

function askBash(entry: string, { file, args, ids }: Program): Promise<string | null> {
  return new Promise((done, fail) => {
    const child = spawn(file, args, {
      ...ids,
      // Bash's messages are to be the same everywhere.
      env: {},
      stdio: ['pipe', 'ignore', 'pipe'],
      timeout: TIMEOUT_MS,
      killSignal: 'SIGKILL',
    });
    child.once('error', fail);
    let said = '';
    const hear = guarded((text: string) => {
      said = (said + text).slice(0, MAX_SAID_CHARACTERS);
    });
    child.stderr.setEncoding('utf8').on('data', hear);
    child.stdin.on('error', () => undefined).end(`${entry}\0`);
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
