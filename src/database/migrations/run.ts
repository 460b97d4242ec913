/** Migrates a database to this version: step by step, until nothing is missing, it cannot be done, or it is told to end. */
import { logger, PROGRAM } from '../../telemetry/log.js';
import type { Target } from '../connect/target.js';
import { StoppedError } from '../stopped.js';
import { applyNext } from './apply.js';
import { explainAccess, MigrationError } from './errors.js';
import type { Migration } from './files.js';
import { type History, readHistory } from './ledger.js';
import type { Wait } from './observer.js';
import { RETRY_LIMITS, Retries, type RetryLimits, type Trouble, troubleOf } from './retries.js';
import { LOOK_MS, MigrationSession, pause } from './session.js';

const log = logger(PROGRAM);

export interface RunOptions {
  readonly migrations: readonly Migration[];
  /** Ends it within seconds; the migration under way is rolled back. */
  readonly signal: AbortSignal;
  readonly repair: boolean;
  /** Nothing is applied: what is missing is an error that ends with this advice. */
  readonly ifMissing?: string;
  readonly limits?: RetryLimits;
}

export class MigrationRun {
  readonly #target: Target;
  readonly #options: RunOptions;
  readonly #retries: Retries;
  /** Ids of the rows that this run wrote. The answer to a COMMIT may have been lost. */
  readonly #ids = new Set<string>();
  /** Keys of warnings that were logged, each of them once. */
  readonly #logged = new Set<string>();
  /** Name of the migration that is applied next. */
  #next = '';
  /** What it waits for, or waited for last. */
  #waitsFor = '';

  constructor(target: Target, options: RunOptions) {
    this.#target = target;
    this.#options = options;
    this.#retries = new Retries(options.limits ?? RETRY_LIMITS);
  }

  /** Returns the names of the migrations that this run applied. */
  async finish(): Promise<readonly string[]> {
    for (;;) {
      try {
        const history = await this.#migrate();
        return history.rows.filter(({ id }) => this.#ids.has(id)).map(({ name }) => name);
      } catch (error) {
        this.#throwIfStopped();
        const trouble = troubleOf(error);
        if (trouble === null) throw explainAccess(error);
        this.#logTrouble(trouble, (error as Error).message);
        await this.#pause(trouble, error);
      }
    }
  }

  /** On one connection. Returns what there is when nothing is missing. */
  async #migrate(): Promise<History> {
    const { migrations, repair, ifMissing, signal } = this.#options;
    const session = await MigrationSession.open(this.#target, { signal, onWait: this.#onWait });
    try {
      for (;;) {
        // Without a lock or a write, because a role that may only use the tables has to be able to start.
        const history = await session.transaction(({ client }) =>
          readHistory(client, migrations, this.#target.address.schema),
        );
        this.#retries.noteAnswer();
        this.#warnAbout(history);
        this.#next = history.missing[0]?.name ?? '';
        if (history.missing.length === 0 && (!repair || history.edited.length === 0)) return history;
        if (ifMissing !== undefined) throw lacking(history, ifMissing);
        await this.#step(session, history.schema);
      }
    } finally {
      await session.close();
    }
  }

  async #step(session: MigrationSession, schema: string): Promise<void> {
    const step = await session.transaction(async (transaction) => {
      const done = await applyNext(transaction, {
        ...this.#options,
        wantedSchema: this.#target.address.schema,
        schema,
      });
      if (done.kind === 'applied') this.#ids.add(done.id);
      return done;
    });
    if (step.kind !== 'busy') {
      this.#retries.reset();
      this.#waitsFor = '';
      return;
    }
    // Processes that start together on a new database wait for a moment only.
    if (this.#retries.elapsed('busy') >= LOOK_MS)
      this.#logWait('busy', `waiting for ${step.holder}, which applies migrations`);
    await this.#pause('busy');
  }

  /** Leaves a lock to `#onWait`, which knows its holder, unless that could not be looked up. */
  #logTrouble(trouble: Trouble, message: string): void {
    if (trouble === 'lost') this.#logWait('lost', `waiting for the database: ${message}`);
    else if (this.#waitsFor === '')
      this.#logWait(`again ${this.#next}`, `migration ${this.#next} is tried again: ${message}`);
  }

  readonly #onWait = ({ object, holders }: Wait) => {
    const waiting = `migration ${this.#next} waits for a lock on ${object}`;
    this.#logWait(waiting, `${waiting}, held by ${holders}`);
  };

  #logWait(key: string, text: string): void {
    this.#waitsFor = text;
    this.#warnOnce(key, text);
  }

  #warnOnce(key: string, text: string): void {
    if (!this.#logged.has(key)) log.warn(text);
    this.#logged.add(key);
  }

  async #pause(trouble: Trouble, error?: unknown): Promise<void> {
    const milliseconds = this.#retries.next(trouble);
    if (milliseconds === null)
      throw new MigrationError(`the migrations cannot be applied: gave up, ${this.#waitsFor}`, {
        cause: error,
      });
    await pause(milliseconds, this.#options.signal);
    this.#throwIfStopped();
  }

  #throwIfStopped(): void {
    const { signal } = this.#options;
    if (signal.aborted) throw new StoppedError(signal);
  }

  #warnAbout({ missing, unknown, edited }: History): void {
    // Without any of this version's, they are another application's.
    if (unknown.length > 0 && missing.length < this.#options.migrations.length)
      this.#warnOnce(
        'unknown',
        `warning: the database has migrations that this version does not know, so a newer one has run on it: ${unknown.join(', ')}`,
      );
    if (edited.length > 0)
      this.#warnOnce(
        'edited',
        `warning: migrations were applied from another text than this version's, so their tables may differ: ${listOf(edited)}; \`npm run migrate -- --repair\` compares them`,
      );
  }
}

function lacking({ missing }: History, advice: string): MigrationError {
  return new MigrationError(`the database lacks migrations of this version: ${listOf(missing)}. ${advice}`);
}

const listOf = (migrations: readonly Migration[]) => migrations.map(({ name }) => name).join(', ');
