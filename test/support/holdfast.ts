/** The command line as a process of its own: as a script starts it, or on a real terminal. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Terminal } from '@xterm/headless';
import { until } from './wait.js';

const PROGRAM = join(__dirname, '..', '..', 'bin', 'holdfast.mjs');

export const hasTerminals = spawnSync('script --version', { encoding: 'utf8', shell: true }).stdout.includes(
  'util-linux',
);

type Environment = Readonly<Record<string, string>>;

/** What a failed test leaves running would keep Jest from ending. */
const started: ChildProcess[] = [];
afterAll(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});

export class Holdfast {
  stdout = '';
  stderr = '';
  readonly exited: Promise<number | null>;
  readonly #process: ChildProcess;

  constructor(
    env: Environment,
    readonly args: readonly string[],
    [program, ...before]: readonly [string, ...string[]] = [process.execPath, PROGRAM],
  ) {
    const child = spawn(program, [...before, ...args], {
      env: { PATH: process.env['PATH'], HOME: tmpdir(), ...env },
      stdio: 'pipe',
    });
    child.stdout.setEncoding('utf8').on('data', (text: string) => (this.stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    this.exited = new Promise((done) => child.once('close', done));
    this.#process = child;
    started.push(child);
  }

  get lines(): string[] {
    return this.stdout.trimEnd().split('\n');
  }

  /** What it prints on stdout, or complains about. */
  says(wanted: string | RegExp): Promise<true> {
    return until(`holdfast ${this.args.join(' ')} says ${String(wanted)}`, () => {
      const said = this.stdout + this.stderr;
      return typeof wanted === 'string' ? said.includes(wanted) : wanted.test(said);
    });
  }

  interrupt(): void {
    this.kill('SIGINT');
  }

  kill(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  type(keys: string): void {
    this.#process.stdin?.write(keys);
  }
}

/** How it ended, and what it printed. */
export async function ended(
  holdfast: Holdfast,
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const code = await holdfast.exited;
  return { code, stdout: holdfast.stdout, stderr: holdfast.stderr };
}

const COLUMNS = 100;
const ROWS = 30;
const quoted = (word: string) => `'${word.replaceAll("'", `'\\''`)}'`;

/** By util-linux's `script`, which prints what the program prints on a pseudo terminal. */
export function onTerminal(env: Environment, args: readonly string[], rows = ROWS): Holdfast {
  const command = [process.execPath, PROGRAM, ...args].map(quoted).join(' ');
  const sized = `stty rows ${rows} cols ${COLUMNS}; exec ${command}`;
  const script = ['script', '--quiet', '--return', '--flush', '--command', sized, '/dev/null'] as const;
  return new Holdfast({ TERM: 'xterm-256color', ...env }, [], [...script]);
}

export interface Screen {
  /** All lines, those that have scrolled away included. */
  readonly lines: readonly string[];
  /** What it was told to be called. */
  readonly titles: readonly string[];
  /** What it would have answered, as if its user had typed it. */
  readonly typed: readonly string[];
}

/** What a terminal makes of it. */
export async function screenOf(printed: string, rows = ROWS): Promise<Screen> {
  const terminal = new Terminal({ cols: COLUMNS, rows, scrollback: 10_000, allowProposedApi: true });
  const titles: string[] = [];
  const typed: string[] = [];
  terminal.onTitleChange((title) => titles.push(title));
  terminal.onData((data) => typed.push(data));
  await new Promise<void>((done) => {
    terminal.write(printed, done);
  });
  const { active } = terminal.buffer;
  const lines = Array.from(
    { length: active.length },
    (_, row) => active.getLine(row)?.translateToString(true) ?? '',
  );
  terminal.dispose();
  while (lines.at(-1) === '') lines.pop();
  return { lines, titles, typed };
}
