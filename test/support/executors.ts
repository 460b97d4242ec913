/** Tasks without a database: in an executor of this process, or in a worker that may be killed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFAULT_SHELL, type Shell } from '../../src/domain/shell.js';
import type { BashExecutor } from '../../src/executor/bash-executor.js';
import type { Outcome } from '../../src/executor/executor.js';
import { alive } from './processes.js';
import { until } from './wait.js';

export const LAUNCHER = join(__dirname, '..', '..', 'dist', 'executor', 'launcher', 'launcher.js');
export const PATH = process.env['PATH'] as string;

/** So many bashes wait for a task. */
export const READY = 4;
/** Those of executors whose pipes have their folder in this one. */
export const waitingIn = (folder: string) => alive(`\0wait\0${folder}/`, 'cmdline');

export interface Ran {
  readonly outcome: Outcome;
  readonly stdout: string;
  readonly stderr: string;
}

export type RunOptions = Partial<Omit<Parameters<BashExecutor['execute']>[1], 'onOutput'>> & {
  readonly allowFailure?: boolean;
  readonly shell?: Shell;
  /** Gets what a stream has so far whenever it has more. */
  readonly onText?: (text: string, stream: 'stdout' | 'stderr') => void;
};

/** Runs a task to its end. */
export async function runTask(
  executor: BashExecutor,
  entries: readonly string[],
  { allowFailure = false, shell = DEFAULT_SHELL, onText, ...options }: RunOptions = {},
): Promise<Ran> {
  const output = { stdout: '', stderr: '' };
  const outcome = await executor.execute(
    { entries, allowFailure, shell },
    {
      env: {},
      signal: new AbortController().signal,
      fenced: false,
      ...options,
      onOutput: (stream, bytes) => {
        output[stream] += bytes.toString();
        onText?.(output[stream], stream);
      },
    },
  );
  return { outcome, ...output };
}

export const exited = (code: number): Outcome => ({ kind: 'exited', code });

export interface TaskText {
  readonly entry: string;
  readonly fenced?: boolean;
}

export class StartedTask {
  readonly outcome: Promise<Outcome>;
  output = '';
  readonly #abort = new AbortController();

  constructor(executor: BashExecutor, { entry, fenced = false }: TaskText) {
    this.outcome = executor.execute(
      { entries: [entry], allowFailure: false },
      {
        env: {},
        fenced,
        signal: this.#abort.signal,
        onOutput: (_, bytes) => {
          this.output += bytes.toString();
        },
      },
    );
  }

  cancel(): void {
    this.#abort.abort();
  }

  says(text: string): Promise<unknown> {
    return until(`the task says ${text}`, () => this.output.includes(text));
  }
}

/** What a failed test leaves running would keep Jest from ending. */
const started: LoneWorker[] = [];
afterAll(() => {
  for (const worker of started.splice(0)) worker.process.kill('SIGKILL');
});

export class LoneWorker {
  readonly process: ChildProcess;
  readonly pid: number;
  /** Where its pipes are, and nothing else; also a word in the command line of its keeper. */
  readonly folder = mkdtempSync(join(tmpdir(), 'lone-worker-'));
  output = '';

  constructor(tasks: readonly TaskText[], lease?: readonly [number, number]) {
    const options = { environment: { PATH, TMPDIR: this.folder }, lease, tasks };
    this.process = spawn(process.execPath, [join(__dirname, 'lone-worker.mjs'), JSON.stringify(options)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    started.push(this);
    this.pid = Number(this.process.pid);
    this.process.stdout?.on('data', (bytes: Buffer) => (this.output += bytes.toString()));
  }

  /** What its output has of this. */
  says(what: RegExp): Promise<string> {
    return until(`the worker says ${String(what)}`, () => what.exec(this.output)?.[1]);
  }
}
