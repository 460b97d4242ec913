/**
 * Checks variables in two threads. A check is tried for a short time among others that are mostly quick. One that is not
 * done by then is begun anew among the slow ones, and so is what the same caller brings next.
 */
import { MAX_CHECK_MS } from '../../pipelines/limits.js';
import { type Thread, ThreadLost } from '../../pipelines/threads/thread.js';
import type { DeclaredVariables } from '../../pipelines/variables.js';
import { Lane, type Turn } from './lane.js';
import { SlowChecks } from './slow-checks.js';
import { type CheckAnswer, type Checked, type CheckRequest, MAX_TRIES } from './work.js';

/** An ordinary pattern takes a thousandth. */
const QUICK_MS = 50;
/** Allowed beyond the limit of a check, for compiling its schemas and for a busy machine. */
const GRACE_MS = 10_000;

const WAITING = { maxItems: 1_000, maxItemsOfOwner: 400 };
/** The queues of the slow thread. Variables that others have made slow are tried for a short time there, and first. */
const [SUSPECT, SLOW] = [0, 1];

type Finished = Extract<CheckAnswer, { kind: 'checked' }>;
type CheckThread = Thread<CheckRequest, CheckAnswer>;

interface Check {
  readonly declared: DeclaredVariables;
  /** JSON text; null: there are none. */
  readonly variables: string | null;
  readonly turn: Turn;
}

export class ThreadChecks {
  readonly #quick: Lane<CheckRequest, CheckAnswer>;
  readonly #slow: Lane<CheckRequest, CheckAnswer>;
  readonly #slowChecks = new SlowChecks();
  #isClosed = false;

  constructor(quick: CheckThread, slow: CheckThread) {
    this.#quick = new Lane(quick, WAITING);
    this.#slow = new Lane(slow, WAITING, WAITING);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([this.#quick.close(), this.#slow.close()]);
  }

  async check(declared: DeclaredVariables, variables: string | null, owner: string): Promise<Checked> {
    const check = { declared, variables, turn: { owner, since: performance.now() } };
    const quick = this.#slowChecks.isSlow(declared, owner) ? null : await this.#checkQuickly(check);
    if (quick?.isBrokenOff === false) return quick;
    const turn = { ...check.turn, queue: SLOW };
    const checked = await this.#slow.turn(turn, (thread) => this.#run(thread, check, MAX_CHECK_MS));
    if (checked.ms <= QUICK_MS) this.#slowChecks.forget(declared, owner);
    return checked;
  }

  /** null: it was not tried. What is known of other checks when its turn comes counts. */
  async #checkQuickly(check: Check): Promise<Finished | null> {
    const { declared, turn } = check;
    const tryUnless = (isSlow: () => boolean) => async (thread: CheckThread) =>
      isSlow() ? null : this.#run(thread, check, QUICK_MS);
    const isSuspect = () => this.#slowChecks.isSuspect(declared);
    const tried = isSuspect() ? null : await this.#quick.turn(turn, tryUnless(isSuspect));
    if (tried !== null) return tried;
    const isSlow = () => this.#slowChecks.isSlow(declared, turn.owner);
    return this.#slow.turn({ ...turn, queue: SUSPECT }, tryUnless(isSlow));
  }

  /** A thread that is lost has taken too much memory, or did not end at its limit. */
  async #run(thread: CheckThread, { declared, variables, turn }: Check, limitMs: number): Promise<Finished> {
    const request = {
      kind: 'check',
      declared: this.#slowChecks.jsonOf(declared),
      variables,
      limitMs,
    } as const;
    const answer = await thread
      .run({ request, limitMs: MAX_TRIES * limitMs + GRACE_MS })
      .catch((error: unknown) => {
        if (error instanceof ThreadLost && !this.#isClosed) return LOST;
        throw error;
      });
    if (answer.kind !== 'checked') throw new Error('a thread has not answered what it was asked');
    // Remembered here, so that it is known before the next check has its turn.
    if (answer.isBrokenOff) this.#slowChecks.add(declared, turn.owner);
    return answer;
  }
}

const LOST: Finished = {
  kind: 'checked',
  problems: ['the variables take too long to be checked'],
  variables: null,
  isBrokenOff: true,
  ms: Infinity,
};
