/** Programs that read code from their arguments, their input or the files that are written for them. */

export interface Program {
  readonly names: readonly string[];
  /** Options whose value is code. */
  readonly code?: RegExp;
  /** Options whose value is data; with `twice`, two of them. */
  readonly data?: RegExp;
  readonly twice?: RegExp;
  /** Options that name a file of code, or read it elsewhere, so that no operand is code. */
  readonly file?: RegExp;
  /** Operands that are code: the first, those behind the first, or all. */
  readonly operands?: 'first' | 'rest' | 'all';
  /** It runs what it reads from its input. */
  readonly readsInput?: boolean;
  /** Its first operand names a file that it runs, where no code is given. */
  readonly runsFile?: boolean;
  /** An option that runs a command or reads code, which a value could pretend to be. */
  readonly option?: string;
  /** Completes "NAME …" for a value in its code. */
  readonly reason: string;
}

export const PROGRAMS: readonly Program[] = [
  {
    names: ['sh', 'bash', 'dash', 'ksh', 'zsh', 'ash'],
    code: /^-[a-zA-Z]*c[a-zA-Z]*$/,
    file: /^-[a-zA-Z]*s$/,
    runsFile: true,
    readsInput: true,
    reason: 'runs the value as a part of its script',
  },
  {
    names: ['python'],
    file: /^-m$/,
    code: /^-[a-zA-Z]*c$/,
    runsFile: true,
    readsInput: true,
    reason: 'runs the value as a part of its program',
  },
  {
    names: ['perl', 'ruby'],
    code: /^-[a-zA-Z0-9]*[eE]$/,
    runsFile: true,
    readsInput: true,
    reason: 'runs the value as a part of its program',
  },
  {
    names: ['node', 'nodejs', 'deno', 'bun'],
    code: /^(?:-e|-p|-pe|--eval|--print|eval)$/,
    runsFile: true,
    readsInput: true,
    reason: 'runs the value as a part of its program',
  },
  {
    names: ['php'],
    code: /^(?:-r|-B|-R|-E)$/,
    runsFile: true,
    readsInput: true,
    reason: 'runs the value as a part of its program',
  },
  {
    names: ['lua', 'Rscript', 'osascript', 'julia'],
    code: /^-[eE]$/,
    runsFile: true,
    readsInput: true,
    reason: 'runs the value as a part of its program',
  },
  {
    names: ['pwsh', 'powershell'],
    code: /^-(?:c|Command|EncodedCommand)$/i,
    runsFile: true,
    readsInput: true,
    reason: 'runs the value as a part of its script',
  },
  {
    names: ['psql'],
    code: /^(?:-c|--command)$/,
    readsInput: true,
    option: '--command',
    reason: "runs the value as a part of its SQL: pass it with -v name=value and write :'name'",
  },
  {
    names: ['mysql', 'mariadb'],
    code: /^(?:-e|--execute|--init-command)$/,
    readsInput: true,
    option: '--execute',
    reason: 'runs the value as a part of its SQL',
  },
  {
    names: ['sqlite3'],
    code: /^-cmd$/,
    data: /^-(?:separator|init|nullvalue|newline|vfs)$/,
    operands: 'rest',
    readsInput: true,
    reason: 'runs the value as a part of its SQL',
  },
  {
    names: ['mongosh', 'mongo', 'redis-cli'],
    code: /^--eval$/,
    readsInput: true,
    reason: 'runs the value as a part of its script',
  },
  {
    names: ['su', 'runuser', 'flock', 'script'],
    code: /^(?:-c|--command)$/,
    reason: 'hands the value to a shell as code',
  },
  {
    names: ['watch', 'parallel'],
    operands: 'all',
    readsInput: true,
    reason: 'hands the value to a shell as code',
  },
  {
    names: ['ssh'],
    code: /^-o$/,
    data: /^-[BbcDEeFIiJLlmOpQRSWw]$/,
    operands: 'rest',
    readsInput: true,
    option: '-oProxyCommand',
    reason: 'hands the value to the shell of the other host as code',
  },
  { names: ['scp', 'sftp'], code: /^-[oS]$/, option: '-oProxyCommand', reason: 'runs what its options name' },
  {
    names: ['rsync'],
    code: /^(?:-e|--rsh|--rsync-path)$/,
    option: '--rsh',
    reason: 'runs the command that the value names',
  },
  {
    names: ['sed'],
    code: /^(?:-[a-zA-Z]*e|--expression)$/,
    file: /^(?:-f|--file)$/,
    operands: 'first',
    option: '--expression',
    reason: 'runs the value as a part of its script, which can run commands',
  },
  {
    names: ['awk', 'gawk', 'mawk', 'nawk'],
    code: /^(?:-e|--source)$/,
    data: /^-[vF]$/,
    file: /^(?:-f|--file)$/,
    operands: 'first',
    option: '--source',
    reason: 'runs the value as a part of its program: pass it with -v name=value',
  },
  {
    names: ['jq', 'yq'],
    data: /^(?:--indent|-L)$/,
    twice: /^--(?:arg|argjson|slurpfile|rawfile)$/,
    file: /^(?:-f|--from-file)$/,
    operands: 'first',
    reason: 'reads the value as a part of its program: pass it with --arg',
  },
  {
    names: ['find'],
    code: /^-(?:exec|execdir|ok|okdir)$/,
    option: '-exec',
    reason: 'runs the command that the value names',
  },
  {
    names: ['tar', 'bsdtar'],
    code: /^(?:-I|--to-command|--checkpoint-action|--use-compress-program|--rsh-command)$/,
    option: '--checkpoint-action=exec',
    reason: 'runs the command that the value names',
  },
  {
    names: ['git'],
    code: /^(?:-c|--upload-pack|--receive-pack|--exec|-x|--config)$/,
    option: '--upload-pack',
    reason: 'runs the command that the value names',
  },
  {
    names: ['curl'],
    code: /^(?:-K|--config)$/,
    reason: 'reads options from the file that the value names',
  },
  {
    names: ['wget'],
    code: /^--use-askpass$/,
    option: '--use-askpass',
    reason: 'runs the command that the value names',
  },
  { names: ['sort'], option: '--compress-program', reason: 'runs the command that the value names' },
  {
    names: ['zip'],
    code: /^(?:-TT|--unzip-command)$/,
    option: '-TT',
    reason: 'runs the command that the value names',
  },
  {
    names: ['make', 'gmake'],
    code: /^--eval$/,
    operands: 'all',
    option: '--eval',
    reason: 'evaluates an assignment among its operands',
  },
  {
    names: ['vi', 'vim', 'ex', 'ed', 'emacs'],
    code: /^(?:-c|--cmd|--eval)$/,
    readsInput: true,
    option: '-c',
    reason: 'runs the value as a command',
  },
  {
    names: ['gdb'],
    code: /^(?:-ex|-iex|--eval-command)$/,
    readsInput: true,
    option: '-ex',
    reason: 'runs the value as a command',
  },
  { names: ['tcpdump'], code: /^-z$/, option: '-z', reason: 'runs the command that the value names' },
  { names: ['crontab', 'at', 'batch', 'dc', 'm4'], readsInput: true, reason: 'runs what it reads' },
];

/** They run the command behind them. */
const PREFIXES = new Set(
  'sudo doas env timeout nice ionice nohup setsid stdbuf chroot xargs time exec unshare nsenter systemd-run strace'.split(
    ' ',
  ),
);

const BY_NAME = new Map(PROGRAMS.flatMap((program) => program.names.map((name) => [name, program] as const)));

/** Files that a shell, an interpreter or cron reads. */
const CODE_FILE =
  /\.(?:sh|bash|zsh|ksh|py|pl|pm|rb|js|mjs|cjs|ts|php|lua|mk|sql|service)$|(?:^|\/)(?:[Mm]akefile|Dockerfile|crontab|authorized_keys|\.(?:bashrc|bash_profile|profile|zshrc|envrc|gitconfig|ssh\/config))$|^\/etc\/cron/;

export const isPrefix = (name: string): boolean => PREFIXES.has(name);

/** `python3.12` is `python`. */
export function programOf(name: string): Program | undefined {
  return BY_NAME.get(name) ?? BY_NAME.get(name.replace(/[0-9.]+$/, ''));
}

export const writesCode = (file: string): boolean => CODE_FILE.test(file);
