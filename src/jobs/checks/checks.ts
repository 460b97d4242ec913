/**
 * Decodes schedules and checks their variables. What is known to be cheap is done in the thread that answers callers.
 * All else is done in other threads and within limits, so that it holds up only what is like it.
 */
import type { OnModuleDestroy } from '@nestjs/common';
import { invalidRequest } from '../../domain/errors.js';
import { isCheapToCheck } from '../../pipelines/check-cost.js';
import { Thread } from '../../pipelines/threads/thread.js';
import { checkVariables, type DeclaredVariables } from '../../pipelines/variables.js';
import { type AskedSchedule, type AskedVariables, jsonOf, readAsked } from './asked.js';
import { Lane } from './lane.js';
import { ThreadChecks } from './thread-checks.js';
import type { CheckAnswer, Checked, CheckRequest } from './work.js';

/** Built beside this file. Tests, which run from the sources, say where. */
const PROGRAM = new URL('./check.thread.js', import.meta.url);
const THREAD = { maxMemoryMiB: 256, idleMs: 60_000 };

/** A smaller body is decoded in a millisecond or two. Of larger ones there are few at a time. */
export const LARGE_BODY_BYTES = 64 * 1024;
/** Allows some hundred times what decoding 1 MiB takes. */
const DECODE_MS = 10_000;
/** Never full: `LARGE_BODIES` admits fewer large bodies at a time. */
const WAITING_BODIES = { maxItems: 1_000, maxItemsOfOwner: 1_000 };

export class Checks implements OnModuleDestroy {
  readonly #bodies: Lane<CheckRequest, CheckAnswer>;
  readonly #variables: ThreadChecks;

  constructor(file = PROGRAM) {
    const thread = (isBackground: boolean) =>
      new Thread<CheckRequest, CheckAnswer>({ file, ...THREAD, isBackground });
    this.#bodies = new Lane(thread(true), WAITING_BODIES);
    this.#variables = new ThreadChecks(thread(false), thread(true));
  }

  async onModuleDestroy(): Promise<void> {
    await Promise.all([this.#bodies.close(), this.#variables.close()]);
  }

  /** Throws an `invalid_request` for a wrong body. `owner`: with whom it shares what is limited, here and below. */
  async read(bytes: Uint8Array, wantsFingerprint: boolean, owner: string): Promise<AskedSchedule> {
    if (bytes.length <= LARGE_BODY_BYTES) return readAsked(bytes, wantsFingerprint);
    // Only a whole buffer can be handed over. A body that came in several pieces is one.
    const own = bytes.buffer.byteLength === bytes.length ? bytes : new Uint8Array(bytes);
    const answer = await this.#bodies.turn({ owner, since: performance.now() }, (thread) =>
      thread.run({
        request: { kind: 'read', bytes: own, wantsFingerprint },
        transfer: [own.buffer as ArrayBuffer],
        limitMs: DECODE_MS,
      }),
    );
    if (answer.kind === 'refused') throw invalidRequest(answer.message);
    if (answer.kind !== 'asked') throw new Error('a thread has not answered what it was asked');
    return answer.asked;
  }

  async check(declared: DeclaredVariables, asked: AskedVariables, owner: string): Promise<Checked> {
    if (Object.keys(declared).length === 0) return { problems: [], variables: asked.json };
    if (asked.value === null || !isCheapToCheck(declared, asked.value))
      return this.#variables.check(declared, asked.json, owner);
    const { problems, variables } = checkVariables(declared, asked.value, Infinity);
    return { problems, variables: jsonOf(variables) };
  }
}
