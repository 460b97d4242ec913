/** Starts a bash as the task user, as the launcher does for tasks, and has it say what it is and what it can reach. */
import { execFile, type ExecFileException } from 'node:child_process';
import { promisify } from 'node:util';
import { asUser, type Ids } from './as-user.js';

export interface Reach {
  readonly bash: string;
  /** The service's, to find `touch` in. */
  readonly path: string | undefined;
  /** Working directory of the service. */
  readonly folder: string;
  /** Folder of temporary files, in which the service keeps the pipes. */
  readonly temporary: string;
  /** Files that the user must not read. */
  readonly hidden: readonly string[];
  /** Files that the user must not change or replace. */
  readonly trusted: readonly string[];
  /** Home of the account. */
  readonly home: string | null;
}

export interface Trial {
  /** Clauses that say why tasks cannot or must not be run so. */
  readonly problems: readonly string[];
  readonly usesHome: boolean;
}

const TIMEOUT_MS = 10_000;

const runFile = promisify(execFile);

/** In a sticky folder, such as /tmp, only a file's owner and the folder's owner can replace it. */
const SCRIPT = `
echo "is $UID $EUID \${GROUPS[*]}"
while read -r name value; do
  case $name in CapPrm: | CapEff: | CapAmb:) [[ $value =~ ^0+$ ]] || echo "keeps $name$value" ;; esac
done 2>/dev/null </proc/self/status
replaces() { [[ -w $1 ]] && [[ ! -k $1 || -O $1 ]]; }
changes() {
  local place=$1
  [[ ! -w $1 ]] || return 0
  # An owner could let itself write, where that is no read-only file system.
  ! touch -c -r "$1" "$1" || return 0
  while [[ $place == /*/* ]]; do
    place=\${place%/*}
    ! replaces "$place" || return 0
  done
  return 1
} 2>/dev/null
folder=$1 temporary=$2 home=$3 hidden=$4
shift 4
[[ -x $folder ]] || echo "enter $folder"
[[ -x $temporary ]] || echo "enter $temporary"
! replaces "$temporary" || echo "replace $temporary"
for file in "\${@:1:hidden}"; do [[ ! -r $file && ! -O $file ]] || echo "read $file"; done
for file in "\${@:hidden+1}"; do ! changes "$file" || echo "change $file"; done
[[ -z $home || ! -d $home || ! -O $home || ! -w $home || ! -x $home ]] || echo 'has home'
echo end
`;

const CLAUSES: Readonly<Record<string, (what: string) => string>> = {
  keeps: (what) => `it would keep capabilities (${what})`,
  enter: (what) => `it cannot enter ${what}`,
  replace: (what) => `it could replace what the service keeps in ${what}, which is not sticky, or its own`,
  read: (what) => `it can read ${what}, in which there are settings that tasks must not see`,
  change: (what) => `it can change or replace ${what}`,
};

export async function tryAsUser(user: Ids, reach: Reach): Promise<Trial> {
  const lines = (await run(user, reach)).split('\n');
  const said = lines.map((line) => /^(\w+) (.*)$/.exec(line)?.slice(1) ?? [line]);
  const problems = said.flatMap(([word = '', what = '']) => CLAUSES[word]?.(what) ?? []);
  const is = said.find(([word]) => word === 'is')?.[1];
  const wanted = `${user.uid} ${user.uid} ${user.gid}`;
  if (is !== wanted) problems.unshift(`its user and groups would be ${String(is)} instead of ${wanted}`);
  if (!lines.includes('end')) problems.unshift('bash does not come to its end');
  return { problems, usesHome: lines.includes('has home') };
}

async function run(user: Ids, reach: Reach): Promise<string> {
  const { bash, path, folder, temporary, hidden, trusted, home } = reach;
  const paths = [folder, temporary, home ?? '', String(hidden.length), ...hidden, ...trusted];
  const program = asUser(user, bash, ['--noprofile', '--norc', '-c', SCRIPT, 'bash', ...paths]);
  const options = { ...program.ids, env: { PATH: path ?? '' }, timeout: TIMEOUT_MS };
  const running = runFile(program.file, program.args, options);
  running.child.stdin?.end();
  try {
    return (await running).stdout;
  } catch (error) {
    const { stderr, message } = error as ExecFileException;
    throw new Error(stderr?.trim() || message, { cause: error });
  }
}
