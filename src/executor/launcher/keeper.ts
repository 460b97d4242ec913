/**
 * The keeper, which outlives the launcher where even that is killed: a bash that waits for the launcher's end, because
 * it is small, and then becomes the program that kills everything of it.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { guarded } from './launcher-guard.js';

const PROGRAM = fileURLToPath(new URL('./keeper-program.js', import.meta.url));
/** What a terminal or a service manager sends to all is not meant for it. */
const WAIT = `trap '' INT TERM HUP; read -r; exec "$@"`;
const AGAIN_MS = 1_000;

function attempt<T>(start: () => T): T | null {
  try {
    return start();
  } catch {
    // For want of memory, say.
    return null;
  }
}

export class Keeper {
  #child: ChildProcess | undefined;
  #dismissed = false;

  /** `leaving`: what its program is told of the launcher. */
  constructor(bash: string, leaving: readonly string[]) {
    this.#start(bash, [process.execPath, PROGRAM, ...leaving]);
  }

  /** Everything has been killed. */
  dismiss(): void {
    this.#dismissed = true;
    this.#child?.kill('SIGKILL');
  }

  #start(bash: string, then: readonly string[]): void {
    // Our end of its standard input is closed in every child, so that only our own end ends it.
    const child = attempt<ChildProcess>(() =>
      spawn(bash, ['--noprofile', '--norc', '-c', WAIT, 'holdfast-keeper', ...then], {
        detached: true,
        env: {},
        stdio: ['pipe', 'ignore', 'inherit'],
      }),
    );
    this.#child = child ?? undefined;
    const again = guarded(() => {
      if (!this.#dismissed) this.#start(bash, then);
    });
    const ended = guarded(() => setTimeout(again, AGAIN_MS));
    // Why it cannot be started, it says by an event. Where no file can be opened any more it has no streams.
    child?.on('error', () => undefined);
    child?.stdin?.on('error', () => undefined);
    if (child?.pid === undefined) ended();
    else child.once('exit', ended);
  }
}
