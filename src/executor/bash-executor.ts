/** Runs scripts in bash on this machine, each in a process group of its own, through the launcher. */
import { DEFAULT_STOPPING } from '../domain/stopping.js';
import { inBackground } from '../telemetry/guarded.js';
import type { Execution, Executor, Outcome, Script } from './executor.js';
import { escalate } from './escalate.js';
import { type LauncherOptions, LauncherProcess, type PipePair, type TaskReply } from './launcher-process.js';
import { endLeftovers } from './processes/leftovers.js';
import { everythingOf } from './processes/search.js';
import { signalGroup } from './processes/send.js';
import { OutputPipe } from './output-pipe.js';
import { processOf } from './processes/proc.js';
import type { Cut } from './protocol.js';

interface OpenPipes {
  readonly paths: PipePair;
  readonly pipes: [OutputPipe, OutputPipe];
}

interface Run {
  pid: number | undefined;
  /** The script came to its end by itself; what is left of it does not change how it ended. */
  over: boolean;
  started: (pid: number) => void;
  ended: (outcome: Outcome) => void;
}

const CUT: Record<Cut, Outcome> = {
  lease: { kind: 'lost', message: 'its worker had lost touch with the database' },
  frozen: { kind: 'lost', message: 'its worker stood still' },
};
const NEVER = new AbortController().signal;
const LAUNCHER_LOST: Outcome = { kind: 'lost', message: 'the launcher of the tasks was lost' };

export class BashExecutor implements Executor {
  readonly #options: LauncherOptions;
  readonly #runs = new Map<number, Run>();
  #launcher: LauncherProcess | undefined;
  /** The last one, for a launcher to come; `until` by the monotonic clock. */
  #lease: { readonly until: number; readonly limitMs: number } | undefined;
  #closed = false;
  #lastId = 0;

  constructor(options: LauncherOptions) {
    this.#options = options;
  }

  async execute(script: Script, execution: Execution): Promise<Outcome> {
    if (execution.signal.aborted || execution.force?.aborted === true) return { kind: 'killed' };
    try {
      const launcher = this.#open();
      const { paths, pipes } = await this.#openPipes(launcher);
      try {
        return await this.#run(launcher, script, execution, paths, pipes);
      } finally {
        for (const pipe of pipes) pipe.discard();
      }
    } catch (error) {
      return { kind: 'lost', message: `the task could not be started: ${(error as Error).message}` };
    }
  }

  async open(): Promise<void> {
    await this.#open().ready;
  }

  lease(heldMs: number, limitMs: number): void {
    this.#lease = { until: performance.now() + heldMs, limitMs };
    this.#tellLease();
  }

  #tellLease(): void {
    if (this.#lease === undefined) return;
    const { until, limitMs } = this.#lease;
    // An infinity would not get through.
    const heldMs = Math.max(until - performance.now(), 0);
    this.#launcher?.send({ kind: 'lease', heldMs, limitMs });
  }

  /** A second time, if somebody has cleaned up the folder of the pipes. */
  async #openPipes(launcher: LauncherProcess, again = true): Promise<OpenPipes> {
    const paths = await launcher.takePipes();
    const pipes: OutputPipe[] = [];
    try {
      for (const path of paths) pipes.push(OutputPipe.open(path));
      return { paths, pipes: pipes as [OutputPipe, OutputPipe] };
    } catch (error) {
      for (const pipe of pipes) pipe.discard();
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || !again) throw error;
      launcher.discardPipes();
      return this.#openPipes(launcher, false);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#launcher?.close();
    await this.#launcher?.gone;
  }

  /** One launcher for all; a new one after it was lost. */
  #open(): LauncherProcess {
    if (this.#closed) throw new Error('the executor is closed');
    if (this.#launcher !== undefined) return this.#launcher;
    const launcher = new LauncherProcess((reply) => {
      this.#receive(reply);
    }, this.#options);
    this.#launcher = launcher;
    this.#tellLease();
    inBackground('executor', async () => {
      await launcher.gone;
      this.#launcher = undefined;
      await bury(launcher, [...this.#runs.values()]);
    });
    return launcher;
  }

  async #run(
    launcher: LauncherProcess,
    script: Script,
    { env, signal, force = NEVER, stopping = DEFAULT_STOPPING, fenced, onOutput }: Execution,
    paths: readonly [string, string],
    [stdout, stderr]: [OutputPipe, OutputPipe],
  ): Promise<Outcome> {
    const id = (this.#lastId += 1);
    let started: (pid: number) => void = () => undefined;
    let ended: (outcome: Outcome) => void = () => undefined;
    const start = new Promise<number>((done) => (started = done));
    // What came first wins: a script that has ended by itself was not killed, however long its output takes.
    const end = new Promise<Outcome>((done) => (ended = done)).then((outcome): Outcome =>
      (signal.aborted || force.aborted) && !run.over ? { kind: 'killed' } : outcome,
    );
    const run: Run = { pid: undefined, over: false, started, ended };
    this.#runs.set(id, run);
    const { killSignal, killGraceMs, outputGraceMs } = stopping;
    const how = { env, fenced, killSignal, outputGraceMs, pipes: paths };
    launcher.send({ kind: 'start', id, ...script, ...how });

    if ((await Promise.race([start, end.then(() => null)])) === null) {
      this.#runs.delete(id);
      return end;
    }
    const kill = () => {
      launcher.send({ kind: 'kill', id });
    };
    const ask = () => {
      launcher.send({ kind: 'stop', id });
    };
    const stopEscalation = escalate({ signal, force, graceMs: killGraceMs }, { ask, kill });
    try {
      await Promise.all([
        stdout.read((bytes) => onOutput('stdout', bytes), end),
        stderr.read((bytes) => onOutput('stderr', bytes), end),
      ]);
    } catch (error) {
      // Nobody takes its output any more, so it must not go on.
      kill();
      ended({ kind: 'lost', message: `the task's output could not be taken: ${(error as Error).message}` });
    }
    const outcome = await end;
    stopEscalation();
    this.#runs.delete(id);
    return outcome;
  }

  #receive(reply: TaskReply): void {
    const run = this.#runs.get(reply.id);
    if (run === undefined) return;
    switch (reply.kind) {
      case 'started':
        run.pid = reply.pid;
        run.started(reply.pid);
        return;
      case 'over':
        run.over = true;
        return;
      case 'failed':
        run.ended({ kind: 'lost', message: `the task could not be started: ${reply.message}` });
        return;
      case 'exited':
        run.pid = undefined;
        run.ended(outcomeOf(reply));
        return;
      default:
        reply satisfies never;
    }
  }
}

function outcomeOf({ code, invalid, cut }: Extract<TaskReply, { kind: 'exited' }>): Outcome {
  if (cut !== null) return CUT[cut];
  if (invalid !== null) return { kind: 'invalid', message: invalid };
  return { kind: 'exited', code };
}

/** The launcher kills everything when we are gone; when it is gone itself, we do, and its keeper beside us. */
async function bury({ token, since }: LauncherProcess, runs: readonly Run[]): Promise<void> {
  const pids = runs.flatMap(({ pid }) => pid ?? []);
  const shells = pids.flatMap((pid) => processOf(pid) ?? []);
  try {
    await endLeftovers(everythingOf(token, since, shells));
    for (const pid of pids) signalGroup(pid, 'SIGKILL');
  } finally {
    for (const run of runs) run.ended(LAUNCHER_LOST);
  }
}
